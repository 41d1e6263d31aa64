import FoundationEssentials
import NIOPosix
import TestAPIServer
import Testing

@testable import KubernetesClient

/// The chart of `Examples/helm` as Go's template engine renders it, which is Helm's, and the kustomize
/// base: both are of the form of their kinds, strictly, and where they describe the same they agree.
@Suite struct ChartTests {
  /// Values that a user may give, by what they change.
  static let cases: [(name: String, changes: [String: JSONValue])] = [
    ("the defaults", [:]),
    ("secrets by name", ["passwordSecrets": ["bgp-password"]]),
    (
      "everything",
      [
        "image": [
          "repository": "registry.example/bellman", "tag": "1.2.3@sha256:0", "pullPolicy": "Always",
        ], "imagePullSecrets": [["name": "registry"]], "metallbNamespace": "balancers",
        "passwordSecrets": ["one", "two"], "peerKeySecret": "key", "loadBalancerClass": "a.b/c",
        "stateDir": ["hostPath": "/srv/bell man"],
        "ignoreExcludeLabel": true, "bgpListen": ["0.0.0.0", "[::]:1179"],
        "relay": "nftables", "healthCheckGate": true, "extraArgs": ["--profile", "calm"],
        "priorityClassName": "important",
        "terminationGracePeriodSeconds": 40, "nodeSelector": ["a": "true", "b": "1"],
        "tolerations": [["key": "edge", "operator": "Equal", "value": "yes"]],
        "resources": ["requests": ["cpu": "1"], "limits": ["memory": "256Mi"]],
        "podAnnotations": ["x/y": "yes: it # is"],
        "status": ["listen": "[::]", "port": 9443, "tlsSecret": "pair", "tokenSecret": "word"],
        "metrics": [
          "listen": "[::]", "port": 9090, "metallbNames": true, "podMonitor": false,
          "alerts": false,
        ],
      ]
    ),
    (
      "watched by the Prometheus operator",
      [
        "metrics": [
          "listen": "0.0.0.0", "port": 9090, "metallbNames": false, "podMonitor": true,
          "interval": "5s", "alerts": true,
        ]
      ]
    ),
    (
      "nothing that can be left out",
      [
        "nodeSelector": [:], "tolerations": [], "resources": [:], "status": ["listen": ""],
        "stateDir": ["hostPath": ""],
      ]
    ),
  ]

  /// What the cases become, in their order; one process renders all.
  private static let rendered: Task<[[JSONValue]], any Error> = Task {
    let values = try YAMLObjects.read(Example.text("helm/bellman/values.yaml")).first?.object ?? [:]
    let chart = try YAMLObjects.read(Example.text("helm/bellman/Chart.yaml")).first
    let documents = cases.map { test -> JSONValue in
      [
        "Values": .object(values.merging(test.changes) { $1 }),
        "Release": [
          "Name": "bellman", "Namespace": "bellman-system", "Service": "Helm",
        ],
        "Chart": ["AppVersion": chart?["appVersion"] ?? .null],
      ]
    }
    let folder = TemporaryDirectory()
    try folder.write("cases.json", JSONValue.array(documents).octets)
    let output = try await NIOThreadPool.singleton.runIfActive {
      try GoProgram.run(
        [
          "run", "\(Example.folder)/../Tests/render-chart/main.go",
          "\(Example.folder)/helm/bellman", "\(folder.path)/cases.json",
        ], cache: folder.path)
    }
    return try JSONValue(parsing: output).array?.map {
      try YAMLObjects.read($0.string ?? "")
    } ?? []
  }

  private func objects(of name: String) async throws -> [JSONValue] {
    let index = try #require(Self.cases.firstIndex { $0.name == name })
    return try #require(try await Self.rendered.value.dropFirst(index).first)
  }

  private func base() throws -> [JSONValue] {
    let list = try YAMLObjects.read(Example.text("kubernetes/base/kustomization.yaml")).first
    return try (list?["resources"]?.array ?? []).flatMap {
      try YAMLObjects.read(Example.text("kubernetes/base/\($0.string ?? "")"))
    }
  }

  @Test(arguments: [
    nil, "kubernetes/from-manifests/daemonset.yaml", "kubernetes/operator/rbac.yaml",
  ])
  func theExamplesHaveNoUnknownFields(_ file: String?) throws {
    let objects = try file.map { try YAMLObjects.read(Example.text($0)) } ?? base()
    #expect(!objects.isEmpty)
    #expect(objects.flatMap(ManifestForm.violations) == [])
  }

