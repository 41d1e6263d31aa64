import Addresses
import Assignment
import Resources
import Testing

/// 2,000 services on 100 nodes: the amount of work, not the time.
@Suite struct ScaleTests {
  static let serviceCount = 2000

  static func cluster() -> Cluster {
    let base = ip("198.51.100.0")
    var cluster = Cluster(
      (0..<100).map { "node-\($0)" },
      configuration: Configuration(
        pools: [.fixture("pool", ["198.51.96.0/20"])], l2Advertisements: [.fixture()],
        bgpAdvertisements: [.fixture()], peers: [.fixture("router")]))
    for number in 0..<serviceCount {
      let address = IPAddress(family: .ipv4, number: base.number + UInt128(number))
      cluster.services.append(
        .fixture(
          "web-\(number)", [address.description],
          policy: number.isMultiple(of: 2) ? .cluster : .local))
      cluster.slices.append(
        .fixture("web-\(number)", (0..<3).map { ("node-\((number + $0 * 7) % 100)", .ready) }))
    }
    return cluster
  }

  @Test func oneChangeDecidesLittle() throws {
    var machine = Self.cluster().machine(on: "node-7")
    #expect(machine.decisionCount == Self.serviceCount)
    #expect(machine.rankingCount == Self.serviceCount)
    let summaries = machine.addresses()
    #expect(summaries.count == Self.serviceCount)
    #expect(summaries.allSatisfy { $0.owner != nil })

    var before = machine.decisionCount
    _ = machine.handle(.endpointSlice(.fixture("web-8", [("node-3", .ready)])))
    #expect(machine.decisionCount == before + 1)

    before = machine.decisionCount
    let rankings = machine.rankingCount
    let owned = machine.addresses().filter { $0.owner == "node-50" }.count
    #expect(owned > 0)
    _ = machine.handle(.node(.fixture("node-50", networkUnavailable: true)))
    #expect(machine.decisionCount == before + owned)
    #expect(machine.rankingCount == rankings + owned)
    #expect(machine.addresses().allSatisfy { $0.owner != "node-50" })

    before = machine.decisionCount
    _ = machine.handle(.node(.fixture("node-50")))
    #expect(machine.decisionCount == before + owned)
    #expect(machine.rankingCount == rankings + owned)
    #expect(machine.addresses().filter { $0.owner == "node-50" }.count == owned)

    before = machine.decisionCount
    _ = machine.handle(.node(.fixture("node-100")))
    let moved = machine.addresses().filter { $0.owner == "node-100" }.count
    #expect(moved > 0)
    #expect(machine.decisionCount == before + moved)
    #expect(machine.rankingCount == rankings + owned)
  }

  /// An aggregate of all services is one route, and one service less changes nothing on the wire.
  @Test func oneAggregateForAll() {
    var cluster = Self.cluster()
    cluster.configuration.bgpAdvertisements = [.fixture(length: 20)]
    cluster.services = cluster.services.map {
      var service = $0
      service.externalTrafficPolicy = .cluster
      return service
    }
    var machine = Assignment(node: "node-7")
    var said = Announcements()
    said.apply(machine.handle(.batch(cluster.events + [.sourcesComplete])))
    #expect(said.routes.count == 1)
    let actions = machine.handle(.serviceRemoved(named("web-1")))
    for case .announceRoute in actions { Issue.record("the aggregate has not changed") }
    for case .withdrawRoute in actions { Issue.record("the aggregate is still needed") }
  }
}
