import Addresses
import Resources
import Testing

@Suite struct ResourceStoreTests {
  private var store = ResourceStore()

  private mutating func put(_ file: String, _ text: String?) -> ResourceChanges {
    store.replace(file: file, with: text.map { ManifestDecoder.decode($0, file: file) })
  }

  private static func service(_ name: String, type: String = "LoadBalancer") -> String {
    "apiVersion: v1\nkind: Service\nmetadata: {name: \(name)}\nspec: {type: \(type)}\n"
  }

  private static func node(_ name: String, _ extra: String = "") -> String {
    "apiVersion: v1\nkind: Node\nmetadata: {name: \(name)}\n\(extra)"
  }

  // MARK: Changes

  @Test mutating func reportsWhatIsNewChangedAndGone() {
    var changes = put("a.yaml", documents(Self.service("y"), Self.service("x"), Self.node("n")))
    #expect(changes.services.upserted.map(\.metadata.name.name) == ["x", "y"])
    #expect(changes.services.removed.isEmpty)
    #expect(changes.nodes.upserted.map(\.name) == ["n"])
    #expect(changes.configuration == nil)

    changes = put("a.yaml", documents(Self.service("x", type: "NodePort"), Self.node("m")))
    #expect(changes.services.upserted.map(\.type) == [.nodePort])
    #expect(changes.services.removed == [ObjectName(namespace: "default", name: "y")])
    #expect(changes.nodes.upserted.map(\.name) == ["m"])
    #expect(changes.nodes.removed == ["n"])

    changes = put("a.yaml", nil)
    #expect(changes.services.removed == [ObjectName(namespace: "default", name: "x")])
    #expect(changes.nodes.removed == ["m"])
    #expect(changes.services.upserted.isEmpty)
    #expect(put("a.yaml", nil).isEmpty)
  }

  @Test mutating func whatIsTheSameIsNoChange() {
    let text = documents(
      Self.service("x"), KubectlSamples.endpointSlice + "\n", pool("203.0.113.0/24"))
    #expect(!put("a.yaml", text).isEmpty)
    #expect(put("a.yaml", text).isEmpty)
    #expect(put("a.yaml", "# a comment\n" + text).isEmpty)
    // Other values of fields that decide nothing.
    #expect(put("a.yaml", text.replacing("zone: zone-a", with: "zone: zone-b")).isEmpty)
  }

  @Test mutating func anObjectMayMoveToAnotherFile() {
    _ = put("a.yaml", Self.service("x"))
    let changes = store.replace([
      ("a.yaml", nil), ("b.yaml", ManifestDecoder.decode(Self.service("x"), file: "b.yaml")),
    ])
    #expect(changes.isEmpty)
    #expect(store.diagnostics.isEmpty)
    #expect(put("b.yaml", nil).services.removed.count == 1)
  }

