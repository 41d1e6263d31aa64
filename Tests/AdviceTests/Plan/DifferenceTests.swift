import Addresses
import Advice
import Resources
import Status
import Testing

/// What one plan changes of another.
@Suite("Differences of plans")
struct DifferenceTests {
  private func difference(_ old: String, _ new: String) -> PlanDifference {
    PlanDifference(
      from: Manifests.snapshot(Manifests.clean).plan(),
      to: Manifests.snapshot(Manifests.altered(old, new)).plan())
  }

  @Test func equalObjectsDifferInNothing() {
    let same = PlanDifference(
      from: Manifests.snapshot(Manifests.clean).plan(),
      to: Manifests.snapshot("# moved\n\n" + Manifests.clean).plan())
    #expect(same.isEmpty)
    #expect(same.unchanged == 2)
  }

  @Test func anAddressThatIsRenumberedGoesAndAppears() {
    let found = difference("ip: 203.0.113.10", "ip: 203.0.113.99")
    #expect(found.changes.map(\.address.description) == ["203.0.113.10", "203.0.113.99"])
    #expect(found.changes.map(\.kind) == [.goes, .appears])
    #expect(found.unchanged == 1)
  }

  @Test func withoutItsAdvertisementAnAddressGoes() throws {
    let found = difference(
      "ipAddressPools: [routed]", "ipAddressPools: [routed], nodeSelectors: [{matchLabels: {a: b}}]"
    )
    let change = try #require(found.changes.first)
    #expect(found.changes.count == 1 && change.kind == .goes)
    #expect(change.details.contains { $0.what == "BGP 203.0.113.10/32 to router-a" })
  }

  @Test func anAddressMovesWhenItsOwnerMayHaveItNoMore() throws {
    let plan = Manifests.snapshot(Manifests.clean).plan()
    let owner = try #require(
      plan.addresses.first { !$0.candidates.isEmpty }?.candidates.first?.node)
    let found = difference(
      "metadata: {name: \(owner), ",
      "metadata: {name: \(owner), deletionTimestamp: "
        + "\"2026-01-01T00:00:00Z\", ")
    let change = try #require(found.changes.first { $0.address.description == "192.0.2.130" })
    #expect(change.kind == .moves)
    #expect(change.details.first { $0.what == "layer 2 first" }?.before == owner)
  }

  @Test func anotherFirstMovesNothingByItself() throws {
    let plan = Manifests.snapshot(Manifests.clean).plan()
    let candidates = try #require(
      plan.addresses.first { !$0.candidates.isEmpty }?.candidates.map(\.node))
    let found = difference(
      "spec: {ipAddressPools: [segment]}",
      "spec: {ipAddressPools: [segment], preferredNodeSelectors: [{weight: 1, preference: "
        + "{matchExpressions: [{key: zone, operator: Exists}]}}, {weight: 9, preference: "
        + "{matchLabels: {zone: \(candidates[0] == "node-1" ? "b" : "a")}}}]}")
    let change = try #require(found.changes.first)
    #expect(change.kind == .changes)
    #expect(change.details.map(\.what) == ["layer 2 first"])
  }

  @Test func anotherSetOfNodesByBGPIsAMove() throws {
    let found = difference("- {addresses: [198.51.100.31], nodeName: node-3}\n", "")
    let change = try #require(found.changes.first)
    #expect(change.kind == .moves)
    #expect(
      change.details.first?.before == "from node-1, node-2, node-3"
        && change.details.first?.after == "from node-1, node-2")
  }

  @Test func otherAttributesAreShownAsTheyWereAndWillBe() throws {
    let found = difference("ipAddressPools: [routed]", "ipAddressPools: [routed], localPref: 150")
    let change = try #require(found.changes.first)
    #expect(change.kind == .changes)
    #expect(change.details.count == 2)
    #expect(change.details.first?.after?.hasSuffix("; local preference 150") == true)
  }

  @Test func onlyNewProblemsAreTold() {
    let broken = Manifests.altered("192.0.2.128-192.0.2.191", "192.0.2.128-192.0.2.1")
    let before = Manifests.snapshot(broken).plan()
    let after = Manifests.snapshot(
      "# a line more\n" + broken.replacing("203.0.113.0/24", with: "203.0.113.0/33")
    ).plan()
    let found = PlanDifference(from: before, to: after)
    #expect(found.newProblems.count { $0.severity == .error } == 1)
    #expect(found.newProblems.first?.object?.contains("routed") == true)
    #expect(!found.isEmpty)
  }
}

/// Manifests laid over a cluster.
@Suite("Overlays")
struct OverlayTests {
  private func files(_ text: String, _ name: String = "new.yaml") -> [DecodedFile] {
    [ManifestDecoder.decode(text, file: name)]
  }

  private var cluster: [DecodedFile] { files(Manifests.clean, "cluster.yaml") }

  private func plan(_ files: [DecodedFile]) -> PlanDocument {
    Snapshot(source: "test", files: files).plan()
  }

  @Test func objectsOfTheSameNameAreReplacedAndOthersStay() {
    let applied = Overlay.apply(
      files(
        """
        apiVersion: metallb.io/v1beta1
        kind: IPAddressPool
        metadata: {name: routed, namespace: elsewhere}
        spec: {addresses: [203.0.113.0/28]}
        """
      ), to: cluster)
    let plan = plan(applied)
    #expect(plan.problems == [])
    #expect(plan.addresses.first { $0.address.description == "203.0.113.10" }?.pool == "routed")
    #expect(plan.addresses.count == 2)
  }

  @Test func aServiceKeepsTheAddressThatItWasGiven() throws {
    let applied = Overlay.apply(
      files(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop}
        spec: {type: LoadBalancer, externalTrafficPolicy: Cluster, ports: [{port: 443}]}
        """
      ), to: cluster)
    let found = PlanDifference(from: plan(cluster), to: plan(applied))
    let change = try #require(found.changes.first)
    #expect(found.changes.count == 1)
    #expect(change.details.map(\.what) == ["external traffic policy"])
  }

  @Test(arguments: [false, true])
  func onlyPruningRemovesWhatIsNotNamed(_ prunes: Bool) {
    let applied = Overlay.apply(
      files(
        """
        apiVersion: metallb.io/v1beta1
        kind: IPAddressPool
        metadata: {name: segment, namespace: metallb-system}
        spec: {addresses: [192.0.2.128-192.0.2.191]}
        """
      ), to: cluster, prunes: prunes)
    let found = PlanDifference(from: plan(cluster), to: plan(applied))
    #expect(found.changes.map(\.kind) == (prunes ? [.goes, .goes] : []))
  }
}
