extension Endpoint {
  /// What the process was started with, as far as it tells where the API server is.
  public struct Environment: Sendable {
    /// The environment variables.
    public var variables: [String: String]
    /// The directory of the service account, which every pod has.
    public var serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// This environment.
    public init(variables: [String: String]) { self.variables = variables }
  }

  /// Finds the API server: by `kubeconfig` if that is given, else by `KUBECONFIG`, else from within
  /// the cluster, else by `~/.kube/config`.
  ///
  /// - Parameters:
  ///   - kubeconfig: the file of `--kubeconfig`
  ///   - context: the context to use; nil for the current one
  ///   - environment: the environment of the process
  public static func discover(
    kubeconfig: String? = nil, context: String? = nil, environment: Environment
  ) throws(KubernetesConfigurationError) -> Endpoint {
    if let kubeconfig {
      return try load([kubeconfig], mayBeMissing: false).endpoint(
        context: context, origin: kubeconfig)
    }
    if let list = environment.variables["KUBECONFIG"], !list.isEmpty {
      let files = list.split(separator: ":").map(String.init)
      return try load(files, mayBeMissing: true).endpoint(
        context: context, origin: "KUBECONFIG=\(list)")
    }
    if context == nil, environment.variables["KUBERNETES_SERVICE_HOST"] != nil {
      return try inCluster(environment)
    }
    if let home = environment.variables["HOME"] {
      let file = "\(home)/.kube/config"
      if TextFile.exists(file) {
        return try load([file], mayBeMissing: false).endpoint(context: context, origin: file)
      }
    }
    throw KubernetesConfigurationError(
      place: "kubeconfig",
      message: "no way to the API server: this is no pod (KUBERNETES_SERVICE_HOST is not set) and "
        + "there is no ~/.kube/config; give --kubeconfig or set KUBECONFIG")
  }

  /// The way to the server for the service account of a pod.
  public static func inCluster(
    _ environment: Environment
  ) throws(KubernetesConfigurationError) -> Endpoint {
    let origin = "service account"
    guard let host = environment.variables["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
      let port = environment.variables["KUBERNETES_SERVICE_PORT"], !port.isEmpty
    else {
      throw KubernetesConfigurationError(
        place: origin,
        message: "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not both set; "
          + "run in a pod, or give --kubeconfig")
    }
    let directory = environment.serviceAccount
    let server = "https://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    guard ServerAddress(server) != nil else {
      throw KubernetesConfigurationError(
        place: origin, message: "KUBERNETES_SERVICE_HOST and _PORT give no address: \(server)")
    }
    for file in ["token", "ca.crt"] {
      _ = try TextFile.read(
        "\(directory)/\(file)",
        remedy: "set automountServiceAccountToken: true for the pod, or give --kubeconfig")
    }
    let namespace = try? TextFile.read("\(directory)/namespace", remedy: "")
    return Endpoint(
      server: server, verification: .trust(.file("\(directory)/ca.crt")),
      credentials: .tokenFile("\(directory)/token"),
      namespace: namespace.map { String($0.filter { !$0.isWhitespace }) }, origin: origin)
  }

  private static func load(
    _ files: [String], mayBeMissing: Bool
  ) throws(KubernetesConfigurationError) -> KubeConfig {
    var config = KubeConfig()
    for file in files where !mayBeMissing || TextFile.exists(file) {
      let text = try TextFile.read(file, remedy: "give the path of a kubeconfig file")
      config.merge(try KubeConfig.parse(text, file: file))
    }
    return config
  }
}
