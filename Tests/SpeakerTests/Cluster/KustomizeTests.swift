import FoundationEssentials
import NIOPosix
import TestAPIServer
import Testing

@testable import KubernetesClient

/// What `kubectl apply -k` would send of `Examples/kubernetes`, as the real kubectl renders it.
@Suite(.needsKubectl) struct KustomizeTests {
  /// The base, and what a user may lay over it.
  enum Overlay: String, CaseIterable, Sendable {
    case base, relay, monitoring

    static let components: [Overlay] = [.relay, .monitoring]
  }

  /// The objects of the base with these components.
  private func rendered(_ overlays: Overlay...) async throws -> [JSONValue] {
    let components = overlays.filter { $0 != .base }
    let folder = TemporaryDirectory()
    try FileManager.default.copyItem(
      atPath: "\(Example.folder)/kubernetes", toPath: "\(folder.path)/kubernetes")
    guard KubectlProgram.knowsComponents || components.isEmpty else {
      return try await renderedByHand(components, in: folder)
    }
    try folder.write(
      "kustomization.yaml",
      """
      apiVersion: kustomize.config.k8s.io/v1beta1
      kind: Kustomization
      resources: [kubernetes/base]
      components: [\(components.map { "kubernetes/\($0.rawValue)" }.joined(separator: ", "))]
      """)
    // One without components is what the old ones know too.
    let path = components.isEmpty ? "\(folder.path)/kubernetes/base" : folder.path
    return try await KubectlProgram.objects("kustomize", path)
  }

  /// The same by a kubectl before 1.21, whose kustomize has no components: the base, the patches of
  /// the components on its DaemonSet, and their resources.
  private func renderedByHand(
    _ components: [Overlay], in folder: TemporaryDirectory
  ) async throws -> [JSONValue] {
    var objects = try await KubectlProgram.objects("kustomize", "\(folder.path)/kubernetes/base")
    let place = try #require(objects.firstIndex { $0["kind"] == "DaemonSet" })
    for component in components {
      let path = "kubernetes/\(component.rawValue)"
      let patch = try YAMLObjects.read(Example.text("\(path)/daemonset.patch.yaml"))
      try folder.write("daemonset.json", objects[place].octets)
      objects[place] = try #require(
        try await KubectlProgram.objects(
          "patch", "--local", "--type=json", "-f", "\(folder.path)/daemonset.json", "-o", "json",
          "-p", String(decoding: JSONValue.array(patch).octets, as: UTF8.self)
        ).first)
      let list = try YAMLObjects.read(Example.text("\(path)/kustomization.yaml")).first
      for file in (list?["resources"]?.array ?? []).compactMap(\.string) {
        objects += try YAMLObjects.read(Example.text("\(path)/\(file)"))
      }
    }
    return objects
  }

  private func container(_ objects: [JSONValue]) throws -> JSONValue {
    let set = try #require(objects.first { $0["kind"] == "DaemonSet" })
    return try #require(set["spec"]?["template"]?["spec"]?["containers"]?.array?.first)
  }

  /// The kinds, the names and the fields are those of the files: nothing is lost or renamed.
  @Test func theBaseIsItsFiles() async throws {
    let rendered = try await rendered(.base)
    let list = try YAMLObjects.read(Example.text("kubernetes/base/kustomization.yaml")).first
    let files = try (list?["resources"]?.array ?? []).compactMap(\.string).flatMap {
      try YAMLObjects.read(Example.text("kubernetes/base/\($0)"))
    }
    func kinds(_ objects: [JSONValue]) -> [String] {
      objects.map {
        "\($0["kind"]?.string ?? "") \($0["metadata"]?["namespace"]?.string ?? "-") "
          + "\($0["metadata"]?["name"]?.string ?? "")"
      }.sorted()
    }
    #expect(!rendered.isEmpty && kinds(rendered) == kinds(files))
    // The one thing that kustomize is asked to change.
    let version = try #require(list?["images"]?.array?.first?["newTag"]?.string)
    #expect(try container(rendered)["image"]?.string == "bellman:\(version)")
    for object in rendered where object["kind"] != "DaemonSet" {
      #expect(files.contains(object), "\(kinds([object]))")
    }
  }

  @Test(arguments: Overlay.allCases)
  func whatIsRenderedHasNoUnknownFields(_ overlay: Overlay) async throws {
    let objects = try await rendered(overlay)
    #expect(!objects.isEmpty)
    #expect(objects.flatMap(ManifestForm.violations) == [])
  }

  @Test func aComponentAddsWhatItPromises() async throws {
    let base = try container(try await rendered(.base))
    func arguments(_ container: JSONValue) -> [JSONValue] { container["args"]?.array ?? [] }
    func added(_ container: JSONValue) -> [JSONValue] {
      Array(arguments(container).dropFirst(arguments(base).count))
    }
    let relay = try container(try await rendered(.relay))
    #expect(added(relay) == ["--relay", "nftables"])
    #expect(
      relay["securityContext"]?["capabilities"]?["add"]?.array?.contains("NET_ADMIN") == true)
    let objects = try await rendered(.monitoring)
    let monitoring = try container(objects)
    #expect(added(monitoring) == ["--metrics-listen", "0.0.0.0:7475"])
    #expect(monitoring["securityContext"] == base["securityContext"])
    let kinds = Set(objects.compactMap { $0["kind"]?.string })
    #expect(kinds.isSuperset(of: ["PodMonitor", "PrometheusRule"]))
    let port = monitoring["ports"]?.array?.last
    let monitor = objects.first { $0["kind"] == "PodMonitor" }
    #expect(monitor?["spec"]?["podMetricsEndpoints"]?.array?.first?["port"] == port?["name"])
  }

  @Test func theComponentsGoTogether() async throws {
    let objects = try await rendered(.relay, .monitoring)
    #expect(objects.flatMap(ManifestForm.violations) == [])
    #expect(
      try container(objects)["args"]?.array?.suffix(4) == [
        "--relay", "nftables", "--metrics-listen", "0.0.0.0:7475",
      ])
  }

  /// The overlay to copy changes what its comments say, and nothing else.
  @Test(.enabled(if: KubectlProgram.knowsComponents, "needs kubectl 1.21 or later"))
  func theOverlayNamesTheImageAndTheSecrets() async throws {
    let folder = "\(Example.folder)/kubernetes"
    let base = try await KubectlProgram.objects("kustomize", "\(folder)/base")
    let overlay = try await KubectlProgram.objects("kustomize", "\(folder)/overlay")
    #expect(overlay.flatMap(ManifestForm.violations) == [])
    let changed = zip(base, overlay).filter { $0 != $1 }.map { $1 }
    #expect(base.count == overlay.count)
    #expect(changed.compactMap { $0["kind"]?.string } == ["Role", "DaemonSet"])
    let secrets = changed.first?["rules"]?.array?.first { $0["resources"] == ["secrets"] }
    #expect(secrets?["resourceNames"] == ["router-a", "router-b"])
    let pod = changed.last?["spec"]?["template"]?["spec"]
    for list in ["initContainers", "containers"] {
      #expect(pod?[list]?.array?.first?["image"] == "registry.example/bellman:0.1.0")
    }
  }
}

