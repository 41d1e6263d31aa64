public import Addresses

/// MetalLB's IPAddressPool (metallb.io/v1beta1).
public struct IPAddressPool: Hashable, Sendable {
  /// Name and labels.
  public var metadata: ObjectMetadata
  /// `spec.addresses`, one range for each entry.
  public var addresses: [AddressRange]
  /// `spec.autoAssign`, true by default; it guides allocation only.
  public var autoAssign: Bool
  /// `spec.avoidBuggyIPs`; it guides allocation only.
  public var avoidBuggyIPs: Bool

  /// A pool with these values.
  public init(
    metadata: ObjectMetadata, addresses: [AddressRange], autoAssign: Bool = true,
    avoidBuggyIPs: Bool = false
  ) {
    self.metadata = metadata
    self.addresses = addresses
    self.autoAssign = autoAssign
    self.avoidBuggyIPs = avoidBuggyIPs
  }

  /// Whether `address` lies in the pool.
  public func contains(_ address: IPAddress) -> Bool {
    addresses.contains { $0.contains(address) }
  }
}

/// The pools that an advertisement selects, by name and by label; both empty selects all.
public struct PoolSelection: Hashable, Sendable {
  /// `ipAddressPools`.
  public var names: [String]
  /// `ipAddressPoolSelectors`.
  public var selectors: [LabelSelector]

  /// A selection of these names and selectors.
  public init(names: [String] = [], selectors: [LabelSelector] = []) {
    self.names = names
    self.selectors = selectors
  }

  /// Whether `pool` is selected by its name or by any selector.
  public func matches(_ pool: IPAddressPool) -> Bool {
    if names.isEmpty, selectors.isEmpty { return true }
    return names.contains(pool.metadata.name.name)
      || selectors.contains { $0.matches(pool.metadata.labels) }
  }
}
