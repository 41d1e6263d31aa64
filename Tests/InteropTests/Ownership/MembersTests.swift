import Addresses
import Lab
import NIOCore
import Status
import Testing

extension OwnershipTests {
  /// `bellman status members`, in a quiet cluster and when a node dies.
  @Suite(.lab(), .serialized) struct Members {
    private func electionOf(_ lab: Lab, _ node: String) async throws -> ElectionStatus {
      try #require(try await lab.status(node).election)
    }

    private func states(_ lab: Lab, _ node: String) async throws -> [MemberStatus.State] {
      try await electionOf(lab, node).members.map(\.state)
    }

    @Test func everyNodeShowsAllMembersAndItsLease() async throws {
      let lab = try lab()
      for (index, node) in lab.topology.nodes.enumerated() {
        var expected = Array(repeating: MemberStatus.State.alive, count: 3)
        expected[index] = .own
        try await eventually(equals: expected) { try await states(lab, node.name) }
        try await eventually("\(node.name) has a lease") {
          try await electionOf(lab, node.name).lease.isHeld
        }
        let election = try await electionOf(lab, node.name)
        #expect(election.lease.witnesses == 2 && election.lease.acknowledging == 2)
        let margin = try #require(election.lease.marginMilliseconds)
        #expect((1...485).contains(margin))
        for member in election.members {
          #expect(member.incarnation > 0 && member.witnesses.count == 2)
          #expect(member.isWitness == (member.name != node.name))
          #expect((member.silenceMilliseconds != nil) == (member.name != node.name))
          #expect(member.suspectedBy == [])
        }
        #expect(election.policy == "wire" && election.profile == "default")
        #expect(election.keys.isSecure && election.keys.fingerprints.count == 1)
        #expect(election.packets.dropped["forged"] == 0)
      }
      let answer = try await lab.bellman(["status", "members"], node: "node-1")
      #expect(answer.status == 0)
      #expect(
        answer.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(answer.output)")
      #expect(answer.output.contains("lease: held, ends in "))
    }

    /// A speaker that is killed loses no claim, be it the last one for a long time.
    @Test func theLastClaimIsOnDisk() async throws {
      let lab = try lab()
      let addresses = await lab.layerTwoAddresses()
      for node in lab.topology.nodes {
        for address in addresses {
          try await eventually("\(node.name) knows the owner of \(address)") {
            try await lab.explain(address, node: node.name).owner != nil
          }
        }
        let path = lab.directory.socket(node: node.name).dropLast("sock".count) + "claims"
        try await eventually("\(node.name) has kept all claims", within: .seconds(2)) {
          let text = try await Command.output(["cat", String(path)]).output
          return addresses.allSatisfy { text.contains("\"\($0)\"") }
        }
      }
    }

    @Test func aDeadNodeIsShownWithItsSilence() async throws {
      let lab = try lab()
      let address = try await lab.address("l2-dual")
      try await eventually("the address has an owner") {
        try await lab.explain(address, node: "node-1").owner != nil
      }
      let victim = try #require(try await lab.explain(address, node: "node-1").owner)
      let node = try lab.topology.node(victim)
      let witness = try #require(lab.topology.nodes.map(\.name).first { $0 != victim })
      try await lab.speaker(victim).send(.kill)
      try await Command.run(["ip", "link", "set", "eth0", "down"], in: node.namespace)

      try await eventually("\(victim) is dead") {
        try await electionOf(lab, witness).members.first { $0.name == victim }?.state == .dead
      }
      let shown = try #require(
        try await electionOf(lab, witness).members.first { $0.name == victim })
      #expect(try #require(shown.silenceMilliseconds) >= 500)
      #expect(!shown.suspectedBy.isEmpty)
      try await eventually("its addresses have moved") {
        let owner = try await lab.explain(address, node: witness).owner
        return owner != nil && owner != victim
      }
      let claim = try #require(try await lab.explain(address, node: witness).claim)
      #expect(claim.lastMove?.from == victim)
      #expect(try #require(claim.epoch) >= 2)
      // The manifests call it ready all the while.
      try await eventually("the disagreement is shown") {
        try await electionOf(lab, witness).disagreements.contains {
          $0.reason == "deadThoughReady" && $0.node == victim
        }
      }
      let text = try await lab.bellman(["status"], node: witness).output
      #expect(text.contains("deadThoughReady: Node \(victim) is silent"), "\(text)")

      try await Command.run(["ip", "link", "set", "eth0", "up"], in: node.namespace)
      try await lab.startSpeaker(victim)
      try await eventually("it is alive again") {
        try await electionOf(lab, witness).members.first { $0.name == victim }?.state == .alive
      }
      try await eventually("nothing is in dispute") {
        try await electionOf(lab, witness).disagreements == []
      }
    }

    @Test func aNodeThatLacksTheOthersIsShownWithoutALease() async throws {
      let lab = try lab()
      let node = try lab.topology.node("node-3")
      try await Command.run(["ip", "link", "set", "eth0", "down"], in: node.namespace)
      try await eventually("node-3 has no lease") {
        try await !electionOf(lab, "node-3").lease.isHeld
      }
      // One that has just started says so once it has settled.
      try await eventually("node-3 says what it lacks") {
        let election = try await electionOf(lab, "node-3")
        return election.lease.acknowledging == 0
          && election.disagreements.contains { $0.reason == "noQuorum" && $0.node == "node-3" }
      }
      try await Command.run(["ip", "link", "set", "eth0", "up"], in: node.namespace)
      try await eventually("node-3 has its lease again") {
        try await electionOf(lab, "node-3").lease.isHeld
      }
      let told = try await lab.bellman(["events", "--about", "node-3"], node: "node-3").output
      let leases = told.split(separator: "\n").filter { $0.contains(" lease ") }
      try #require(leases.count >= 2, "\(told)")
      #expect(leases[leases.count - 2].contains("lease lost: 0 of 2 witnesses"), "\(told)")
      #expect(leases[leases.count - 1].contains("lease held again: "), "\(told)")
    }
  }
}
