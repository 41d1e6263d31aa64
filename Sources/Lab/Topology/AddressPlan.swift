/// The parts of the lab's addressing that are the same in every run. All of it is from the ranges
/// for documentation (RFC 5737, RFC 3849).
public enum AddressPlan {
  /// The AS of the nodes.
  public static let nodeAS: UInt32 = 64512
  /// The AS of the router.
  public static let routerAS: UInt32 = 64513

  /// The pool announced by layer 2, inside the prefix of the segment.
  public static let layer2PoolIPv4 = "192.0.2.128-192.0.2.191"
  /// The same for IPv6.
  public static let layer2PoolIPv6 = "2001:db8:0:2:1::/112"
  /// The pool announced by BGP.
  public static let bgpPoolIPv4 = "203.0.113.0/24"
  /// The same for IPv6.
  public static let bgpPoolIPv6 = "2001:db8:0:113::/64"

  /// The client side of the router, with the router as host 1.
  static let outsideRouterIPv4 = "198.51.100.1"
  static let outsideRouterIPv6 = "2001:db8:0:51::1"
  static let outsideLengthIPv4 = 26
}
