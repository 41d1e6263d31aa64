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

  /// Objects with which the address of the service is announced by BGP, if there is a peer.
  static let advertisement = """

    ---
    apiVersion: metallb.io/v1beta1
    kind: IPAddressPool
    metadata: {name: pool, namespace: metallb-system}
    spec: {addresses: [192.0.2.0/24]}
    ---
    apiVersion: metallb.io/v1beta1
    kind: BGPAdvertisement
    metadata: {name: all, namespace: metallb-system}
    ---
    apiVersion: discovery.k8s.io/v1
    kind: EndpointSlice
    metadata: {name: web-1, namespace: shop, labels: {kubernetes.io/service-name: web}}
    addressType: IPv4
    endpoints: [{addresses: [198.51.100.1], nodeName: node-1}]
    """

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

  /// Runs `body` while the speaker answers; `more` are manifests besides the usual ones.
  static func run(
    with more: String = "", _ body: (SpeakerRig) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/bellman-\(UUID().uuidString)"
    let manifests = "\(folder)/manifests"
    try FileManager.default.createDirectory(
      atPath: manifests, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data((Self.manifests + more).utf8).write(to: URL(filePath: "\(manifests)/cluster.yaml"))
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
