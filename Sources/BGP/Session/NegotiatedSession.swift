public import Addresses

/// What both OPENs agreed on.
public struct NegotiatedSession: Hashable, Sendable {
  /// The neighbour's autonomous system.
  public let remoteAS: UInt32
  /// The neighbour's BGP identifier.
  public let remoteRouterID: IPv4Address
  /// Whether the neighbour is in our autonomous system.
  public let isInternal: Bool
  /// The smaller of both hold times in seconds; 0 when the session never times out.
  public let holdTime: UInt16
  /// Whether AS numbers take four octets (RFC 6793).
  public let fourOctetAS: Bool
  /// What the neighbour is to us (RFC 9234); nil when it does not tell or is internal.
  public let remoteRole: Role?
  /// Whether the neighbour may ask for routes again (RFC 2918).
  public let routeRefresh: Bool
  /// Whether answers to it are marked at their beginning and their end (RFC 7313).
  public let enhancedRouteRefresh: Bool
  /// Whether IPv4 routes may have IPv6 next hops (RFC 8950).
  public let extendedNextHop: Bool
  /// Whether messages may have up to 65,535 octets (RFC 8654).
  public let extendedMessages: Bool
  /// Whether the neighbour keeps our routes when the connection breaks (RFC 4724).
  public let gracefulRestart: Bool
  /// Whether it keeps them after a NOTIFICATION too, hard resets excepted (RFC 8538).
  public let gracefulNotification: Bool
  /// The families that both sides offered, in the order of the configuration.
  public let families: [AddressFamily]
  /// Everything that the neighbour's OPEN offered, in its order.
  public let remoteCapabilities: [Capability]
}