  @Test func theFormRefusesWhatIsNotOfIt() throws {
    let set = try #require(try base().first { $0["kind"] == "DaemonSet" })
    func violations(_ path: [String], _ value: JSONValue?) -> [String] {
      ManifestForm.violations(of: set.replacing(path[...], with: value))
    }
    let pod = ["spec", "template", "spec"]
    #expect(violations([], set) == [])
    #expect(
      violations(pod + ["hostnetwork"], true)
        == ["DaemonSet.spec.template.spec.hostnetwork: unknown field"])
    #expect(
      violations(pod + ["hostNetwork"], "true")
        == ["DaemonSet.spec.template.spec.hostNetwork: of another type"])
    #expect(violations(["spec", "selector"], nil) == ["DaemonSet.spec.selector: missing"])
    #expect(violations(["apiVersion"], "v1").count == 1)
    #expect(violations(["kind"], "DemonSet") == ["DemonSet: unknown kind"])
  }

  @Test(.needsGo, arguments: cases.map(\.name))
  func theChartHasNoUnknownFields(_ name: String) async throws {
    let objects = try await objects(of: name)
    var kinds: Set = [
      "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "DaemonSet",
    ]
    if name == "watched by the Prometheus operator" {
      kinds.formUnion(["PodMonitor", "PrometheusRule"])
    }
    #expect(Set(objects.compactMap { $0["kind"]?.string }) == kinds)
    #expect(objects.flatMap(ManifestForm.violations) == [])
  }

  /// The objects of the Prometheus operator fit those beside them, and the alerts are whole: what
  /// Prometheus is to fill in is left to it.
  @Test(.needsGo)
  func whatIsWatchedIsThere() async throws {
    let objects = try await objects(of: "watched by the Prometheus operator")
    let template = try #require(
      objects.first { $0["kind"] == "DaemonSet" }?["spec"]?["template"])
    let monitor = try #require(objects.first { $0["kind"] == "PodMonitor" }?["spec"])
    let labels = template["metadata"]?["labels"]?.object ?? [:]
    let selected = monitor["selector"]?["matchLabels"]?.object ?? [:]
    #expect(!selected.isEmpty && selected.allSatisfy { labels[$0.key] == $0.value })
    let scraped = try #require(monitor["podMetricsEndpoints"]?.array?.first)
    #expect(scraped["interval"] == "5s")
    let ports = template["spec"]?["containers"]?.array?.first?["ports"]?.array ?? []
    #expect(ports.contains { $0["name"] == scraped["port"] && $0["containerPort"] == 9090 })
    let rule = try #require(objects.first { $0["kind"] == "PrometheusRule" })
    let alerts = try YAMLObjects.read(Example.text("helm/bellman/alerts.yaml")).first
    #expect(rule["spec"] == alerts && alerts?["groups"]?.array?.isEmpty == false)
  }

  @Test(.needsGo)
  func theChartIsTheBase() async throws {
    let chart = try await objects(of: "secrets by name").map(Self.common)
    let base = try base().filter {
      !["Namespace", "CustomResourceDefinition"].contains($0["kind"]?.string)
    }.map(Self.common)
    #expect(chart.count == base.count)
    for object in base {
      let same = chart.first { $0["kind"] == object["kind"] }
      #expect(same == object, "\(object["kind"]?.string ?? "")")
    }
  }

  @Test(.needsGo)
  func whatTheValuesSayIsInTheObjects() async throws {
    let objects = try await objects(of: "everything")
    let pod = try #require(
      objects.first { $0["kind"] == "DaemonSet" }?["spec"]?["template"]?["spec"])
    let container = try #require(pod["containers"]?.array?.first)
    #expect(container["image"] == "registry.example/bellman:1.2.3@sha256:0")
    #expect(
      container["args"]?.array?.dropFirst(5) == [
        "--state-dir", "/var/lib/bellman", "--listen", "[::]:9443", "--listen-cert",
        "/etc/bellman/status/tls.crt", "--listen-key",
        "/etc/bellman/status/tls.key", "--listen-token-file", "/etc/bellman/status/token",
        "--load-balancer-class", "a.b/c", "--ignore-exclude-lb", "--bgp-listen", "0.0.0.0",
        "--bgp-listen", "[::]:1179", "--metrics-listen", "[::]:9090", "--metallb-metrics",
        "--relay", "nftables", "--health-check-gate", "--speaker-node-selector", "a=true,b=1",
        "--profile", "calm",
      ])
    let security = container["securityContext"]
    #expect(security?["allowPrivilegeEscalation"] == true)
    #expect(
      security?["capabilities"]?["add"] == [
        "NET_RAW", "SYS_NICE", "NET_BIND_SERVICE", "NET_ADMIN",
      ])
    #expect(
      container["ports"] == [
        ["name": "status-tls", "containerPort": 9443, "protocol": "TCP"],
        ["name": "metrics", "containerPort": 9090, "protocol": "TCP"],
      ])
    let secrets = pod["volumes"]?.array?.first { $0["name"] == "status" }?["projected"]?["sources"]
    #expect(secrets == [["secret": ["name": "pair"]], ["secret": ["name": "word"]]])
    let without = try await self.objects(of: "nothing that can be left out")
      .first { $0["kind"] == "DaemonSet" }?["spec"]?["template"]?["spec"]
    #expect(without?["containers"]?.array?.first?["ports"] == nil)
    #expect(without?["volumes"]?.array?.count == 2 && without?["initContainers"] == nil)
    let arguments = without?["containers"]?.array?.first?["args"]?.array ?? []
    #expect(!arguments.isEmpty && !arguments.contains("--state-dir"))
    let folder = pod["volumes"]?.array?.first { $0["name"] == "state" }?["hostPath"]?["path"]
    #expect(folder == "/srv/bell man")
    #expect(pod["initContainers"]?.array?.first?["image"] == container["image"])
    #expect(container["resources"]?["limits"]?["memory"] == "256Mi")
    #expect(pod["imagePullSecrets"] == [["name": "registry"]])
    #expect(pod["terminationGracePeriodSeconds"] == 40)
    #expect(pod["nodeSelector"] == ["a": "true", "b": "1"])
    #expect(pod["volumes"]?.array?.first?["secret"]?["secretName"] == "key")
    let annotations = objects.first { $0["kind"] == "DaemonSet" }?["spec"]?["template"]?["metadata"]
    #expect(annotations?["annotations"] == ["x/y": "yes: it # is"])
    let role = try #require(objects.first { $0["kind"] == "Role" })
    #expect(role["metadata"]?["namespace"] == "balancers")
    #expect(
      role["rules"]?.array?.contains { $0["resourceNames"] == ["one", "two"] } == true)
    // By default no Secret may be read at all.
    let standard = try await self.objects(of: "the defaults")
    #expect(
      standard.first { $0["kind"] == "Role" }?["rules"]?.array?
        .contains { $0["resources"] == ["secrets"] } == false)
  }

  /// An object without what tells releases apart and without what is the same if left out.
  private static func common(_ object: JSONValue) -> JSONValue {
    switch object {
    case .object(let members):
      var kept = members.mapValues(common)
      for name in ["instance", "version", "managed-by"] {
        kept["app.kubernetes.io/\(name)"] = nil
      }
      if kept["imagePullPolicy"] == "IfNotPresent" { kept["imagePullPolicy"] = nil }
      if kept["image"] == "bellman" { kept["image"] = "bellman:0.1.0" }
      // All objects of a release carry its labels; those of the base need none.
      if let kind = kept["kind"]?.string, kind != "DaemonSet", kept["metadata"] != nil {
        kept["metadata"] = kept["metadata"]?.replacing(["labels"], with: nil)
      }
      return .object(kept)
    case .array(let items): return .array(items.map(common))
    default: return object
    }
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips where there is no Go; in CI, where the variable `CI` is set, the tests run and fail instead.
  fileprivate static var needsGo: Self {
    .enabled("needs the Debian package golang-go") { GoProgram.mayRun }
  }
}

/// Runs the tools of Go.
enum GoProgram {
  /// Whether tests that need it are to run: in CI they fail where it is missing.
  static let mayRun =
    ProcessInfo.processInfo.environment["CI"] != nil
    || (try? run(["version"], cache: FileManager.default.temporaryDirectory.path)) != nil

  static func run(_ arguments: [String], cache: String) throws -> [UInt8] {
    var plugin = ExecPlugin(version: .v1, command: "go", arguments: arguments)
    plugin.environment = [
      .init(name: "GOCACHE", value: cache), .init(name: "GO111MODULE", value: "off"),
    ]
    return try ExecProgram(plugin: plugin, info: "", patience: 300_000).run()
  }
}

extension JSONValue {
  /// The same with another value at `path`; nil removes it.
  fileprivate func replacing(_ path: ArraySlice<String>, with value: JSONValue?) -> JSONValue {
    guard let first = path.first else { return value ?? .null }
    var members = object ?? [:]
    members[first] =
      path.count == 1 ? value : (members[first] ?? [:]).replacing(path.dropFirst(), with: value)
    return .object(members)
  }
}