  @Test mutating func readsEndpointSlices() {
    let changes = put("a.yaml", KubectlSamples.endpointSlice)
    #expect(changes.endpointSlices.upserted.map(\.metadata.name.name) == ["web-x7k2p"])
    #expect(
      put("a.yaml", "").endpointSlices.removed == [ObjectName(namespace: "shop", name: "web-x7k2p")]
    )
  }

  // MARK: Errors in a file

  @Test mutating func aFileThatCannotBeReadChangesNothing() {
    _ = put("a.yaml", documents(Self.service("x"), pool("203.0.113.0/24")))
    for broken in ["a: [", "\u{0}", "- 1\n", String(repeating: "[", count: 2000)] {
      #expect(put("a.yaml", broken).isEmpty)
      #expect(!store.diagnostics.isEmpty)
    }
    #expect(store.configuration.pools.count == 1)
    #expect(put("a.yaml", documents(Self.service("x"), pool("203.0.113.0/24"))).isEmpty)
    #expect(store.diagnostics.isEmpty)
  }

  @Test mutating func anErrorKeepsWhatItHides() {
    _ = put("a.yaml", documents(Self.service("x"), Self.service("y"), Self.service("z")))
    // x changes, y is broken, z is gone from the text but that means nothing now, w is new.
    var changes = put(
      "a.yaml",
      documents(
        Self.service("x", type: "NodePort"), Self.service("y", type: "X"), Self.service("w")))
    #expect(changes.services.upserted.map(\.metadata.name.name) == ["w", "x"])
    #expect(changes.services.removed.isEmpty)
    #expect(
      store.diagnostics.map(\.description) == [
        "a.yaml: warning: Service default/y, Service default/z stay as last read until the errors "
          + "of this file are mended",
        "a.yaml:9: Service default/y: spec.type: expected ClusterIP, NodePort, LoadBalancer or "
          + "ExternalName, found \"X\"",
      ])
    // Still broken in another way: nothing is forgotten.
    #expect(put("a.yaml", "a: [").isEmpty)
    // Mended: what is gone is gone.
    changes = put("a.yaml", documents(Self.service("y"), Self.service("w")))
    #expect(changes.services.upserted.isEmpty)
    #expect(
      changes.services.removed == [
        ObjectName(namespace: "default", name: "x"), ObjectName(namespace: "default", name: "z"),
      ])
    #expect(store.diagnostics.isEmpty)
  }

  @Test mutating func namesOfManyKeptObjectsAreCut() {
    _ = put("a.yaml", documents(Self.node("a"), Self.node("b"), Self.node("c"), Self.node("d")))
    _ = put("a.yaml", "a: [")
    #expect(
      store.diagnostics.first?.message
        == "Node a, Node b, Node c and 1 more stay as last read until the errors of this file are "
        + "mended")
  }

  @Test mutating func aBrokenFileMayStillBeDeleted() {
    _ = put("a.yaml", Self.service("x"))
    _ = put("a.yaml", "a: [")
    #expect(put("a.yaml", nil).services.removed.count == 1)
    #expect(store.diagnostics.isEmpty)
  }

  @Test mutating func aBrokenPeerKeepsItsLastGoodSelf() {
    _ = put("a.yaml", goodPeer())
    #expect(put("a.yaml", goodPeer("peerPort: abc")).isEmpty)
    #expect(store.configuration.peers.map(\.peerPort) == [179])
    #expect(!store.isConfigurationStale)
    let changes = put("a.yaml", goodPeer("peerPort: 1179"))
    #expect(changes.configuration?.peers.map(\.peerPort) == [1179])
  }

  // MARK: The same object in two files

  @Test mutating func theFirstFileByNameWins() {
    _ = put("b.yaml", Self.service("x", type: "NodePort"))
    var changes = put("c.yaml", Self.service("x", type: "ClusterIP"))
    #expect(changes.isEmpty)
    #expect(
      store.diagnostics.map(\.description) == [
        "c.yaml:1: Service default/x: is defined in b.yaml:1 too, and that definition is used; "
          + "keep one of them"
      ])
    changes = put("a.yaml", "\n" + Self.service("x"))
    #expect(changes.services.upserted.map(\.type) == [.loadBalancer])
    #expect(store.diagnostics.map(\.file) == ["b.yaml", "c.yaml"])
    #expect(store.diagnostics.allSatisfy { $0.message.contains("defined in a.yaml:2 too") })
    changes = put("a.yaml", nil)
    #expect(changes.services.upserted.map(\.type) == [.nodePort])
    changes = put("b.yaml", nil)
    #expect(changes.services.upserted.map(\.type) == [.clusterIP])
    #expect(store.diagnostics.isEmpty)
  }

  @Test mutating func theOrderOfReadingDoesNotMatter() {
    let files = [
      ("a.yaml", Self.service("x")), ("b.yaml", Self.service("x", type: "NodePort")),
      ("c.yaml", pool("203.0.113.0/24")), ("d.yaml", pool(name: "b", "203.0.113.0/25")),
    ].map { ($0, ManifestDecoder.decode($1, file: $0)) as (String, DecodedFile?) }
    let changes = store.replace(files)
    for rotation in 1..<4 {
      var other = ResourceStore()
      #expect(other.replace(Array(files[rotation...] + files[..<rotation])) == changes)
      #expect(other.diagnostics == store.diagnostics)
    }
    #expect(changes.services.upserted.map(\.type) == [.loadBalancer])
  }

  @Test mutating func whatIsKeptYieldsToWhatIsWritten() {
    _ = put("a.yaml", documents(Self.service("x"), Self.node("n")))
    _ = put("a.yaml", "a: [")
    let changes = put("b.yaml", Self.service("x", type: "NodePort"))
    #expect(changes.services.upserted.map(\.type) == [.nodePort])
    #expect(store.diagnostics.map(\.file) == ["a.yaml", "a.yaml"])
    // Once the file is mended the rule of names holds again.
    #expect(put("a.yaml", Self.service("x")).services.upserted.map(\.type) == [.loadBalancer])
  }

  // MARK: Configuration

  @Test mutating func theConfigurationFollowsTheFiles() {
    var changes = put("pools.yaml", pool("203.0.113.0/24"))
    #expect(changes.configuration?.pools.count == 1)
    changes = put("peers.yaml", goodPeer())
    #expect(changes.configuration?.peers.count == 1)
    #expect(changes.configuration?.pools.count == 1)
    #expect(put("service.yaml", Self.service("x")).configuration == nil)
    #expect(put("pools.yaml", nil).configuration?.pools == [])
    #expect(store.configuration.peers.count == 1)
  }

  @Test mutating func theLastGoodConfigurationStaysWhole() {
    _ = put("pools.yaml", pool("203.0.113.0/24"))
    let good = store.configuration
    // One file brings an overlap and a good peer: neither is used.
    let changes = put("more.yaml", documents(pool(name: "b", "203.0.113.0/28"), goodPeer()))
    #expect(changes.isEmpty)
    #expect(store.configuration == good)
    #expect(store.isConfigurationStale)
    #expect(
      store.diagnostics.map(\.description) == [
        "more.yaml: warning: the last good configuration stays in use until the metallb.io objects "
          + "agree again",
        "more.yaml:7: IPAddressPool default/b: spec.addresses[0]: 203.0.113.0/28 overlaps with "
          + "203.0.113.0/24 of IPAddressPool default/a (pools.yaml:1) in 203.0.113.0/28",
      ])
    // Services go on all the same.
    #expect(put("service.yaml", Self.service("x")).services.upserted.count == 1)
    // Mended.
    let mended = put("more.yaml", documents(pool(name: "b", "198.51.100.0/28"), goodPeer()))
    #expect(mended.configuration?.pools.count == 2)
    #expect(mended.configuration?.peers.count == 1)
    #expect(!store.isConfigurationStale)
    #expect(store.diagnostics.isEmpty)
  }

  @Test mutating func withoutAGoodConfigurationTheRestIsUsed() {
    let text = documents(
      pool("203.0.113.0/24"), pool(name: "b", "203.0.113.0/28"), pool(name: "c", "198.51.100.0/24"),
      goodPeer())
    var changes = put("all.yaml", text)
    #expect(changes.configuration?.pools.map(\.metadata.name.name) == ["a", "c"])
    #expect(changes.configuration?.peers.count == 1)
    #expect(!store.isConfigurationStale)
    #expect(store.diagnostics.count == 1)
    // There was no good one yet, so that this goes on.
    changes = put("peer.yaml", goodPeer(name: "z", "peerPort: 1179"))
    #expect(changes.configuration?.peers.count == 2)
    // From the first good one on it is kept.
    _ = put("all.yaml", pool("203.0.113.0/24"))
    #expect(store.diagnostics.isEmpty)
    #expect(put("all.yaml", text).isEmpty)
    #expect(store.isConfigurationStale)
  }

  @Test mutating func aBatchIsJudgedAsAWhole() {
    let secret =
      "apiVersion: v1\nkind: Secret\nmetadata: {name: bgp}\n"
      + "type: kubernetes.io/basic-auth\nstringData: {password: x}\n"
    let changes = store.replace(
      [("a.yaml", goodPeer("passwordSecret: {name: bgp}")), ("b.yaml", secret)].map {
        ($0, ManifestDecoder.decode($1, file: $0))
      })
    #expect(changes.configuration?.passwords == ["a": "x"])
    #expect(store.diagnostics.isEmpty)
    #expect(!store.isConfigurationStale)
    // The password follows its secret.
    #expect(
      put("b.yaml", secret.replacing("password: x", with: "password: y")).configuration?.passwords
        == ["a": "y"])
    // A secret that goes leaves the peer as it is.
    #expect(put("b.yaml", nil).isEmpty)
    #expect(store.configuration.passwords == ["a": "y"])
    #expect(store.isConfigurationStale)
  }

  @Test mutating func foreignSecretsDoNotCount() {
    _ = put(
      "a.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\n")
    #expect(
      put("b.yaml", documents(pool("203.0.113.0/24"), pool(name: "b", "203.0.113.0/24")))
        .configuration?.pools.count == 1)
  }

  @Test mutating func linesOfCrossObjectErrorsFollowTheText() {
    _ = put("a.yaml", documents(pool("203.0.113.0/24"), pool(name: "b", "203.0.113.0/28")))
    #expect(store.diagnostics.map(\.line) == [15])
    _ = put(
      "a.yaml", "#\n#\n" + documents(pool("203.0.113.0/24"), pool(name: "b", "203.0.113.0/28")))
    #expect(store.diagnostics.map(\.line) == [17])
  }

  // MARK: Scale

  @Test mutating func tenThousandServicesInFilesOfTheirOwn() {
    let text = Self.service("template")
    guard case .service(let template) = decode(text).objects.first?.resource else {
      Issue.record("the template is a service")
      return
    }
    func file(_ index: Int, _ type: Service.ServiceType) -> (String, DecodedFile?) {
      var service = template
      service.metadata.name.name = "s\(index)"
      service.type = type
      let name = "\(index).yaml"
      let object = DecodedObject(.service(service), at: SourceLocation(file: name, line: 1))
      return (name, DecodedFile(name: name, objects: [object]))
    }
    let all = store.replace((0..<10_000).map { file($0, .loadBalancer) })
    #expect(all.services.upserted.count == 10_000)
    for index in 0..<2000 {
      let changes = store.replace([file(index, .nodePort)])
      #expect(changes.services.upserted.count == 1)
    }
    let gone = store.replace((0..<10_000).map { ("\($0).yaml", nil) })
    #expect(gone.services.removed.count == 10_000)
  }

  @Test mutating func oneServiceOfAFileOfThousands() {
    func text(changing changed: String) -> String {
      (0..<2000).map { "s\($0)" }.map { name in
        Self.service(name, type: name == changed ? "NodePort" : "LoadBalancer")
      }.joined(separator: "---\n")
    }
    #expect(put("all.yaml", text(changing: "none")).services.upserted.count == 2000)
    let changes = put("all.yaml", text(changing: "s1234"))
    #expect(changes.services.upserted.map(\.metadata.name.name) == ["s1234"])
    #expect(changes.services.removed.isEmpty)
  }
}
