import FoundationEssentials
import Logging
import NIOCore
import NIOPosix
import NIOSSL

/// Gives what each request needs to prove who asks, and to know whom it asks.
///
/// Files are looked at again before each request, and read again when they changed; what a plugin
/// gave is kept until shortly before it expires, or until the server refuses it.
actor CredentialSource {
  /// What a request carries.
  struct Credentials: Sendable {
    var bearerToken: String?
    /// nil for a server without TLS.
    var tls: TLSConfiguration?
  }

  private let endpoint: Endpoint
  private let isTLS: Bool
  private let logger: Logger
  private var tls: (inputs: [Endpoint.PEM: TextFile.Stamp?], configuration: TLSConfiguration)?
  private var token: (stamp: TextFile.Stamp?, readAt: NIODeadline, text: String)?
  private var plugin: ExecCredential?
  private var pluginRun: Task<Result<ExecCredential, KubernetesConfigurationError>, Never>?

  /// How long before its end a credential counts as expired, in seconds.
  private static let leeway = 10.0
  /// A token is read again after this time even if the file looks the same.
  private static let tokenAge = TimeAmount.seconds(60)

  init(endpoint: Endpoint, logger: Logger) {
    self.endpoint = endpoint
    self.logger = logger
    isTLS = ServerAddress(endpoint.server)?.isTLS ?? true
  }

  /// What the next request carries.
  func current() async throws(KubernetesConfigurationError) -> Credentials {
    var credentials = Credentials()
    var certificate = endpoint.clientCertificate
    switch endpoint.credentials {
    case .none: break
    case .token(let text): credentials.bearerToken = text
    case .tokenFile(let file): credentials.bearerToken = try read(tokenFile: file)
    case .exec(let program):
      let given = try await run(program)
      credentials.bearerToken = given.token
      certificate = given.certificate ?? certificate
    }
    if isTLS { credentials.tls = try tlsConfiguration(certificate) }
    return credentials
  }

  /// Forgets what the server refused.
  func renew() {
    token = nil
    plugin = nil
  }

  // MARK: Tokens

  private func read(tokenFile file: String) throws(KubernetesConfigurationError) -> String {
    let stamp = TextFile.stamp(file)
    let now = NIODeadline.now()
    if let token, token.stamp == stamp, now < token.readAt + Self.tokenAge { return token.text }
    do throws(KubernetesConfigurationError) {
      let text = try TextFile.read(file, remedy: "the token of the service account belongs there")
      let trimmed = text.filter { !$0.isWhitespace }
      guard !trimmed.isEmpty else {
        throw KubernetesConfigurationError(place: file, message: "the token file is empty")
      }
      token = (stamp, now, trimmed)
      return trimmed
    } catch {
      // While a volume is mounted anew the old token may well be good.
      guard let token else { throw error }
      logger.warning("\(error); the token read before is used")
      return token.text
    }
  }

  // MARK: Plugins

  private func run(
    _ program: ExecPlugin
  ) async throws(KubernetesConfigurationError) -> ExecCredential {
    if let plugin, plugin.expiry.map({ $0 - Self.leeway > Date().timeIntervalSince1970 }) ?? true {
      return plugin
    }
    let task = pluginRun ?? start(program)
    pluginRun = task
    guard let result = await Self.result(of: task) else {
      throw KubernetesConfigurationError(
        place: "exec plugin \(program.command)",
        message: "the request was given up before the program gave an answer")
    }
    if pluginRun == task {
      pluginRun = nil
      plugin = try? result.get()
    }
    return try result.get()
  }

  /// What a task gives; nil where the present task is cancelled before. A program that hangs must not
  /// hold up what ends.
  private static func result<Value: Sendable>(of task: Task<Value, Never>) async -> Value? {
    let (results, result) = AsyncStream.makeStream(of: Value.self)
    let relay = Task {
      result.yield(await task.value)
      result.finish()
    }
    defer { relay.cancel() }
    for await value in results { return value }
    return nil
  }

  private func start(
    _ program: ExecPlugin
  ) -> Task<Result<ExecCredential, KubernetesConfigurationError>, Never> {
    let authority: [UInt8]? =
      if case .trust(.some(let pem)) = endpoint.verification { try? octets(of: pem) } else { nil }
    let info = ExecCredential.execInfo(for: program, endpoint: endpoint, authority: authority)
    return Task {
      let output = try? await NIOThreadPool.singleton.runIfActive {
        () -> Result<[UInt8], KubernetesConfigurationError> in
        do throws(KubernetesConfigurationError) {
          return .success(try ExecProgram(plugin: program, info: info).run())
        } catch {
          return .failure(error)
        }
      }
      do throws(KubernetesConfigurationError) {
        guard let output else {
          throw KubernetesConfigurationError(
            place: "exec plugin \(program.command)", message: "the process is shutting down")
        }
        return .success(try ExecCredential(parsing: try output.get(), plugin: program))
      } catch {
        return .failure(error)
      }
    }
  }

  // MARK: TLS

  private func octets(of pem: Endpoint.PEM) throws(KubernetesConfigurationError) -> [UInt8] {
    switch pem {
    case .text(let octets): octets
    case .file(let file):
      try TextFile.readOctets(file, remedy: "the kubeconfig or service account names this file")
    }
  }

  private func tlsConfiguration(
    _ certificate: Endpoint.ClientCertificate?
  ) throws(KubernetesConfigurationError) -> TLSConfiguration {
    var inputs: [Endpoint.PEM: TextFile.Stamp?] = [:]
    var pems = certificate.map { [$0.chain, $0.key] } ?? []
    if case .trust(.some(let pem)) = endpoint.verification { pems.append(pem) }
    for pem in pems {
      let stamp: TextFile.Stamp? =
        if case .file(let file) = pem { TextFile.stamp(file) } else { nil }
      inputs.updateValue(stamp, forKey: pem)
    }
    if let tls, tls.inputs == inputs { return tls.configuration }
    do {
      let configuration = try makeTLSConfiguration(certificate)
      tls = (inputs, configuration)
      return configuration
    } catch {
      // A file may be caught between its old and its new content.
      guard let tls, tls.inputs.keys == inputs.keys else { throw error }
      logger.warning("\(error); the certificates read before are used")
      return tls.configuration
    }
  }

  private func makeTLSConfiguration(
    _ certificate: Endpoint.ClientCertificate?
  ) throws(KubernetesConfigurationError) -> TLSConfiguration {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = .tlsv12
    switch endpoint.verification {
    case .none: configuration.certificateVerification = .none
    case .trust(nil): break
    case .trust(.some(let pem)):
      configuration.trustRoots = .certificates(
        try certificates(pem, what: "certificate authority"))
    }
    if let certificate {
      configuration.certificateChain = try certificates(certificate.chain, what: "certificate")
        .map { .certificate($0) }
      configuration.privateKey = .privateKey(try privateKey(certificate.key))
    }
    return configuration
  }

  private func certificates(
    _ pem: Endpoint.PEM, what: String
  ) throws(KubernetesConfigurationError) -> [NIOSSLCertificate] {
    let octets = try octets(of: pem)
    do {
      let certificates = try NIOSSLCertificate.fromPEMBytes(octets)
      if !certificates.isEmpty { return certificates }
    } catch {
      throw KubernetesConfigurationError(
        place: pem.place(in: endpoint), message: "the \(what) is no PEM certificate: \(error)")
    }
    throw KubernetesConfigurationError(
      place: pem.place(in: endpoint), message: "holds no PEM certificate for the \(what)")
  }

  private func privateKey(
    _ pem: Endpoint.PEM
  ) throws(KubernetesConfigurationError) -> NIOSSLPrivateKey {
    let octets = try octets(of: pem)
    do {
      return try NIOSSLPrivateKey(bytes: octets, format: .pem)
    } catch {
      throw KubernetesConfigurationError(
        place: pem.place(in: endpoint), message: "the client key is no PEM private key: \(error)")
    }
  }
}

extension Endpoint.PEM {
  /// Where this is written.
  fileprivate func place(in endpoint: Endpoint) -> String {
    switch self {
    case .text: endpoint.origin
    case .file(let file): file
    }
  }
}
