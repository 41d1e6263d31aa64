import FoundationEssentials

/// What an exec plugin gave (`ExecCredential`, client.authentication.k8s.io).
struct ExecCredential: Hashable, Sendable {
  var token: String?
  /// The client's certificate and key, as PEM.
  var certificate: Endpoint.ClientCertificate?
  /// When it is no longer good, in seconds since 1970; nil where it is good until it is refused.
  var expiry: Double?

  /// Reads the standard output of a plugin.
  init(
    parsing output: [UInt8], plugin: ExecPlugin
  ) throws(KubernetesConfigurationError) {
    func failure(_ message: String) -> KubernetesConfigurationError {
      KubernetesConfigurationError(place: "exec plugin \(plugin.command)", message: message)
    }
    let value: JSONValue
    do {
      value = try JSONValue(parsing: output)
    } catch {
      throw failure("expected an ExecCredential on standard output: \(error)")
    }
    guard value["kind"]?.string == "ExecCredential" else {
      throw failure("expected an object of kind ExecCredential on standard output")
    }
    let stated = value["apiVersion"]?.string ?? "nothing"
    guard stated == plugin.version.rawValue else {
      throw failure(
        "answered with apiVersion \(stated), asked for \(plugin.version.rawValue); "
          + "make the kubeconfig and the plugin agree")
    }
    let status = value["status"]
    token = status?["token"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    switch (status?["clientCertificateData"]?.string, status?["clientKeyData"]?.string) {
    case (nil, nil): break
    case (.some(let chain), .some(let key)):
      certificate = .init(chain: .text(Array(chain.utf8)), key: .text(Array(key.utf8)))
    default:
      throw failure("gave one of clientCertificateData and clientKeyData; both are needed")
    }
    guard token != nil || certificate != nil else {
      throw failure("gave neither a token nor a client certificate")
    }
    if let text = status?["expirationTimestamp"]?.string {
      guard let date = try? Date(text, strategy: .iso8601) else {
        throw failure("expirationTimestamp: expected a time (RFC 3339), found \"\(text)\"")
      }
      expiry = date.timeIntervalSince1970
    }
  }

  /// The variable `KUBERNETES_EXEC_INFO` that a plugin is started with.
  static func execInfo(for plugin: ExecPlugin, endpoint: Endpoint, authority: [UInt8]?) -> String {
    var spec: [String: JSONValue] = ["interactive": false]
    if plugin.providesClusterInfo {
      var cluster: [String: JSONValue] = ["server": .string(endpoint.server)]
      if let name = endpoint.tlsServerName { cluster["tls-server-name"] = .string(name) }
      if endpoint.verification == .none { cluster["insecure-skip-tls-verify"] = true }
      if let authority {
        cluster["certificate-authority-data"] = .string(Data(authority).base64EncodedString())
      }
      spec["cluster"] = .object(cluster)
    }
    let info: JSONValue = [
      "apiVersion": .string(plugin.version.rawValue), "kind": "ExecCredential",
      "spec": .object(spec),
    ]
    return String(decoding: info.octets, as: UTF8.self)
  }
}
