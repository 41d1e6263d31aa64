import Addresses
import Lab
import NIOCore
import Status
import Testing

extension OwnershipTests {
  /// `bellman drain`, its end, and what clients and the router see of it. A service with its only
  /// endpoint on the drained node could not move, so there is none.
  @Suite(.lab(edit: { $0.workloads.removeAll { $0.name.hasSuffix("-local") } }), .serialized)
  struct Draining {
    /// Who owns each layer-2 address, once all nodes agree.
    private func owners(_ lab: Lab) async throws -> [IPAddress: String] {
      var owners: [IPAddress: String] = [:]
      for address in await lab.layerTwoAddresses() {
        var found: Set<String?> = []
        for node in lab.topology.nodes {
          found.insert(try await lab.explain(address, node: node.name).owner)
        }
        if found.count == 1, let owner = found.first ?? nil { owners[address] = owner }
      }
      return owners
    }

    private func settledOwners(_ lab: Lab) async throws -> [IPAddress: String] {
      let count = await lab.layerTwoAddresses().count
      try await eventually("all \(count) addresses have owners") {
        try await owners(lab).count == count
      }
      return try await owners(lab)
    }

    private func nodesWithRoutes(_ lab: Lab) async throws -> Set<IPAddress> {
      Set(try await lab.routes().compactMap(\.nextHop))
    }

    @Test func aDrainLosesNoRequestAndItsEndMovesNothing() async throws {
      let lab = try lab()
      let address = try await lab.address("l2-dual")
      let before = try await settledOwners(lab)
      let drained = try lab.topology.node(try #require(before[address]))
      let requests = try SteadyRequests.start(to: address, from: lab.topology.client)
      try await Task.sleep(for: .seconds(1))

      let answer = try await lab.bellman(
        ["drain", "--deadline", "20s", "-o", "json"], node: drained.name)
      #expect(answer.status == 0, "\(answer.error)")
      let document: DrainDocument = try StatusRenderer.parse(answer.output)
      let drain = try #require(document.drain)
      #expect(drain.isComplete)
      #expect(
        Set(drain.moved.map(\.address)) == Set(before.filter { $0.value == drained.name }.keys))
      #expect(drain.moved.allSatisfy { $0.owner != nil && $0.owner != drained.name })
      let hops = try await nodesWithRoutes(lab)
      #expect(!hops.contains(.v4(drained.ipv4)) && !hops.contains(.v6(drained.ipv6)))
      #expect(hops.count == 4)
      let moved = try await settledOwners(lab)
      #expect(!moved.values.contains(drained.name))
      // Status, explain and BGP of the node agree, and so do the others.
      for shown in try await lab.status(drained.name).addresses {
        let isLayer2 = moved[shown.address] != nil
        #expect((isLayer2 ? shown.layer2.reason : shown.bgp.reason) == "nodeDraining")
      }
      try await eventually("the others know of the drain") {
        for node in lab.topology.nodes {
          let nodes = try await lab.explain(address, node: node.name).nodes
          guard nodes.first(where: { $0.node == drained.name })?.layer2.reason == "nodeDraining"
          else { return false }
        }
        return true
      }

      // A new speaker of the node knows of the drain.
      try await lab.speaker(drained.name).stop()
      try await lab.startSpeaker(drained.name)
      try await lab.waitForSessions()
      let kept = try #require(try await lab.status(drained.name).drain)
      #expect(kept.since == drain.since && kept.isComplete)
      try await Task.sleep(for: .seconds(4))
      #expect(try await settledOwners(lab) == moved)
      #expect(try await nodesWithRoutes(lab) == hops)

      let undone = try await lab.bellman(["drain", "--undo"], node: drained.name)
      #expect(undone.status == 0, "\(undone.error)")
      try await lab.waitForSettledRoutes()
      #expect(try await lab.status(drained.name).drain == nil)
      try await Task.sleep(for: .seconds(1))
      #expect(try await settledOwners(lab) == moved)
      let outcome = try await requests.stop()
      #expect(outcome.failures == [])
      #expect(outcome.answered > 1000)
    }

    @Test func whatCannotMoveIsNamedWithItsReason() async throws {
      let lab = try lab()
      let names = lab.topology.nodes.map(\.name)
      _ = try await settledOwners(lab)
      for name in names.dropLast() {
        #expect(try await lab.bellman(["drain"], node: name).status == 0)
      }
      let last = try #require(names.last)
      let answer = try await lab.bellman(["drain", "--deadline", "1s"], node: last)
      #expect(answer.status == 6)
      #expect(answer.error.contains("\(last) is not done after 1s"), "\(answer.error)")
      #expect(answer.error.hasPrefix("waiting for 192.0.2."), "\(answer.error)")
      // Others are no candidates once this node has heard that they are drained.
      let reasons = ["is draining", "no other node may announce it"]
      #expect(reasons.contains { answer.output.contains($0) }, "\(answer.output)")
      let status = try await lab.status(last)
      #expect(status.drain?.remaining.count == 3)
      // Nobody else is there, so it answers on.
      let address = try await lab.address("l2-dual")
      #expect(try await lab.curl(address, from: lab.topology.client).status == 200)
      for name in names {
        #expect(try await lab.bellman(["drain", "--undo"], node: name).status == 0)
      }
      try await lab.waitForSettledRoutes()
    }

    @Test func rebalancingIsForTheOverloadedOnly() async throws {
      let lab = try lab()
      let before = try await settledOwners(lab)
      let loads = Dictionary(grouping: before.values) { $0 }.mapValues(\.count)
      for node in lab.topology.nodes where loads[node.name, default: 0] <= 1 {
        let answer = try await lab.bellman(["rebalance", "-o", "json"], node: node.name)
        #expect(answer.status == 0, "\(answer.error)")
        let document: RebalanceDocument = try StatusRenderer.parse(answer.output)
        #expect(document.until == nil)
        #expect(
          document.loads
            == Dictionary(
              uniqueKeysWithValues: lab.topology.nodes.map { ($0.name, loads[$0.name, default: 0]) }
            ))
      }
      #expect(try await settledOwners(lab) == before)
      let bad = try await lab.bellman(["rebalance", "--interval", "1ms"], node: "node-1")
      #expect(bad.status == 64)
      #expect(bad.error.contains("--interval is 1ms"), "\(bad.error)")
    }
  }
}
