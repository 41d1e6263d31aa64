import Addresses
import Lab
import NIOCore
import Resources
import Testing

extension OwnershipTests {
  /// The neighbour tables of Linux clients when an address changes hands, from each state that an
  /// entry can be in. How soon they follow is measured by `Benchmarks/failover.py`.
  @Suite(.lab(), .serialized) struct Takeover {
    @Test func clientsFollowAHandOverFromEveryState() async throws {
      let lab = try lab()
      let old = lab.topology.nodes[0]
      let new = lab.topology.nodes[1]
      // Three machines that take no part in this hand-over, with an entry each.
      let watchers = [
        (lab.topology.client, "stale"), (lab.topology.router, "delay"),
        (lab.topology.nodes[2], "probe"),
      ]
      let addresses = try await AddressFamily.allCases.asyncMap { family in
        try await lab.address("l2-local", family)
      }
      for address in addresses { #expect(try await lab.settledOwner(of: address) == old.name) }
      let monitors = try await watchers.asyncMap { machine, _ in
        try await lab.monitorNeighbours(of: machine)
      }
      for address in addresses {
        for (machine, state) in watchers {
          try await setNeighbour(address, of: machine, to: old.mac, state)
        }
      }
      let start = Timestamp.now
      try await move(to: new.name, in: lab)
      for (index, (machine, state)) in watchers.enumerated() {
        for address in addresses {
          try await eventually("\(machine.name) has \(address) at \(new.name), from \(state)") {
            try await lab.neighbour(address, of: machine) == new.mac
          }
          // Without a detour: the entry was never given up, and never led back.
          let changes = monitors[index].changes().filter {
            $0.time >= start && $0.entry.address == address
          }
          #expect(!changes.contains { $0.entry.state == "FAILED" }, "\(machine.name), \(address)")
          let after = changes.drop { $0.entry.mac != new.mac }
          #expect(!after.isEmpty && after.allSatisfy { $0.entry.mac == new.mac })
        }
      }
      try await move(to: old.name, in: lab)
      for address in addresses {
        try await eventually(equals: old.name) { try await lab.settledOwner(of: address) }
      }
    }

    @Test(arguments: AddressFamily.allCases)
    func clientsFollowATakeOverFromADeadOwner(family: AddressFamily) async throws {
      let lab = try lab()
      let address = try await lab.address("l2-dual", family)
      let owner = try await lab.settledOwner(of: address)
      let mac = try lab.topology.node(owner).mac
      try await setNeighbour(address, of: lab.topology.client, to: mac, "stale")
      try await setNeighbour(address, of: lab.topology.router, to: mac, "probe")
      try await lab.crash(owner)
      let heir = try await lab.settledOwner(of: address)
      #expect(heir != owner)
      let heirMAC = try lab.topology.node(heir).mac
      for machine in [lab.topology.client, lab.topology.router] {
        try await eventually("\(machine.name) has \(address) at \(heir)", within: .seconds(3)) {
          try await lab.neighbour(address, of: machine) == heirMAC
        }
      }
      try await lab.restoreLinks(of: owner)
      try await lab.startSpeaker(owner)
      try await eventually(equals: heir) { try await lab.settledOwner(of: address) }
    }

    @Test(arguments: AddressFamily.allCases)
    func theOwnerAnswersUnicastProbes(family: AddressFamily) async throws {
      let lab = try lab()
      let client = lab.topology.client
      let address = try await lab.address("l2-dual", family)
      let owner = try lab.topology.node(try await lab.settledOwner(of: address))
      let capture = try await lab.capture(client, direction: .out, filter: "arp or icmp6")
      try await setNeighbour(address, of: client, to: owner.mac, "probe")
      try await eventually("the probe was answered", within: .seconds(3)) {
        let entry = try await lab.neighbours(of: client).first { $0.address == address }
        return entry?.state == "REACHABLE" && entry?.mac == owner.mac
      }
      let filter =
        family == .ipv4
        ? "arp[6:2] = 1 and arp host \(address)" : "icmp6[0] = 135 and host \(address)"
      let questions = try await capture.packets("(\(filter)) and ether dst \(owner.mac)")
      #expect(!questions.isEmpty)
      await capture.stop()
    }

    /// Makes the entry of `address` on `machine` lead to `mac`, in this state.
    private func setNeighbour(
      _ address: IPAddress, of machine: Machine, to mac: MACAddress, _ state: String
    ) async throws {
      try await Command.run(
        [
          "ip", "neigh", "replace", "\(address)", "lladdr", "\(mac)", "dev", "eth0", "nud", state,
        ], in: machine.namespace)
    }

    private func move(to node: String, in lab: Lab) async throws {
      try await lab.edit { manifests, topology in
        try manifests.moveEndpoint(of: "l2-local", to: node, topology: topology)
      }
    }
  }
}
