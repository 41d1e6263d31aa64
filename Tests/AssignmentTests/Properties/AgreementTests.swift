import Addresses
import Assignment
import Resources
import Testing

/// All nodes that know the same objects decide the same, whatever the order they heard them in.
@Suite struct AgreementTests {
  @Test(arguments: Array(UInt64(1)...15))
  func exactlyOneOwnerAmongTheFit(_ seed: UInt64) throws {
    var world = RandomCluster(seed: seed)
    for _ in 0..<5 {
      for _ in 0..<8 { _ = world.step() }
      let oracle = NaiveOracle(cluster: world.cluster)
      let views = RandomCluster.nodeNames.map { name in
        var events = world.cluster.events
        events.shuffle(using: &world.generator)
        let split = Int.random(in: 0...events.count, using: &world.generator)
        var machine = Assignment(node: name)
        for event in events[..<split] { _ = machine.handle(event) }
        _ = machine.handle(.sourcesComplete)
        for event in events[split...] { _ = machine.handle(event) }
        return machine
      }
      for text in RandomCluster.addresses {
        let address = ip(text)
        let layer2 = oracle.fit(address, layer2: true)
        let first = oracle.firstOfLayer2(address)
        let bgp = oracle.fit(address, layer2: false)
        var announcers: [String] = []
        for machine in views {
          guard let summary = machine.summary(of: address) else {
            #expect(!world.cluster.services.contains { $0.ingress.contains(address) })
            continue
          }
          if summary.layer2.verdict == .announces { announcers.append(machine.node) }
          #expect(summary.layer2.isFit == (layer2[machine.node] != nil))
          #expect(summary.owner.map(first.contains) ?? layer2.isEmpty)
          if bgp[machine.node] == nil {
            #expect(!summary.bgp.isFit)
            #expect(summary.routes.isEmpty)
          } else if !summary.bgp.isFit {
            #expect(
              [.conflictingAdvertisements, .sharedAddressUnserviceable]
                .contains(summary.bgp.reason))
          }
          let report = try #require(machine.report(for: address))
          #expect(report.nodes.first { $0.rank == 1 }?.node == summary.owner)
          for node in report.nodes { #expect(node.layer2.isFit == (layer2[node.node] != nil)) }
        }
        #expect(announcers.count == (layer2.isEmpty ? 0 : 1), "\(text), seed \(seed)")
      }
    }
  }
}
