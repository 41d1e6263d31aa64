import Addresses
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import UnixSignals

/// Serves the status page on this machine's loopback address: `bellman ui`.
public struct PageServer: Sendable {
  private let source: PageSource
  private let place: (address: IPAddress, port: UInt16)
  private let token = BearerToken(secret: PageServer.secret())

  /// A server of the page.
  ///
  /// - Parameter listen: the loopback address and port; nil for 127.0.0.1 and a port that is free.
  /// - Throws: ``SpeakerStartError`` where other hosts could reach it.
  public init(source: PageSource, listen: ListenAddress? = nil) throws {
    self.source = source
    place = listen.map { ($0.address, $0.port) } ?? (.v4(IPv4Address(127, 0, 0, 1)), 0)
    guard place.address.isLoopback else {
      throw SpeakerStartError(
        "--listen \(place.address) can be reached from other hosts, and the page is served with your "
          + "own rights; give 127.0.0.1 or [::1]. From elsewhere, forward a port with ssh -L")
    }
  }

  /// Serves until SIGINT or SIGTERM.
  ///
  /// - Parameter onRunning: gets the URL. It ends in a key, without which other users of this machine
  ///   see nothing.
  public func run(onRunning: @escaping @Sendable (_ url: String) -> Void) async throws {
    var logger = Logger(label: "bellman")
    logger.logLevel = .warning
    let service = PageService(application: application(logger, onRunning: onRunning))
    let group = ServiceGroup(
      configuration: .init(
        services: [service], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
    try await group.run()
  }

  /// The server without what waits for signals.
  func application(
    _ logger: Logger, onRunning: @escaping @Sendable (_ url: String) -> Void
  ) -> some ApplicationProtocol {
    let router = Router(context: ListenContext.self, options: .autoGenerateHeadEndpoints)
    let gate = ListenGuard(limits: ConnectionGate.Limits()) { _ in }
    router.add(middleware: ListenMiddleware(gate: gate, requests: { _ in }))
    router.add(middleware: LoopbackHostMiddleware())
    let routes = PageRoutes(source: source)
    routes.addAssets(to: router)
    router.add(middleware: TokenMiddleware(token: token))
    routes.addDocuments(to: router)
    let (place, token) = (place, token)
    return Application(
      router: router, server: ListenServer.Limits().server(gate: gate, certificate: nil),
      configuration: ApplicationConfiguration(
        address: .hostname("\(place.address)", port: Int(place.port))),
      onServerRunning: { channel in
        let port = UInt16(clamping: channel.localAddress?.port ?? Int(place.port))
        let address = ListenAddress(address: place.address, port: port)
        onRunning("http://\(address)/#session=\(token.text)")
      },
      eventLoopGroupProvider: .singleton, logger: logger.quiet)
  }

  /// 128 random bits as text.
  private static func secret() -> String {
    var generator = SystemRandomNumberGenerator()
    return (0..<2).map { _ in
      let digits = String(generator.next() as UInt64, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}

private struct PageService<Content: ApplicationProtocol>: Service {
  let application: Content

  func run() async throws { try await application.run() }
}
