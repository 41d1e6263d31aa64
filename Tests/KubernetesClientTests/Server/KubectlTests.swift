import FoundationEssentials
import NIOPosix
import Resources
import Testing

@testable import KubernetesClient
@testable import TestAPIServer

/// The test server must suit a client that was not written beside it, of any version from 1.20 on.
@Suite("kubectl against the test server", .serialized, .needsKubectl)
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

  @Test("apply of one of Kubernetes' own kinds, again with changes")
  func applyService() async throws {
    try await withKubectl { kubectl, server in
      func apply(labels: String, ports: String) async throws -> JSONValue {
        let file = try kubectl.files.write(
          """
          {"apiVersion": "v1", "kind": "Service",
           "metadata": {"name": "web-1", "namespace": "default", "labels": {\(labels)}},
           "spec": {"type": "LoadBalancer", "selector": {"app": "web"}, "ports": [\(ports)]}}
          """, to: "service.json")
        _ = try await kubectl.run("apply", "--validate=false", "-f", file)
        return try #require(server.store.object(name, .services))
      }
      let http = #"{"name": "http", "port": 80}"#
      let https = #"{"name": "https", "port": 443}"#
      var object = try await apply(labels: #""a": "1", "b": "2""#, ports: "\(http), \(https)")
      #expect(object["metadata"]?["labels"] == ["a": "1", "b": "2"])
      // What others add stays.
      object = object.setting(["spec", "clusterIP"], "192.0.2.77")
        .setting(["metadata", "labels", "other"], "x")
      server.store.put(object, .services)
      object = try await apply(
        labels: #""a": "9""#, ports: #"{"name": "alt", "port": 8080}, {"name": "tls", "port": 443}"#
      )
      #expect(object["metadata"]?["labels"] == ["a": "9", "other": "x"])
      #expect(object["spec"]?["clusterIP"] == "192.0.2.77")
      #expect(
        object["spec"]?["ports"] == [
          ["name": "alt", "port": 8080], ["name": "tls", "port": 443],
        ])
      let before = server.store.changes(of: .services)
      object = try await apply(
        labels: #""a": "9""#, ports: #"{"name": "alt", "port": 8080}, {"name": "tls", "port": 443}"#
      )
      #expect(server.store.changes(of: .services) == before, "nothing has changed")
      #expect(server.store.object(name, .services) == object)
    }
  }

  @Test("patch in the way that is the default, and taints")
  func strategicPatch() async throws {
    try await withKubectl { kubectl, server in
      server.putServices(0..<3)
      _ = try await kubectl.run(
        "patch", "service", "web-1", "-p",
        #"{"spec":{"ports":[{"port":80,"nodePort":30080},{"port":443}]}}"#)
      #expect(
        Set(server.store.object(name, .services)?["spec"]?["ports"]?.array ?? []) == [
          ["port": 80, "nodePort": 30080], ["port": 443],
        ])
      _ = try await kubectl.run(
        "patch", "service", "web-1", "-p", #"{"spec":{"ports":[{"$patch":"delete","port":80}]}}"#)
      #expect(server.store.object(name, .services)?["spec"]?["ports"] == [["port": 443]])
      let node: JSONValue = [
        "apiVersion": "v1", "kind": "Node", "metadata": ["name": "node-1"],
        "spec": ["taints": [["key": "old", "effect": "NoSchedule"]]],
      ]
      server.store.put(node, .nodes)
      func taints() -> Set<JSONValue> {
        let node = server.store.object(ObjectName(namespace: "", name: "node-1"), .nodes)
        return Set(node?["spec"]?["taints"]?.array ?? [])
      }
      _ = try await kubectl.run("taint", "nodes", "node-1", "new=1:NoExecute", "old:NoSchedule-")
      #expect(taints() == [["key": "new", "value": "1", "effect": "NoExecute"]])
      _ = try await kubectl.run("cordon", "node-1")
      let object = server.store.object(ObjectName(namespace: "", name: "node-1"), .nodes)
      #expect(object?["spec"]?["unschedulable"] == true && taints().count == 1)
    }
  }

  @Test("wait follows changes by a watch")
  func watch() async throws {
    try await withKubectl { kubectl, server in
      server.putServices(0..<3)
      async let waited = kubectl.run(
        "wait", "--for=condition=Ready", "service/web-1", "--timeout=30s")
      try await eventually { server.store.watchCount > 0 }
      server.store.put(
        TestAPIServer.service("web-1")
          .setting(["status", "conditions"], [["type": "Ready", "status": "True"]]), .services)
      #expect(try await waited == "service/web-1 condition met\n")
    }
  }

  @Test("label, patch and delete")
  func change() async throws {
    try await withKubectl { kubectl, server in
      server.putServices(0..<3)
      _ = try await kubectl.run("label", "service", "web-1", "tier=edge")
      #expect(server.store.object(name, .services)?["metadata"]?["labels"]?["tier"] == "edge")
      if Kubectl.knowsSubresources {
        _ = try await kubectl.run(
          "patch", "service", "web-1", "--type=merge", "--subresource=status", "-p",
          #"{"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.9"}]}}}"#)
        #expect(
          server.store.object(name, .services)?["status"]?["loadBalancer"]?["ingress"]
            == [["ip": "192.0.2.9"]])
      }
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

  /// The minor version of the kubectl that there is, such as 32 for 1.32; nil where there is none.
  static let minorVersion: Int? = {
    let plugin = ExecPlugin(
      version: .v1, command: "kubectl", arguments: ["version", "--client", "-o", "json"])
    guard let output = try? ExecProgram(plugin: plugin, info: "").run() else { return nil }
    // Builds from between two versions have a plus sign.
    let text = (try? JSONValue(parsing: output))?["clientVersion"]?["minor"]?.string
    return text.flatMap { Int($0.prefix { $0.isNumber }) }
  }()

  /// Whether it writes subresources, which came with 1.24.
  static var knowsSubresources: Bool { (minorVersion ?? 0) >= 24 }

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

extension Trait where Self == ConditionTrait {
  /// Skips where there is no kubectl; in CI, where the variable `CI` is set, the tests run and fail
  /// instead.
  fileprivate static var needsKubectl: Self {
    .enabled("needs kubectl, as in the Debian package kubernetes-client") {
      ProcessInfo.processInfo.environment["CI"] != nil || Kubectl.minorVersion != nil
    }
  }
}
