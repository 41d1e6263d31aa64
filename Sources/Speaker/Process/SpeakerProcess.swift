import Election
import KubernetesClient
import LinuxIO
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import UnixSignals

#if canImport(Glibc)
  import Glibc
#endif

/// A whole speaker: sources, control loop, transports and status server under one lifecycle.
public struct SpeakerProcess: Sendable {
  private let options: SpeakerOptions

  /// A speaker with these options; nothing happens before ``run()``.
  public init(options: SpeakerOptions) { self.options = options }

  /// Runs until SIGTERM or SIGINT, then withdraws everything and returns.
  ///
  /// Throws ``SpeakerStartError`` when the node has a speaker already, or the directory of manifests or
  /// the folders of the status socket and of the state cannot be used, or an address cannot be listened
  /// on.
  public func run() async throws {
    var logger = Logger(label: "bellman")
    logger[metadataKey: "node"] = "\(options.node)"
    FreedMemory.returnEarly()
    let lock = try await Self.lock(node: options.node)
    for listen in options.listen { try listen.validate() }
    let client = try prepareSource(logger)
    let identities = ObjectIdentities()
    try Self.prepareFolder(of: options.socketPath)
    try Self.prepareStateDirectory(options.stateDirectory)
    if await StatusSocket.isInUse(options.socketPath) {
      throw SpeakerStartError(
        "another program answers on \(options.socketPath); choose another place with --socket")
    }

    let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    let (outputs, continuation) = AsyncStream.makeStream(of: [PeerPlaneOutput].self)
    let record = options.election.map {
      RecordFile(directory: $0.stateDirectory, node: options.node)
    }
    var plane: PeerPlane?
    if let election = options.election, let record {
      plane = try PeerPlane.start(
        node: options.node, options: election, record: record, logger: logger
      ) { continuation.yield($0) }
    }
    if let obstacle = options.relayObstacle { logger.warning("\(obstacle)") }
    let relay = try await Relay.prepare(options.relay, node: options.node)
    let registry = MetricsRegistry(
      SpeakerMetrics.all + (options.hasMetalLBMetrics ? MetalLBMetrics.all : []))
    let control = ControlLoop(
      options: options, plane: plane, relay: relay, eventLoop: eventLoop, logger: logger,
      metrics: EventMetrics(factory: registry))
    try await control.start()
    logger.info(
      "speaker starts",
      metadata: ["version": "\(speakerVersion)", "source": "\(options.source)"])

    let exporter = MetricsExporter(
      registry: registry, control: control, hasMetalLBNames: options.hasMetalLBMetrics)
    // A thread of its own: questions and control state do not wait for each other.
    let serving = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    // Services are shut down in reverse order: the status server can tell of the goodbye, and the
    // control loop says it before the sources end.
    var services: [any Service] = [
      StatusServer(
        socketPath: options.socketPath, control: control, logger: logger, exporter: exporter,
        eventLoopGroup: serving),
      InterfaceSource(control: control, logger: logger),
      source(client, control, identities, logger),
      Farewell(control: control, node: options.node, logger: logger),
    ]
    if let client, case .cluster(let cluster) = options.source, !cluster.isReadOnly {
      services.append(
        ClusterReporter(
          client: client, options: cluster, node: options.node, control: control,
          identities: identities, logger: logger, metrics: WriteMetrics(factory: registry)))
    }
    for listen in options.listen {
      services.insert(
        try ListenServer(
          options: listen, routes: ReadRoutes(control: control, exporter: exporter),
          factory: registry, eventLoopGroup: serving, logger: logger), at: 1)
    }
    if let plane, let election = options.election, let record {
      services.insert(
        ElectionService(
          plane: plane, outputs: outputs, options: election, file: record, control: control,
          logger: logger), at: 1)
    }
    if options.election?.policy == .gateway {
      services.insert(GatewaySource(control: control, logger: logger), at: 1)
    }
    if let relay { services.insert(RelayService(relay: relay, logger: logger), at: 1) }
    var quiet = logger
    quiet.logLevel = .warning
    let group = ServiceGroup(
      configuration: .init(
        services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet))
    try await group.run()
    await client?.shutdown()
    try? await serving.shutdownGracefully()
    logger.info("speaker stopped")
    _ = consume lock
  }

  /// The lock of the node, which a speaker that is just ending, or a program that it is starting in
  /// its last moment, may hold a little longer.
  private static func lock(node: String) async throws -> InstanceLock {
    let deadline = NIODeadline.now() + patience
    while true {
      do {
        return try InstanceLock(node: node)
      } catch {
        guard NIODeadline.now() < deadline else { throw SpeakerStartError("\(error)") }
        try await Task.sleep(for: .milliseconds(20))
      }
    }
  }

  /// How long a speaker waits for the end of the one before it.
  private static let patience = TimeAmount.seconds(2)

  /// Sees whether the source can be read at all; the client of the API server, where that is it.
  private func prepareSource(_ logger: Logger) throws -> KubernetesClient? {
    switch options.source {
    case .manifests(let directory):
      do {
        _ = try ManifestFiles.list(directory)
      } catch {
        throw SpeakerStartError("--manifests: \(error); name an existing directory")
      }
      return nil
    case .cluster(let cluster):
      do {
        return try KubernetesClient(
          endpoint: cluster.endpoint, group: MultiThreadedEventLoopGroup.singleton, logger: logger)
      } catch {
        throw SpeakerStartError("\(error)")
      }
    }
  }

  private func source(
    _ client: KubernetesClient?, _ control: ControlLoop, _ identities: ObjectIdentities,
    _ logger: Logger
  ) -> any Service {
    switch (options.source, client) {
    case (.cluster(let cluster), .some(let client)):
      KubernetesSource(
        client: client, options: cluster, control: control, identities: identities,
        logger: logger)
    default:
      ManifestSource(directory: options.source.description, control: control, logger: logger)
    }
  }

  private static func prepareStateDirectory(_ path: String) throws {
    if mkdir(path, 0o755) != 0, errno != EEXIST {
      throw SpeakerStartError(
        "cannot make the folder \(path) of what is kept over a restart: "
          + "\(String(cString: strerror(errno))); choose another one with --state-dir")
    }
  }

  private static func prepareFolder(of socketPath: String) throws {
    guard let slash = socketPath.lastIndex(of: "/"), slash != socketPath.startIndex else { return }
    let folder = String(socketPath[..<slash])
    if mkdir(folder, 0o755) != 0, errno != EEXIST {
      throw SpeakerStartError(
        "cannot make the folder \(folder) of the status socket: \(String(cString: strerror(errno)))"
          + "; choose another place with --socket")
    }
    // sockaddr_un holds 107 octets and a zero.
    guard socketPath.utf8.count <= 107 else {
      throw SpeakerStartError(
        "the path of the status socket has \(socketPath.utf8.count) octets, at most 107 are "
          + "possible; choose a shorter one with --socket")
    }
  }
}

/// Waits for the stop signal and says goodbye.
private struct Farewell: Service {
  let control: ControlLoop
  let node: String
  let logger: Logger

  func run() async throws {
    try? await gracefulShutdown()
    logger.info("speaker stops: saying goodbye to all peers")
    await control.stop(reason: "bellman on \(node) was stopped")
  }
}
