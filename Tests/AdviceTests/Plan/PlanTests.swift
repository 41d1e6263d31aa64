import Addresses
import Advice
import Resources
import Status
import Testing

/// Who would announce what.
@Suite("Plans")
struct PlanTests {
  private func address(_ text: String, _ manifest: String = Manifests.clean) throws
    -> PlannedAddress
  {
    try #require(
      Manifests.snapshot(manifest).plan().addresses.first { $0.address.description == text })
  }

  @Test func layer2HasItsCandidatesInTheOrderOfTheRanking() throws {
    let planned = try address("192.0.2.130")
    #expect(planned.services == ["shop/api"])
    #expect(planned.pool == "segment")
    #expect(planned.externalTrafficPolicy == .cluster)
    #expect(Set(planned.candidates.map(\.node)) == ["node-1", "node-2", "node-3"])
    #expect(planned.candidates.allSatisfy { $0.fitness == "ready" && $0.interfaces == nil })
    #expect(planned.routes == [])
    let refusal = try #require(planned.refusals.first)
    #expect(planned.refusals.count == 1)
    #expect(refusal.protocol == .bgp && refusal.reason == "noMatchingAdvertisement")
    #expect(refusal.nodes == ["node-1", "node-2", "node-3"])
  }

  @Test func preferredNodesComeFirst() throws {
    let planned = try address(
      "192.0.2.130",
      Manifests.altered(
        "spec: {ipAddressPools: [segment]}",
        "spec: {ipAddressPools: [segment], interfaces: [eth0], preferredNodeSelectors: "
          + "[{weight: 7, preference: {matchLabels: {zone: a}}}]}"))
    #expect(planned.candidates.first?.node == "node-1")
    #expect(planned.candidates.first?.weight == 7)
    #expect(planned.candidates.first?.interfaces == ["eth0"])
  }

  @Test func bgpHasAllFitNodesAndTheirPeers() throws {
    let planned = try address("203.0.113.10")
    #expect(planned.candidates == [])
    #expect(planned.bgpNodes == ["node-1", "node-2", "node-3"])
    #expect(planned.peers == ["router-a", "router-b"])
    #expect(planned.routes.map(\.prefix.description) == ["203.0.113.10/32", "203.0.113.10/32"])
  }

  @Test func aNodeWithoutLocalEndpointIsRefusedWithTheReason() throws {
    let planned = try address(
      "203.0.113.10", Manifests.altered("- {addresses: [198.51.100.31], nodeName: node-3}\n", ""))
    #expect(planned.bgpNodes == ["node-1", "node-2"])
    let refusal = try #require(planned.refusals.first { $0.reason == "noLocalEndpoint" })
    #expect(refusal.nodes == ["node-3"])
    #expect(refusal.sentence.contains("externalTrafficPolicy is Local and Node node-3"))
  }

  @Test func mistakesAreProblems() {
    let plan = Manifests.snapshot(Manifests.altered("203.0.113.0/24", "203.0.113.0/33")).plan()
    #expect(plan.problems.contains { $0.severity == .error && $0.fieldPath == "spec.addresses[0]" })
    #expect(plan.addresses.first { $0.pool == nil }?.isAnnounced == false)
  }

  @Test func theNodeThatPlansIsNoNode() {
    let plan = Manifests.snapshot(Manifests.clean).plan()
    #expect(plan.nodes == ["node-1", "node-2", "node-3"])
    #expect(plan.addresses.flatMap(\.refusals).flatMap(\.nodes).allSatisfy { !$0.isEmpty })
    #expect(plan.addresses.flatMap(\.candidates).allSatisfy { !$0.node.isEmpty })
  }
}
