import Addresses
import FoundationEssentials
import KubernetesClient
import Lab
import NIOConcurrencyHelpers
import Resources
import TestAPIServer

/// The test API server as the cluster of a lab: the nodes reach it at an address of the router, by
/// TLS, with a token.
final class APICluster: LabCluster {
  /// The port on the router.
  static let port: UInt16 = 6443
  private static let token = "lab-token"

  /// The server.
  let server: TestAPIServer
  private let certificates: TestCertificates
  private let relay = NIOLockedValueBox<Relay?>(nil)
  private let published = NIOLockedValueBox<[ServedType: [ObjectName: JSONValue]]>([:])
  private let listens = NIOLockedValueBox<Topology?>(nil)

  private init(server: TestAPIServer, certificates: TestCertificates) {
    self.server = server
    self.certificates = certificates
  }

  /// Runs `body` while the server runs.
  static func run(_ body: @Sendable (APICluster) async throws -> Void) async throws {
    let certificates = try TestCertificates()
    var options = TestAPIServer.Options()
    options.certificates = certificates
    options.tokens = [token]
    try await TestAPIServer.run(options) { server in
      try await body(APICluster(server: server, certificates: certificates))
    }
  }

  func open(in topology: Topology, directory: RunDirectory) async throws -> [String] {
    listens.withLockedValue { $0 = topology }
    try await connect()
    let authority = directory.file("api-server.crt")
    try Data(certificates.authority.utf8).write(to: URL(filePath: authority))
    let config = directory.file("kubeconfig")
    let text = """
      apiVersion: v1
      kind: Config
      current-context: lab
      clusters:
      - name: lab
        cluster:
          server: https://\(topology.router.ipv4):\(Self.port)
          tls-server-name: localhost
          certificate-authority: \(authority)
      users:
      - name: speaker
        user:
          token: \(Self.token)
      contexts:
      - name: lab
        context:
          cluster: lab
          user: speaker

      """
    try Data(text.utf8).write(to: URL(filePath: config))
    return ["--kubeconfig", config]
  }

  func publish(_ files: [(name: String, text: String)]) async throws {
    var objects: [ServedType: [ObjectName: JSONValue]] = [:]
    for (name, text) in files {
      for object in try YAMLObjects.read(text) {
        guard let type = ServedType(of: object) else {
          throw LabError("\(name) has an object that the API server does not know")
        }
        objects[type, default: [:]][type.name(of: object)] = object
      }
    }
    let old = published.withLockedValue { published in
      defer { published = objects }
      return published
    }
    for type in ServedType.all {
      let (before, after) = (old[type] ?? [:], objects[type] ?? [:])
      for (name, object) in after.sorted(by: { $0.key < $1.key }) where before[name] != object {
        server.store.put(object, type)
      }
      for name in before.keys.sorted() where after[name] == nil { server.store.remove(name, type) }
    }
  }

  func close() async { await disconnect() }

  /// Cuts the server off: connections end, and new ones are refused.
  func disconnect() async {
    let relay = relay.withLockedValue { relay in
      defer { relay = nil }
      return relay
    }
    await relay?.close()
  }

  /// Makes the server reachable, at first or again.
  func connect() async throws {
    guard let topology = listens.withLockedValue({ $0 }) else { return }
    let relay = try await Relay(
      namespace: topology.router.namespace, address: topology.router.ipv4, port: Self.port,
      target: server.port)
    self.relay.withLockedValue { $0 = relay }
  }
}
