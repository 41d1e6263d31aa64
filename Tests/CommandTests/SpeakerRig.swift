import FoundationEssentials
import Logging
import NIOPosix
import ServiceLifecycle
import Status
import Testing

@testable import Speaker

/// A speaker without interfaces and peers, on a unix socket.
struct SpeakerRig {
  let control: ControlLoop
  let socket: String

  private static let manifests = """
    apiVersion: v1
    kind: Node
    metadata: {name: node-1}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web, namespace: shop}
    spec: {type: LoadBalancer, ports: [{port: 80}]}
    status: {loadBalancer: {ingress: [{ip: 192.0.2.200}]}}
    """

  /// Runs `body` while the speaker answers.
  static func run(_ body: (SpeakerRig) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/bellman-\(UUID().uuidString)"
    let manifests = "\(folder)/manifests"
    try FileManager.default.createDirectory(
      atPath: manifests, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data(Self.manifests.utf8).write(to: URL(filePath: "\(manifests)/cluster.yaml"))
    let socket = "\(folder)/s.sock"
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let control = ControlLoop(
      options: SpeakerOptions(node: "node-1", source: .manifests(manifests), socketPath: socket),
      plane: nil, eventLoop: MultiThreadedEventLoopGroup.singleton.next(), logger: logger)
    try await control.start()
    var reader = ManifestReader(directory: manifests)
    await control.sourceChanged(reader.read())
    let server = StatusServer(socketPath: socket, control: control, logger: logger)
    let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      let client = StatusClient(socketPath: socket)
      while (try? await client.status()) == nil { try await Task.sleep(for: .milliseconds(10)) }
      try await body(SpeakerRig(control: control, socket: socket))
      await control.stop(reason: "the test is over")
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }
}
