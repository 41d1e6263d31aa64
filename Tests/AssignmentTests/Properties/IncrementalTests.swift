import Addresses
import Assignment
import Resources
import Testing

/// A machine that has lived through any sequence of events is as a new one that is told the result.
@Suite struct IncrementalTests {
  @Test(arguments: Array(UInt64(100)...115), [1, 4])
  func sameAsFromScratch(_ seed: UInt64, _ batchSize: Int) {
    var world = RandomCluster(seed: seed)
    let name = world.generator.pick(RandomCluster.nodeNames)
    var said = Announcements()
    var machine = Assignment(node: name)
    said.apply(machine.handle(.batch(world.cluster.events + [.sourcesComplete])))
    for step in 0..<40 {
      let before = machine.addresses()
      let events = (0..<batchSize).map { _ in world.step() }
      let actions = machine.handle(batchSize == 1 ? events[0] : .batch(events))
      said.apply(actions)

      var fresh = Assignment(node: name)
      var expected = Announcements()
      expected.apply(fresh.handle(.batch(world.cluster.events + [.sourcesComplete])))
      #expect(said == expected, "seed \(seed), step \(step): \(events)")
      #expect(machine.addresses() == fresh.addresses(), "seed \(seed), step \(step): \(events)")
      for address in RandomCluster.addresses.map(ip) {
        #expect(machine.report(for: address) == fresh.report(for: address))
      }
      expectAnnounced(changesFrom: before, to: machine.addresses(), in: actions)
      if said != expected { return }
    }
  }

  /// Each address whose summary differs is named in `decisionsChanged`, sorted.
  private func expectAnnounced(
    changesFrom before: [AddressSummary], to after: [AddressSummary],
    in actions: [Assignment.Action]
  ) {
    var old = Dictionary(uniqueKeysWithValues: before.map { ($0.address, $0) })
    var changed: Set<IPAddress> = []
    for summary in after {
      if let former = old.removeValue(forKey: summary.address) {
        let isSame =
          former.owner == summary.owner && former.layer2 == summary.layer2
          && former.bgp == summary.bgp && former.interfaces == summary.interfaces
          && former.routes == summary.routes && former.pool == summary.pool
        if !isSame { changed.insert(summary.address) }
      } else {
        changed.insert(summary.address)
      }
    }
    changed.formUnion(old.keys)
    var named: [IPAddress] = []
    for case .decisionsChanged(let addresses) in actions { named += addresses }
    #expect(changed.isSubset(of: named))
    #expect(named == named.sorted())
  }

  /// A change of an EndpointSlice decides the addresses of its service and family, at most once.
  @Test(arguments: Array(UInt64(200)...210))
  func sliceChangesDecideTheirServiceOnly(_ seed: UInt64) {
    var world = RandomCluster(seed: seed)
    var machine = world.cluster.machine(on: "node-1")
    for _ in 0..<60 {
      let name = world.generator.pick(RandomCluster.serviceNames)
      let family = world.generator.pick(AddressFamily.allCases)
      let slice = world.slice(name, family, number: 1)
      let before = machine.decisionCount
      _ = machine.handle(.endpointSlice(slice))
      let ingress = world.cluster.services.first { $0.metadata.name == named(name) }?.ingress ?? []
      let limit = ingress.filter { $0.family == family }.count
      #expect(machine.decisionCount - before <= limit)
      let again = machine.decisionCount
      #expect(machine.handle(.endpointSlice(slice)).isEmpty)
      #expect(machine.decisionCount == again)
    }
  }
}
