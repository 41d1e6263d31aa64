/// How the API server is reached and who asks: all that a ``KubernetesClient`` needs.
public struct Endpoint: Hashable, Sendable {
  /// PEM text, or the file that holds it and is read again when it changes.
  public enum PEM: Hashable, Sendable {
    case text([UInt8])
    case file(String)
  }

  /// How the server is told from an impostor.
  public enum Verification: Hashable, Sendable {
    /// By these certificates; nil for those that the system trusts.
    case trust(PEM?)
    /// Not at all, as `insecure-skip-tls-verify` asks.
    case none
  }

  /// A client certificate and its key.
  public struct ClientCertificate: Hashable, Sendable {
    /// The certificate, and those between it and the authority.
    public var chain: PEM
    /// The key.
    public var key: PEM

    /// This certificate with this key.
    public init(chain: PEM, key: PEM) {
      self.chain = chain
      self.key = key
    }
  }

  /// What proves who asks, besides a client certificate.
  public enum Credentials: Hashable, Sendable {
    case none
    case token(String)
    /// A file that is read again as the token rotates.
    case tokenFile(String)
    case exec(ExecPlugin)
  }

  /// The URL of the server: scheme, host, port and perhaps a path, without a slash at its end.
  public var server: String
  /// The name in the server's certificate, if it is not that of the URL.
  public var tlsServerName: String?
  /// How the server is verified.
  public var verification: Verification
  /// The client's certificate.
  public var clientCertificate: ClientCertificate?
  /// What else proves who asks.
  public var credentials: Credentials
  /// The namespace of the context, or of the pod.
  public var namespace: String?
  /// Where all this was written, for messages.
  public var origin: String

  /// A way to the server at `server`.
  public init(
    server: String, tlsServerName: String? = nil, verification: Verification = .trust(nil),
    clientCertificate: ClientCertificate? = nil, credentials: Credentials = .none,
    namespace: String? = nil, origin: String = "configuration"
  ) {
    self.server = server
    self.tlsServerName = tlsServerName
    self.verification = verification
    self.clientCertificate = clientCertificate
    self.credentials = credentials
    self.namespace = namespace
    self.origin = origin
  }
}

extension KubeConfig {
  /// The way to the server by the context `name`, or by the current one.
  ///
  /// - Parameter origin: the file or files, for errors
  public func endpoint(
    context name: String? = nil, origin: String
  ) throws(KubernetesConfigurationError) -> Endpoint {
    func fail(_ message: String) -> KubernetesConfigurationError {
      KubernetesConfigurationError(place: origin, message: message)
    }
    let known = contexts.keys.sorted().joined(separator: ", ")
    let name = name ?? currentContext
    guard !name.isEmpty else {
      throw fail("no current-context; set it, or name one of the contexts (\(known))")
    }
    guard let context = contexts[name] else {
      throw fail("no context \"\(name)\"; there are: \(known.isEmpty ? "none" : known)")
    }
    guard let cluster = clusters[context.cluster] else {
      throw fail("context \(name): no cluster \"\(context.cluster)\" in clusters")
    }
    if !context.user.isEmpty, users[context.user] == nil {
      throw fail("context \(name): no user \"\(context.user)\" in users")
    }
    if cluster.proxyURL != nil {
      throw fail(
        "cluster \(context.cluster): proxy-url is not supported; reach the server directly")
    }
    let server = try Self.checked(cluster.server) { fail("cluster \(context.cluster): \($0)") }
    let user = users[context.user] ?? User()
    if let field = user.unsupported.first {
      throw fail(
        "user \(context.user): \(field) is not supported; use a token, a client "
          + "certificate or an exec plugin")
    }
    var endpoint = Endpoint(
      server: server, tlsServerName: cluster.tlsServerName, namespace: context.namespace,
      origin: origin)
    endpoint.verification = try cluster.verification { fail("cluster \(context.cluster): \($0)") }
    endpoint.clientCertificate = try user.certificate { fail("user \(context.user): \($0)") }
    endpoint.credentials = user.credentials
    return endpoint
  }

