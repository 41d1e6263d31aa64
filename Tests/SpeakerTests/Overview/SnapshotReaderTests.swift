import Advice
import KubernetesClient
import Logging
import NIOPosix
import Resources
import Status
import TestAPIServer
import Testing

@testable import Speaker

/// Reading a cluster once, for `bellman plan` and `bellman advise`.
@Suite("Reading a cluster once", .serialized)
struct SnapshotReaderTests {
  private static let proxy = """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: kube-proxy, namespace: kube-system}
    data:
      config.conf: |
        kind: KubeProxyConfiguration
        mode: ipvs
        ipvs: {strictARP: true}
    """

  private static func snapshot(
    access: RBAC? = nil, secret: Bool = true, _ more: [JSONValue] = []
  ) async throws -> Snapshot {
    var options = TestAPIServer.Options()
    options.authorization = access
    return try await TestAPIServer.run(options) { server in
      server.put(
        ClusterObjects.node("node-1"), ClusterObjects.pool("pool", "192.0.2.128/26"),
        ClusterObjects.service("web", "192.0.2.130"), ClusterObjects.slice("web"),
        ClusterObjects.l2Advertisement(), ClusterObjects.peer("router", secret: "bgp"))
      if secret { server.put(ClusterObjects.secret("bgp", "lab")) }
      for object in try YAMLObjects.read(proxy) + more { server.put(object) }
      var logger = Logger(label: "test")
      logger.logLevel = .critical
      return try await SnapshotReader.withClient(
        ClusterOptions(endpoint: Endpoint(server: server.url, origin: "test")), logger: logger
      ) { client in
        try await SnapshotReader(
          client: client,
          options: ClusterOptions(endpoint: Endpoint(server: server.url, origin: "test"))
        ).snapshot()
      }
    }
  }

  @Test func theSnapshotIsWhatASpeakerWouldRead() async throws {
    let snapshot = try await Self.snapshot()
    #expect(snapshot.problems == [])
    #expect(snapshot.services.map(\.metadata.name.description) == ["shop/web"])
    #expect(snapshot.configuration.passwords == ["router": "lab"])
    #expect(snapshot.serviceProxy == ServiceProxySettings(mode: "ipvs", strictARP: true))
    let address = try #require(snapshot.plan().addresses.first)
    #expect(address.candidates.map(\.node) == ["node-1"])
  }

  @Test func aSecretThatIsMissingIsAProblem() async throws {
    let snapshot = try await Self.snapshot(secret: false)
    #expect(snapshot.problems.contains { $0.severity == .error && $0.message.contains("bgp") })
  }

  /// `Examples/kubernetes/operator/rbac.yaml` is enough; it gives no Secret away but that of the speakers'
  /// token.
  @Test func theExampleRoleOfOperatorsSuffices() async throws {
    let objects = try YAMLObjects.read(Example.text("kubernetes/operator/rbac.yaml"))
    let grants = RBAC.grants(
      of: objects, to: ObjectName(namespace: "bellman-system", name: "bellman-operator"))
    let access = RBAC(grants)
    let snapshot = try await Self.snapshot(access: access)
    #expect(access.denied == ["get secrets"])
    #expect(snapshot.problems == [])
    #expect(snapshot.configuration.peers.map(\.name) == ["router"])
    let rest = Set(grants).subtracting(access.used)
    // Those are for the survey of the speakers.
    #expect(
      rest.map(\.description).sorted()
        == ["get pods/proxy", "get secrets [\"bellman-status-token\"]", "list pods"])
  }

  @Test func manifestsAreReadWithTheSettingsOfKubeProxy() throws {
    let directory = TemporaryDirectory()
    try directory.write("proxy.yaml", Self.proxy)
    try directory.write("bad.yaml", "kind: [")
    let snapshot = ManifestFolder(directory.path).snapshot
    #expect(snapshot.serviceProxy?.mode == "ipvs")
    #expect(snapshot.problems.contains { $0.file.hasSuffix("bad.yaml") && $0.severity == .error })
  }
}
