import Testing

@testable import KubernetesClient

@Suite("Finding the API server")
struct DiscoveryTests {
  private func config(_ name: String) -> String {
    """
    current-context: \(name)
    clusters: [{name: \(name), cluster: {server: "https://\(name).example.com"}}]
    contexts: [{name: \(name), context: {cluster: \(name)}}]
    """
  }

  @Test("--kubeconfig, then KUBECONFIG, then the pod, then the home directory")
  func order() throws {
    let files = try TemporaryFiles()
    defer { files.remove() }
    let (flag, first) = (
      try files.write(config("flag"), to: "flag"), try files.write(config("first"), to: "first")
    )
    let second = try files.write(config("second"), to: "second")
    try files.write("secret\n", to: "token")
    try files.write("authority", to: "ca.crt")
    try files.write("metallb-system\n", to: "namespace")
    var environment = Endpoint.Environment(variables: [
      "KUBECONFIG": "\(files.path)/missing:\(first)::\(second)",
      "KUBERNETES_SERVICE_HOST": "2001:db8::1", "KUBERNETES_SERVICE_PORT": "443",
    ])
    environment.serviceAccount = files.path
    let byFlag = try Endpoint.discover(kubeconfig: flag, environment: environment)
    #expect(byFlag.server == "https://flag.example.com")
    let byVariable = try Endpoint.discover(environment: environment)
    #expect(byVariable.server == "https://first.example.com")
    let byContext = try Endpoint.discover(context: "second", environment: environment)
    #expect(byContext.server == "https://second.example.com")
    environment.variables["KUBECONFIG"] = nil
    let inCluster = try Endpoint.discover(environment: environment)
    #expect(inCluster.server == "https://[2001:db8::1]:443")
    #expect(inCluster.verification == .trust(.file("\(files.path)/ca.crt")))
    #expect(inCluster.credentials == .tokenFile("\(files.path)/token"))
    #expect(inCluster.namespace == "metallb-system")
  }

  @Test("A missing --kubeconfig is an error; where nothing is, both ways out are named")
  func nothing() {
    let empty = Endpoint.Environment(variables: [:])
    let missing = #expect(throws: KubernetesConfigurationError.self) {
      _ = try Endpoint.discover(kubeconfig: "/nonexistent/config", environment: empty)
    }
    #expect(
      missing?.description
        == "/nonexistent/config: cannot be opened: No such file or directory; "
        + "give the path of a kubeconfig file")
    let nothing = #expect(throws: KubernetesConfigurationError.self) {
      _ = try Endpoint.discover(environment: empty)
    }
    #expect(nothing?.message.contains("give --kubeconfig or set KUBECONFIG") == true)
  }

  @Test("A pod without a token says what to set")
  func noToken() {
    var environment = Endpoint.Environment(variables: [
      "KUBERNETES_SERVICE_HOST": "192.0.2.1", "KUBERNETES_SERVICE_PORT": "443",
    ])
    environment.serviceAccount = "/nonexistent"
    let error = #expect(throws: KubernetesConfigurationError.self) {
      _ = try Endpoint.inCluster(environment)
    }
    #expect(error?.place == "/nonexistent/token")
    #expect(error?.message.contains("automountServiceAccountToken") == true)
  }
}
