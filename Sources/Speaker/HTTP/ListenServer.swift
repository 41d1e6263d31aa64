import CoreMetrics
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle

/// Answers questions about this speaker on a TCP address, and takes no commands there.
struct ListenServer: Service {
  let options: ListenOptions
  let routes: ReadRoutes
  let eventLoopGroup: any EventLoopGroup
  let logger: Logger
  private let certificate: ServerCertificate?
  private let token: BearerToken?
  private let gate: ListenGuard
  private let factory: any MetricsFactory
  private let onRunning: @Sendable (SocketAddress?) async -> Void
  private let limits: Limits

  /// The bounds of connections.
  struct Limits: Sendable {
    var gate = ConnectionGate.Limits()
    /// How long a connection may be idle.
    var idle = TimeAmount.seconds(60)
    /// How long a reader may take for one answer.
    var answer = TimeAmount.seconds(20)
    /// The most octets of a request's head.
    var head = 16 * 1024
  }

  /// Reads certificate and token; throws ``SpeakerStartError`` where they cannot be used, or others
  /// could read what is not meant for them.
  ///
  /// - Parameter onRunning: gets the address in use.
  init(
    options: ListenOptions, routes: ReadRoutes, factory: any MetricsFactory,
    eventLoopGroup: any EventLoopGroup, logger: Logger, limits: Limits = Limits(),
    onRunning: @escaping @Sendable (SocketAddress?) async -> Void = { _ in }
  ) throws {
    try options.validate()
    self.options = options
    self.routes = routes
    self.eventLoopGroup = eventLoopGroup
    self.logger = logger
    self.factory = factory
    self.limits = limits
    self.onRunning = onRunning
    certificate = try options.tls.map { try ServerCertificate($0, logger: logger) }
    token = try options.tokenFile.map { try BearerToken(path: $0) }
    let refused = SpeakerMetrics.httpRefused
    let counters = Dictionary(
      uniqueKeysWithValues: ConnectionGate.Refusal.allCases.map { refusal in
        (
          refusal,
          Counter(
            label: refused.name, dimensions: [(refused.labels[0], refusal.rawValue)],
            factory: factory)
        )
      })
    gate = ListenGuard(limits: limits.gate) { counters[$0]?.increment() }
  }

  func run() async throws {
    let router = Router(context: ListenContext.self, options: .autoGenerateHeadEndpoints)
    router.add(
      middleware: ListenMiddleware(
        gate: gate,
        requests: { [factory] code in
          let family = SpeakerMetrics.httpRequests
          Counter(
            label: family.name, dimensions: [(family.labels[0], "\(code)")], factory: factory
          ).increment()
        }))
    routes.addProbes(to: router)
    if options.servesStatus, options.address.address.isLoopback {
      router.add(middleware: LoopbackHostMiddleware())
    }
    let page = PageRoutes(source: .control(routes.control))
    if options.servesStatus { page.addAssets(to: router) }
    // Probes and the files of the page say little and are asked by who has no token.
    router.add(middleware: TokenMiddleware(token: token))
    routes.addMetrics(to: router)
    if options.servesStatus {
      routes.addStatus(to: router)
      page.addDocuments(to: router)
    }

    let onRunning = onRunning
    let application = Application(
      router: router,
      server: limits.server(gate: gate, certificate: certificate),
      configuration: ApplicationConfiguration(
        address: .hostname("\(options.address.address)", port: Int(options.address.port))),
      onServerRunning: { await onRunning($0.localAddress) },
      eventLoopGroupProvider: .shared(eventLoopGroup),
      logger: logger.quiet)
    logger.info(
      "answers questions by HTTP",
      metadata: [
        "address": "\(options.address)", "tls": "\(certificate != nil)",
        "token": "\(token != nil)", "status": "\(options.servesStatus)",
      ])
    try await application.run()
  }
}

extension ListenServer.Limits {
  /// A server that keeps to these bounds.
  func server(gate: ListenGuard, certificate: ServerCertificate?) -> HTTPServerBuilder {
    HTTPServerBuilder { responder in
      GuardedChannel(
        base: HTTP1Channel(
          responder: responder,
          configuration: .init(
            idleTimeout: idle,
            httpDecoderConfiguration: .init(
              maxHeaderFieldSize: head, maxHeaderListSize: head, maxHeaderFieldCount: 100))),
        gate: gate, certificate: certificate, answerTime: answer)
    }
  }
}
