public import Addresses

/// The addresses that this node answers for on one interface.
///
/// A value: the reply path reads one version of it while the control loop prepares the next.
public struct OwnedAddresses: Hashable, Sendable {
  private var v4: Set<IPv4Address> = []
  private var v6: Set<IPv6Address> = []

  /// A table of these addresses.
  public init(_ addresses: some Sequence<IPAddress> = []) {
    for address in addresses { insert(address) }
  }

  /// The number of addresses.
  public var count: Int { v4.count + v6.count }
  /// Whether there are none.
  public var isEmpty: Bool { v4.isEmpty && v6.isEmpty }

  /// All addresses, in ascending order.
  public var sorted: [IPAddress] { v4.sorted().map(IPAddress.v4) + v6.sorted().map(IPAddress.v6) }

  /// Whether the address is in the table. Takes constant time.
  public func contains(_ address: IPv4Address) -> Bool { v4.contains(address) }
  /// Whether the address is in the table. Takes constant time.
  public func contains(_ address: IPv6Address) -> Bool { v6.contains(address) }
  /// Whether the address is in the table. Takes constant time.
  public func contains(_ address: IPAddress) -> Bool {
    switch address {
    case .v4(let address): v4.contains(address)
    case .v6(let address): v6.contains(address)
    }
  }

  /// Adds an address; false if it was there.
  @discardableResult
  public mutating func insert(_ address: IPAddress) -> Bool {
    switch address {
    case .v4(let address): v4.insert(address).inserted
    case .v6(let address): v6.insert(address).inserted
    }
  }

  /// Removes an address; false if it was not there.
  @discardableResult
  public mutating func remove(_ address: IPAddress) -> Bool {
    switch address {
    case .v4(let address): v4.remove(address) != nil
    case .v6(let address): v6.remove(address) != nil
    }
  }
}
