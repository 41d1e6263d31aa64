import Addresses

/// The solicited-node groups of the addresses that one interface announces or may soon announce; those
/// that could not be joined can be tried again.
final class GroupMemberships {
  private let groups: SolicitedNodeGroups
  private var joined: Set<IPv6Address> = []
  private var failures: [IPv6Address: LinuxError] = [:]

  init(interface: NetworkInterface) {
    groups = SolicitedNodeGroups(interfaceName: interface.name, interfaceIndex: interface.index)
  }

  /// Whether some address is not reached by its group.
  var hasFailed: Bool { !failures.isEmpty }

  /// The failure of the first address that is not reached by its group; nil when all are.
  var failure: LinuxError? { failures.min { $0.key < $1.key }?.value }

  /// Whether the group is joined for this address.
  func contains(_ address: IPv6Address) -> Bool { joined.contains(address) }

  /// Joins the group of an address, unless it is joined for this address already.
  func join(_ address: IPv6Address) {
    guard !joined.contains(address) else { return }
    do throws(LinuxError) {
      try groups.join(address)
      joined.insert(address)
      failures[address] = nil
    } catch {
      failures[address] = error
    }
  }

  /// Leaves the group of an address, unless another address needs it.
  func leave(_ address: IPv6Address) {
    failures[address] = nil
    if joined.remove(address) != nil { groups.leave(address) }
  }
}
