import Addresses

extension IPv6Address {
  /// `::`
  static let unspecified = IPv6Address(high: 0, low: 0)
  /// All nodes of a link, `ff02::1`.
  static let allNodes = IPv6Address(high: 0xFF02_0000_0000_0000, low: 1)

  /// Whether the address is in `ff00::/8`.
  var isMulticast: Bool { high >> 56 == 0xFF }

  /// Whether the address is in `ff02::1:ff00:0/104`.
  var isSolicitedNodeGroup: Bool {
    high == 0xFF02_0000_0000_0000 && low >> 24 == 0x1FF
  }
}
