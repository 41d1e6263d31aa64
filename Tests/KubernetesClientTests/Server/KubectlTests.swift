import NIOPosix
import Resources
import TestAPIServer
import Testing

@testable import KubernetesClient

/// The test server must suit a client that was not written beside it.
@Suite("kubectl against the test server", .serialized, .enabled(if: Kubectl.isThere))
struct KubectlTests {
  private let name = ObjectName(namespace: "default", name: "web-1")

  @Test("get and list")
  func get() async throws {
    try await withKubectl { kubectl, server in
      server.putServices(0..<12)
      let names = try await kubectl.run("get", "services", "-o", "name", "--chunk-size=5")
      #expect(names.split(separator: "\n").count == 12)
      #expect(server.faults.count(of: .page) == 2)
      let address = try await kubectl.run(
        "get", "service", "web-1", "-o", "jsonpath={.status.loadBalancer.ingress[0].ip}")
      #expect(address == "192.0.2.1")
      server.store.put(
        TestAPIServer.service("edge", labels: ["tier": "edge"]), .services)
      let chosen = try await kubectl.run("get", "services", "-A", "-l", "tier=edge", "-o", "name")
      #expect(chosen == "service/edge\n")
    }
  }

  @Test("apply by the client for custom resources, and by the server with conflicts")
  func apply() async throws {
    try await withKubectl { kubectl, server in
      func manifest(_ pool: String) -> String {
        """
        {"apiVersion": "metallb.io/v1beta1", "kind": "IPAddressPool",
         "metadata": {"name": "pool", "namespace": "metallb-system"},
         "spec": {"addresses": ["\(pool)"]}}
        """
      }
      let file = try kubectl.files.write(manifest("192.0.2.0/25"), to: "pool.json")
      #expect(
        try await kubectl.run("apply", "--validate=false", "-f", file)
          == "ipaddresspool.metallb.io/pool created\n")
      try kubectl.files.write(manifest("192.0.2.0/24"), to: "pool.json")
      #expect(
        try await kubectl.run("apply", "--validate=false", "-f", file)
          == "ipaddresspool.metallb.io/pool configured\n")
      let pool = ObjectName(namespace: "metallb-system", name: "pool")
      #expect(
        server.store.object(pool, .ipAddressPools)?["spec"]?["addresses"] == ["192.0.2.0/24"])
      await #expect(throws: KubernetesConfigurationError.self) {
        try kubectl.files.write(manifest("198.51.100.0/24"), to: "pool.json")
        _ = try await kubectl.run(
          "apply", "--server-side", "--validate=false", "--field-manager=other", "-f", file)
      }
      _ = try await kubectl.run(
        "apply", "--server-side", "--validate=false", "--field-manager=other",
        "--force-conflicts", "-f", file)
      #expect(
        server.store.object(pool, .ipAddressPools)?["spec"]?["addresses"] == ["198.51.100.0/24"])
    }
  }

  @Test("wait follows changes by a watch")
  func watch() async throws {
    try await withKubectl { kubectl, server in
      server.putServices(0..<3)
      async let waited = kubectl.run(
        "wait", "--for=jsonpath={.metadata.labels.ready}=yes", "service/web-1", "--timeout=30s")
      try await eventually { server.store.watchCount > 0 }
      server.store.put(TestAPIServer.service("web-1", labels: ["ready": "yes"]), .services)
      #expect(try await waited == "service/web-1 condition met\n")
    }
  }

  @Test("label, patch and delete")
  func change() async throws {
    try await withKubectl { kubectl, server in
      server.putServices(0..<3)
      _ = try await kubectl.run("label", "service", "web-1", "tier=edge")
      #expect(server.store.object(name, .services)?["metadata"]?["labels"]?["tier"] == "edge")
      _ = try await kubectl.run(
        "patch", "service", "web-1", "--type=merge", "--subresource=status", "-p",
        #"{"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.9"}]}}}"#)
      #expect(
        server.store.object(name, .services)?["status"]?["loadBalancer"]?["ingress"]
          == [["ip": "192.0.2.9"]])
      _ = try await kubectl.run("delete", "service", "web-1", "--wait=false")
      #expect(server.store.object(name, .services) == nil)
    }
  }

  private func withKubectl(
    _ body: @Sendable (Kubectl, TestAPIServer) async throws -> Void
  ) async throws {
    let files = try TemporaryFiles()
    defer { files.remove() }
    let certificates = try TestCertificates()
    var options = TestAPIServer.Options()
    options.certificates = certificates
    options.offersHTTP2 = true
    options.tokens = ["token"]
    try await TestAPIServer.run(options) { server in
      try files.write(certificates.authority, to: "ca.crt")
      let config = try files.write(
        """
        current-context: test
        clusters:
        - {name: test, cluster: {server: "\(server.url)", certificate-authority: ca.crt}}
        users: [{name: test, user: {token: token}}]
        contexts: [{name: test, context: {cluster: test, user: test}}]
        """, to: "config")
      // Our own client takes the same file.
      let endpoint = try Endpoint.discover(
        kubeconfig: config, environment: Endpoint.Environment(variables: [:]))
      let version = try await withClient(endpoint) { try await $0.version() }
      #expect(version.minor == 32)
      try await body(Kubectl(files: files, config: config), server)
    }
  }
}

/// Runs kubectl.
struct Kubectl: Sendable {
  let files: TemporaryFiles
  let config: String

  /// Whether there is a kubectl.
  static let isThere =
    (try? ExecProgram(
      plugin: ExecPlugin(version: .v1, command: "kubectl", arguments: ["version", "--client"]),
      info: ""
    ).run()) != nil

  /// What kubectl prints.
  func run(_ arguments: String...) async throws -> String {
    try await NIOThreadPool.singleton.runIfActive { try start(arguments) }
  }

  private func start(_ arguments: [String]) throws -> String {
    var plugin = ExecPlugin(version: .v1, command: "kubectl", arguments: arguments)
    plugin.environment = [
      .init(name: "KUBECONFIG", value: config), .init(name: "HOME", value: files.path),
    ]
    return String(decoding: try ExecProgram(plugin: plugin, info: "").run(), as: UTF8.self)
  }
}
