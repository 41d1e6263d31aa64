public import Addresses
public import NIOCore

/// The addresses that this node owns on one interface, and until when it may answer for each.
///
/// A value: the reply path reads one version of it while the control loop prepares the next.
public struct OwnedAddresses: Hashable, Sendable {
  /// Whether an owned address is answered for.
  public enum Right: Hashable, Sendable {
    /// As long as the address is owned.
    case unlimited
    /// Until this moment: the end of a lease.
    case until(NIODeadline)
    /// Not for now: somebody else uses the address, and we gave way.
    case yielded
  }

  private var v4: [IPv4Address: Right] = [:]
  private var v6: [IPv6Address: Right] = [:]

  /// A table of these addresses, without a limit of time.
  public init(_ addresses: some Sequence<IPAddress> = []) {
    for address in addresses { insert(address) }
  }

  /// The number of addresses.
  public var count: Int { v4.count + v6.count }
  /// Whether there are none.
  public var isEmpty: Bool { v4.isEmpty && v6.isEmpty }

  /// All addresses, in ascending order.
  public var sorted: [IPAddress] {
    v4.keys.sorted().map(IPAddress.v4) + v6.keys.sorted().map(IPAddress.v6)
  }

  var v4Addresses: some Sequence<IPv4Address> { v4.keys }
  var v6Addresses: some Sequence<IPv6Address> { v6.keys }

  /// Whether the address is in the table. Takes constant time.
  public func contains(_ address: IPv4Address) -> Bool { v4[address] != nil }
  /// Whether the address is in the table. Takes constant time.
  public func contains(_ address: IPv6Address) -> Bool { v6[address] != nil }
  /// Whether the address is in the table. Takes constant time.
  public func contains(_ address: IPAddress) -> Bool { right(to: address) != nil }

  /// Whether the address may be answered for; nil when it is not in the table. Takes constant time.
  public func right(to address: IPAddress) -> Right? {
    switch address {
    case .v4(let address): v4[address]
    case .v6(let address): v6[address]
    }
  }

  /// Changes the right to an address that is in the table; false if it is not.
  @discardableResult
  public mutating func setRight(_ right: Right, to address: IPAddress) -> Bool {
    guard contains(address) else { return false }
    switch address {
    case .v4(let address): v4[address] = right
    case .v6(let address): v6[address] = right
    }
    return true
  }

  /// Adds an address, without a limit of time; false if it was there, which leaves its right.
  @discardableResult
  public mutating func insert(_ address: IPAddress) -> Bool {
    guard !contains(address) else { return false }
    switch address {
    case .v4(let address): v4[address] = .unlimited
    case .v6(let address): v6[address] = .unlimited
    }
    return true
  }

  /// Removes an address; false if it was not there.
  @discardableResult
  public mutating func remove(_ address: IPAddress) -> Bool {
    switch address {
    case .v4(let address): v4.removeValue(forKey: address) != nil
    case .v6(let address): v6.removeValue(forKey: address) != nil
    }
  }

  /// Why the address, which is in the table, may not be answered for at `now`; nil when it may.
  func obstacle(
    to address: IPv4Address, now: NIODeadline, isLeased: Bool
  ) throws(DropReason) -> DropReason? {
    try Self.obstacle(v4[address], now: now, isLeased: isLeased)
  }

  /// Why the address, which is in the table, may not be answered for at `now`; nil when it may.
  func obstacle(
    to address: IPv6Address, now: NIODeadline, isLeased: Bool
  ) throws(DropReason) -> DropReason? {
    try Self.obstacle(v6[address], now: now, isLeased: isLeased)
  }

  private static func obstacle(
    _ right: Right?, now: NIODeadline, isLeased: Bool
  ) throws(DropReason) -> DropReason? {
    switch right {
    case .unlimited: isLeased ? nil : .leaseEnded
    case .until(let deadline): now < deadline && isLeased ? nil : .leaseEnded
    case .yielded: .yielded
    case nil: throw .notOwned
    }
  }
}