  /// The URL of a server, if it is one.
  static func checked(
    _ url: String, _ fail: (String) -> KubernetesConfigurationError
  ) throws(KubernetesConfigurationError) -> String {
    guard !url.isEmpty else { throw fail("no server; give the URL of the API server") }
    var url = url.contains("://") ? url : "http://\(url)"
    while url.hasSuffix("/") { url.removeLast() }
    guard ServerAddress(url) != nil else {
      throw fail("server: expected a URL such as https://192.0.2.1:6443, found \"\(url)\"")
    }
    return url
  }
}

extension KubeConfig.Cluster {
  fileprivate func verification(
    _ fail: (String) -> KubernetesConfigurationError
  ) throws(KubernetesConfigurationError) -> Endpoint.Verification {
    let trusted: Endpoint.PEM? =
      certificateAuthorityData.map(Endpoint.PEM.text)
      ?? certificateAuthority.map(Endpoint.PEM.file)
    guard skipsVerification else { return .trust(trusted) }
    if trusted != nil {
      throw fail(
        "insecure-skip-tls-verify and a certificate authority contradict each other; remove one")
    }
    return .none
  }
}

extension KubeConfig.User {
  fileprivate func certificate(
    _ fail: (String) -> KubernetesConfigurationError
  ) throws(KubernetesConfigurationError) -> Endpoint.ClientCertificate? {
    let chain =
      clientCertificateData.map(Endpoint.PEM.text) ?? clientCertificate.map(Endpoint.PEM.file)
    let key = clientKeyData.map(Endpoint.PEM.text) ?? clientKey.map(Endpoint.PEM.file)
    switch (chain, key) {
    case (nil, nil): return nil
    case (.some(let chain), .some(let key)): return .init(chain: chain, key: key)
    case (.some, nil): throw fail("a client certificate without client-key or client-key-data")
    case (nil, .some): throw fail("a client key without client-certificate or its -data")
    }
  }

  fileprivate var credentials: Endpoint.Credentials {
    if let tokenFile { return .tokenFile(tokenFile) }
    if let token { return .token(token) }
    if let exec { return .exec(exec) }
    return .none
  }
}

/// The parts of a server's URL.
struct ServerAddress: Hashable, Sendable {
  let isTLS: Bool
  /// The host, without the brackets of an IPv6 address.
  let host: String
  let port: Int
  /// The path, empty or with a slash before it.
  let path: String

  init?(_ url: String) {
    let rest: Substring
    if url.hasPrefix("https://") {
      (isTLS, rest) = (true, url.dropFirst(8))
    } else if url.hasPrefix("http://") {
      (isTLS, rest) = (false, url.dropFirst(7))
    } else {
      return nil
    }
    let authority = rest.prefix { $0 != "/" }
    path = String(rest.dropFirst(authority.count))
    guard !path.contains(where: { $0 == "?" || $0 == "#" || $0 == " " }) else { return nil }
    var port: Substring?
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { return nil }
      host = String(authority[authority.index(after: authority.startIndex)..<end])
      let tail = authority[authority.index(after: end)...]
      guard tail.isEmpty || tail.hasPrefix(":") else { return nil }
      if !tail.isEmpty { port = tail.dropFirst() }
    } else {
      let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count <= 2 else { return nil }
      host = parts.first.map(String.init) ?? ""
      if parts.count == 2 { port = parts[1] }
    }
    let isPlain = host.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || "-._:%".contains($0))
    }
    guard !host.isEmpty, isPlain else { return nil }
    guard let number = port.map({ Int($0) }) ?? (isTLS ? 443 : 80), (1...65535).contains(number)
    else { return nil }
    self.port = number
  }

  /// The URL with `name` in place of the host.
  func url(host name: String? = nil) -> String {
    let name = name ?? host
    let shown = name.contains(":") ? "[\(name)]" : name
    return "\(isTLS ? "https" : "http")://\(shown):\(port)\(path)"
  }
}
