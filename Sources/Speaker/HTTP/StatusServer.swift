import Hummingbird
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Status

#if canImport(Glibc)
  import Glibc
#endif

/// Answers questions about this speaker on a unix socket, by HTTP, and takes commands there: see
/// ``ReadRoutes`` and ``CommandRoutes``. Who may connect is for the file system to say: nobody but its
/// owner.
struct StatusServer: Service {
  let socketPath: String
  let control: ControlLoop
  let logger: Logger
  var exporter: MetricsExporter?
  /// Where connections are served: not where the control loop turns, which they must neither hold up
  /// nor wait for.
  var eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
  var stuckAfter = Pulse.limit
  var limits = Self.limits

  /// The bounds of connections. On a socket all have the same source, for which there is no other rate
  /// than that of the machine.
  static let limits: ListenServer.Limits = {
    var limits = ListenServer.Limits()
    limits.gate.connectionsOfOne = limits.gate.connections
    return limits
  }()

  func run() async throws {
    let router = Router()
    let routes = ReadRoutes(control: control, exporter: exporter, stuckAfter: stuckAfter)
    routes.addProbes(to: router)
    routes.addMetrics(to: router)
    routes.addStatus(to: router)
    CommandRoutes(control: control, logger: logger).add(to: router)
    let path = socketPath
    let application = Application(
      router: router,
      server: limits.server(
        gate: ListenGuard(limits: limits.gate) { [exporter] in exporter?.countRefusal($0) },
        certificate: nil),
      configuration: ApplicationConfiguration(address: .unixDomainSocket(path: socketPath)),
      onServerRunning: { _ in chmod(path, 0o600) },
      eventLoopGroupProvider: .shared(eventLoopGroup),
      logger: logger.quiet)
    defer { unlink(socketPath) }
    try await application.run()
  }

  static func text(_ status: HTTPResponse.Status, _ text: String) -> Response {
    Response(
      status: status, headers: [.contentType: "text/plain; charset=utf-8"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }

  static func json(_ text: String) throws -> Response {
    Response(
      status: .ok, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}

extension Logger {
  /// Hummingbird tells of every start and stop at `info`; the speaker says that itself.
  var quiet: Logger {
    var quiet = self
    quiet.logLevel = max(quiet.logLevel, .warning)
    return quiet
  }
}
