import Addresses
import Lab
import NIOCore
import Status
import Testing

extension OwnershipTests {
  /// Connections that are open while their address is handed over. A service with its only endpoint on
  /// the drained node could not move, so there is none.
  @Suite(.lab(edit: { $0.workloads.removeAll { $0.name.hasSuffix("-local") } }), .serialized)
  struct Relaying {
    @Test(arguments: AddressFamily.allCases)
    func anOpenConnectionGoesOnAcrossADrain(family: AddressFamily) async throws {
      let lab = try lab()
      let address = try await lab.address("l2-dual", family)
      let owner = try await lab.settledOwner(of: address)
      let connection = try await OpenConnection.start(to: address, from: lab.topology.client)
      // The heir may have given the address away just now, and prepares itself for its return after 5 s.
      try await Task.sleep(for: .seconds(6))
      #expect(connection.outcome.answered > 50)

      #expect(try await lab.bellman(["drain"], node: owner).status == 0)
      let heir = try await lab.settledOwner(of: address)
      #expect(heir != owner)
      let heirMAC = try lab.topology.node(heir).mac
      try await eventually("the client sends to \(heir)") {
        try await lab.neighbour(address, of: lab.topology.client) == heirMAC
      }
      let before = connection.outcome.answered
      let relayed = try await relayedSegments(lab, heir)
      try await Task.sleep(for: .seconds(2))
      let outcome = try await connection.stop()
      #expect(outcome.failure == nil)
      #expect(outcome.answered == outcome.asked)
      #expect(outcome.answered > before + 100)
      // It is the old owner that serves the connection still, by way of the new one.
      #expect(try await relayedSegments(lab, heir) > relayed + 100)
      // What begins at the new owner stays there.
      let settled = try await relayedSegments(lab, heir)
      #expect(
        try await lab.failures(of: 20, to: address, from: lab.topology.client) { _ in true } == [])
      #expect(try await relayedSegments(lab, heir) == settled)
      #expect(try await lab.bellman(["drain", "--undo"], node: owner).status == 0)
      try await lab.waitForSettledRoutes()
    }

    @Test func aConnectionSurvivesTheEndOfTheSpeakerOfItsNode() async throws {
      let lab = try lab()
      let address = try await lab.address("l2-dual")
      let owner = try await lab.settledOwner(of: address)
      let connection = try await OpenConnection.start(to: address, from: lab.topology.client)
      try await Task.sleep(for: .seconds(6))
      let speaker = try await lab.speaker(owner)
      await speaker.send(.terminate)
      #expect(try await speaker.waitForExit(within: .seconds(10)) == 0)
      await lab.forgetSpeaker(owner)
      // Long after the others have found the process gone: who leaves is not dead.
      try await Task.sleep(for: .seconds(5))
      let outcome = try await connection.stop()
      #expect(outcome.failure == nil)
      #expect(outcome.answered == outcome.asked && outcome.answered > 500)
      let node = try lab.topology.node(owner)
      let tables = try await Command.run(["nft", "list", "tables"], in: node.namespace)
      #expect(!tables.contains("netdev bellman"), "the speaker has removed its rules")
      try await lab.startSpeaker(owner)
      try await lab.waitForSettledRoutes()
    }

    @Test func rulesOfAKilledSpeakerAreReplaced() async throws {
      let lab = try lab()
      let node = try #require(lab.topology.nodes.last)
      let speaker = try await lab.speaker(node.name)
      await speaker.send(.kill)
      _ = try await speaker.waitForExit(within: .seconds(3))
      try await Command.run(
        ["nft", "add element netdev bellman addresses4 { 192.0.2.199 }"], in: node.namespace)
      try await lab.startSpeaker(node.name)
      let address = try await lab.address("l2-dual")
      try await eventually("the stale address is gone and the others are back") {
        let rules = try await Command.output(
          ["nft", "list", "set", "netdev", "bellman", "addresses4"], in: node.namespace)
        return rules.status == 0 && !rules.output.contains("192.0.2.199")
          && rules.output.contains("\(address)")
      }
      try await lab.waitForOwners()
    }

    private func relayedSegments(_ lab: Lab, _ node: String) async throws -> UInt64 {
      try #require(try await lab.status(node).election?.counters["relayedSegments"])
    }
  }
}