/// Runs kubectl where no server is needed.
enum KubectlProgram {
  /// The minor version, such as 32 for 1.32; nil where there is no kubectl.
  static let minorVersion: Int? = {
    guard let output = try? run(["version", "--client", "-o", "json"]) else { return nil }
    // Builds from between two versions have a plus sign.
    let text = (try? JSONValue(parsing: output))?["clientVersion"]?["minor"]?.string
    return text.flatMap { Int($0.prefix { $0.isNumber }) }
  }()

  /// Whether its kustomize is one of 3.7 or later.
  static var knowsComponents: Bool { (minorVersion ?? 0) >= 21 }

  /// The objects that kubectl prints.
  static func objects(_ arguments: String...) async throws -> [JSONValue] {
    let output = try await NIOThreadPool.singleton.runIfActive { try run(arguments) }
    return try YAMLObjects.read(String(decoding: output, as: UTF8.self))
  }

  private static func run(_ arguments: [String]) throws -> [UInt8] {
    var plugin = ExecPlugin(version: .v1, command: "kubectl", arguments: arguments)
    plugin.environment = [.init(name: "KUBECONFIG", value: "/dev/null")]
    return try ExecProgram(plugin: plugin, info: "").run()
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips where there is no kubectl; in CI, where the variable `CI` is set, the tests run and fail
  /// instead.
  fileprivate static var needsKubectl: Self {
    .enabled("needs kubectl, as in the Debian package kubernetes-client") {
      ProcessInfo.processInfo.environment["CI"] != nil || KubectlProgram.minorVersion != nil
    }
  }
}
