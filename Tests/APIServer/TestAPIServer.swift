import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import HummingbirdTLS
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle

/// A Kubernetes API server for tests, on a port of 127.0.0.1, with faults at will.
public struct TestAPIServer: Sendable {
  /// How a test server listens.
  public struct Options: Sendable {
    /// The certificates of TLS; nil for plain HTTP.
    public var certificates: TestCertificates?
    /// Whether clients need a certificate of the same authority.
    public var needsClientCertificate = false
    /// Whether HTTP/2 is offered.
    public var offersHTTP2 = false
    /// The tokens that are accepted; nil for no authentication.
    public var tokens: Set<String>?
    /// Whether `sendInitialEvents` is known.
    public var streamsLists = true
    /// Whether Services are selected by `spec.type`, as from Kubernetes 1.31 on.
    public var selectsServicesByType = true
    /// What clients may do; nil for everything.
    public var authorization: RBAC?
    /// The time between bookmarks, in milliseconds.
    public var bookmarkInterval = 100

    /// Plain HTTP without authentication.
    public init() {}
  }

  /// The objects.
  public let store: ObjectStore
  /// What goes wrong.
  public let faults: FaultPlan
  /// The port.
  public let port: Int
  /// The URL, by address.
  public let url: String
  private let tokens: NIOLockedValueBox<Set<String>?>

  /// Has other tokens accepted from now on.
  public func accept(tokens accepted: Set<String>) { tokens.withLockedValue { $0 = accepted } }

  /// Runs a server while `body` runs.
  public static func run<Result: Sendable>(
    _ options: Options = Options(), _ body: @Sendable (TestAPIServer) async throws -> Result
  ) async throws -> Result {
    let (store, faults) = (ObjectStore(), FaultPlan())
    let tokens = NIOLockedValueBox(options.tokens)
    let responder = APIResponder(
      store: store, faults: faults, tokens: tokens, streamsLists: options.streamsLists,
      selectsServicesByType: options.selectsServicesByType,
      authorization: options.authorization)
    let (ports, running) = AsyncStream<Int>.makeStream()
    var logger = Logger(label: "api-server")
    logger.logLevel = .error
    let application = Application(
      responder: CallbackResponder<BasicRequestContext> { request, _ in
        try await responder.respond(to: request)
      },
      server: try builder(options),
      configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { running.yield($0.localAddress?.port ?? 0) },
      logger: logger)
    // To be cancelled while it takes a connection would end the process: NIO does not have it that a
    // channel is dropped. So it stops listening first; then its streams are cut.
    var lifecycle = ServiceGroupConfiguration(services: [application], logger: logger)
    lifecycle.maximumGracefulShutdownDuration = .milliseconds(50)
    let services = ServiceGroup(configuration: lifecycle)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { running.finish() }
        try await services.run()
      }
      var iterator = ports.makeAsyncIterator()
      guard let port = await iterator.next() else { throw NotStarted() }
      let bookmarks = Task {
        while true {
          try await Task.sleep(for: .milliseconds(options.bookmarkInterval))
          store.sendBookmarks()
        }
      }
      defer { bookmarks.cancel() }
      let scheme = options.certificates == nil ? "http" : "https"
      let server = TestAPIServer(
        store: store, faults: faults, port: port, url: "\(scheme)://127.0.0.1:\(port)",
        tokens: tokens)
      let result: Swift.Result<Result, any Error>
      do { result = .success(try await body(server)) } catch { result = .failure(error) }
      await services.triggerGracefulShutdown()
      _ = await group.nextResult()
      return try result.get()
    }
  }

  /// The server could not listen.
  struct NotStarted: Error {}

  private static func builder(_ options: Options) throws -> HTTPServerBuilder {
    guard let certificates = options.certificates else { return .http1() }
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(certificates.server.chain.utf8))
        .map { .certificate($0) },
      privateKey: .privateKey(
        try NIOSSLPrivateKey(bytes: Array(certificates.server.key.utf8), format: .pem)))
    if options.needsClientCertificate {
      tls.trustRoots = .certificates(
        try NIOSSLCertificate.fromPEMBytes(Array(certificates.authority.utf8)))
      tls.certificateVerification = .noHostnameVerification
    }
    return options.offersHTTP2
      ? try .http2Upgrade(tlsConfiguration: tls) : try .tls(.http1(), tlsConfiguration: tls)
  }
}
