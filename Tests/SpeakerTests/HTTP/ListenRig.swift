import Addresses
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing

@testable import Speaker

/// A speaker without interfaces and peers that answers on a TCP address of this host.
struct ListenRig {
  let control: ControlLoop
  let place: RawClient.Place

  /// Runs `body` while the speaker answers.
  ///
  /// - Parameters:
  ///   - options: what guards the address; its port is chosen by the kernel.
  ///   - manifests: the cluster.
  static func run(
    _ options: ListenOptions, limits: ListenServer.Limits = ListenServer.Limits(),
    manifests: String = "", stuckAfter: TimeAmount = Pulse.limit,
    _ body: (ListenRig) async throws -> Void
  ) async throws {
    let directory = TemporaryDirectory()
    try directory.write("cluster.yaml", manifests)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let serving = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let registry = MetricsRegistry(SpeakerMetrics.all)
    let control = ControlLoop(
      options: SpeakerOptions(
        node: "node-1", source: .manifests(directory.path), socketPath: "/none"),
      plane: nil, eventLoop: loops.next(), logger: logger,
      metrics: EventMetrics(factory: registry))
    try await control.start()
    var reader = ManifestReader(directory: directory.path)
    await control.sourceChanged(reader.read())
    let (addresses, continuation) = AsyncStream.makeStream(of: SocketAddress?.self)
    let server = try ListenServer(
      options: options,
      routes: ReadRoutes(
        control: control,
        exporter: MetricsExporter(registry: registry, control: control, hasMetalLBNames: false),
        stuckAfter: stuckAfter),
      factory: registry, eventLoopGroup: serving, logger: logger, limits: limits
    ) { continuation.yield($0) }
    let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      var iterator = addresses.makeAsyncIterator()
      let port = try #require(await iterator.next()??.port)
      try await body(ListenRig(control: control, place: .init(port: port)))
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
    await control.stop(reason: "the test is over")
    try await serving.shutdownGracefully()
    try await loops.shutdownGracefully()
  }

  func ask(
    _ path: String, method: String = "GET", host: String = "127.0.0.1", headers: [String] = [],
    source: String? = nil
  ) async throws -> RawClient.Answer {
    var place = place
    place.source = source
    return try await RawClient.ask(
      place, path, method: method, host: host, headers: headers)
  }
}

extension ListenOptions {
  /// A loopback address without certificate and token, and the port that the kernel chooses.
  static let loopback = ListenOptions(
    address: ListenAddress(address: .v4(IPv4Address(127, 0, 0, 1)), port: 0))
}
