import Addresses
import Lab
import NIOCore
import Status
import Testing

/// Addresses that are announced on what stands on other interfaces: bonds, and VLANs, bridges and
/// macvlans on a bond. Kernels of small virtual machines often have no bonds; there these tests are
/// skipped, and ``UserModeLinuxTests`` runs them in a kernel that has.
@Suite(.serialized, .needsLab, .needsBonds) struct StackedInterfaceTests {
  /// Clients follow a bond to its other cable, also where it takes the MAC address of that.
  @Test(
    arguments: [
      (.bond, true), (.vlan, true), (.bridge, true), (.macvlan, false),
    ] as [(StackedNode.Shape, Bool)])
  func clientsFindAddressesBeforeAndAfterTheBondFailsOver(
    _ shape: StackedNode.Shape, bondTakesMACOfMember: Bool
  ) async throws {
    try await StackedNode.with(shape, takesMACOfMember: bondTakesMACOfMember) { node in
      let before = try await node.mac()
      for address in StackedNode.addresses {
        try await eventually("the client finds \(address) at \(before)") {
          try await node.ask(address)
          return try await node.clientFinds(address) == before
        }
      }
      let interfaces = try await node.interfaces()
      #expect(interfaces[shape.interface]?.takesPart == true)
      for member in StackedNode.members { #expect(interfaces[member]?.takesPart == false) }
      // Two on one segment would tell two MAC addresses.
      if shape == .macvlan { #expect(interfaces["bond0"]?.takesPart == false) }

      // From now on the client asks nothing: it learns by what it is told.
      let ear = try await node.listen()
      let cut = try await node.failOver()
      try await eventually("the bond uses its other member") {
        try await node.activeMember() == StackedNode.members[1]
      }
      let after = try await node.mac()
      #expect((after != before) == bondTakesMACOfMember, "\(before) \(after)")
      for address in StackedNode.addresses {
        try await eventually("\(after) announces \(address)") {
          ear.firstAnnouncement(of: address, by: after, since: cut) != nil
        }
        let first = try #require(ear.firstAnnouncement(of: address, by: after, since: cut))
        // The kernel looks at the members of the bond each 50 ms.
        #expect(first - cut < 1, "\(ear.log())")
        try await eventually("the client follows to \(after)") {
          try await node.clientFinds(address) == after
        }
      }
      if shape == .vlan {
        // It is a segment of its own: outside of it nobody is told anything, and nobody answers.
        let client = try await node.clientMAC()
        for address in StackedNode.addresses {
          try await node.askOutside(address)
          try await eventually("the question passes the switch") {
            ear.lines(about: address, from: client).contains { !$0.contains("vlan 100") }
          }
          let told = ear.lines(about: address, from: after)
          #expect(told.allSatisfy { $0.contains("vlan 100") })
        }
      }
      await ear.stop()
    }
  }
}
