import KubernetesClient
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Status
import TestAPIServer
import Testing

@testable import Speaker

/// A control loop without interfaces that reads a test API server.
struct ClusterRig {
  let control: ControlLoop
  let server: TestAPIServer

  /// Runs `body` while a source follows `server`.
  static func run<Result: Sendable>(
    _ server: TestAPIServer, _ requests: Reflector.Configuration = .quick, writes: Bool = false,
    directory: String = "", metrics: WriteMetrics = .ignored, disk: StartFromDisk? = nil,
    _ body: (ClusterRig) async throws -> Result
  ) async throws -> Result {
    let endpoint = Endpoint(server: server.url, origin: "test")
    var options = ClusterOptions(endpoint: endpoint, requests: requests)
    options.writes.settling = .milliseconds(20)
    options.writes.patience = .milliseconds(300)
    options.reportInterval = .milliseconds(50)
    options.startFromDisk = disk
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let control = ControlLoop(
      options: SpeakerOptions(
        node: "node-1", source: .cluster(options), socketPath: "\(directory)/none"),
      plane: nil, eventLoop: MultiThreadedEventLoopGroup.singleton.next(), logger: logger)
    try await control.start()
    let client = try KubernetesClient(
      endpoint: endpoint, group: MultiThreadedEventLoopGroup.singleton, logger: logger)
    let identities = ObjectIdentities()
    let source = KubernetesSource(
      client: client, options: options, control: control, identities: identities,
      logger: logger)
    var services: [any ServiceLifecycle.Service] = [source]
    if writes {
      services.append(
        ClusterReporter(
          client: client, options: options, node: "node-1", control: control,
          identities: identities, logger: logger, metrics: metrics))
    }
    let group = ServiceGroup(configuration: .init(services: services, logger: logger))
    let result = try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      let result: Swift.Result<Result, any Error>
      do {
        result = .success(try await body(ClusterRig(control: control, server: server)))
      } catch {
        result = .failure(error)
      }
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
      return result
    }
    await client.shutdown()
    await control.stop(reason: "test")
    return try result.get()
  }

  /// What the speaker says of each address: its services and its layer-2 reason.
  func addresses() async -> [String: String] {
    let document = await control.statusDocument()
    return Dictionary(
      uniqueKeysWithValues: document.addresses.map {
        ("\($0.address)", "\($0.services) \($0.pool ?? "-") \($0.layer2.reason)")
      })
  }

  /// Waits until `condition` holds.
  func eventually(
    _ comment: Comment, within limit: Duration = .seconds(30),
    sourceLocation: Testing.SourceLocation = #_sourceLocation,
    _ condition: (StatusDocument) -> Bool
  ) async throws {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
      if condition(await control.statusDocument()) { return }
      try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record(comment, sourceLocation: sourceLocation)
    throw TimedOut()
  }

  struct TimedOut: Error {}
}
