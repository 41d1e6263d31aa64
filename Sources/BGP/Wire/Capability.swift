/// Something that a speaker offers in its OPEN (RFC 5492).
public enum Capability: Hashable, Sendable {
  /// Routes of this family (RFC 4760 §8).
  case multiprotocol(RouteFamily)
  /// ROUTE-REFRESH is understood (RFC 2918).
  case routeRefresh
  /// Routes of these families may have next hops of another one (RFC 8950 §4).
  case extendedNextHop([ExtendedNextHop])
  /// UPDATE, NOTIFICATION and ROUTE-REFRESH may have up to 65,535 octets (RFC 8654).
  case extendedMessage
  /// What the speaker is to its neighbour (RFC 9234 §4.1).
  case role(Role)
  /// What happens to routes while the speaker restarts (RFC 4724 §3).
  case gracefulRestart(GracefulRestartCapability)
  /// AS numbers take four octets, and this is the speaker's own (RFC 6793).
  case fourOctetAS(UInt32)
  /// The answer to a ROUTE-REFRESH is marked at its beginning and its end (RFC 7313).
  case enhancedRouteRefresh
  /// How long routes may be kept beyond a graceful restart (RFC 9494 §3).
  case longLivedGracefulRestart([LongLivedStaleTime])
  /// What people call the speaker (draft-walton-bgp-hostname-capability).
  case hostname(String, domain: String)
  /// Any other, as it came.
  case unknown(code: UInt8, value: [UInt8])

  /// The code of the IANA registry.
  public var code: UInt8 {
    switch self {
    case .multiprotocol: 1
    case .routeRefresh: 2
    case .extendedNextHop: 5
    case .extendedMessage: 6
    case .role: 9
    case .gracefulRestart: 64
    case .fourOctetAS: 65
    case .enhancedRouteRefresh: 70
    case .longLivedGracefulRestart: 71
    case .hostname: 73
    case .unknown(let code, _): code
    }
  }
}

/// Routes of one family with next hops of another one (RFC 8950 §4).
public struct ExtendedNextHop: Hashable, Sendable {
  /// Whose routes these are.
  public let family: RouteFamily
  /// The address family identifier of their next hops: 2 is IPv6.
  public let nextHopFamily: UInt16

  /// Routes of `family` with next hops of `nextHopFamily`.
  public init(_ family: RouteFamily, nextHopFamily: UInt16) {
    self.family = family
    self.nextHopFamily = nextHopFamily
  }

  /// IPv4 unicast routes with IPv6 next hops.
  static let ipv4OverIPv6 = ExtendedNextHop(
    RouteFamily(addressFamily: 1, subsequentAddressFamily: 1), nextHopFamily: 2)
}

/// The value of the graceful restart capability (RFC 4724 §3, RFC 8538 §2).
public struct GracefulRestartCapability: Hashable, Sendable {
  /// What is said of one family.
  public struct Family: Hashable, Sendable {
    /// Whose routes these are.
    public let family: RouteFamily
    /// The F bit: packets were forwarded all the time.
    public let forwardingPreserved: Bool

    /// A family and its F bit.
    public init(_ family: RouteFamily, forwardingPreserved: Bool) {
      self.family = family
      self.forwardingPreserved = forwardingPreserved
    }
  }

  /// The R bit: the speaker has restarted, so nobody shall wait for its End-of-RIB.
  public let isRestarting: Bool
  /// The N bit: routes also outlive a NOTIFICATION, except for a hard reset (RFC 8538).
  public let notification: Bool
  /// How long the speaker's return may take, in seconds, 0...4095.
  public let restartTime: UInt16
  /// The families whose routes are to be kept.
  public let families: [Family]

  /// A capability with these values; the restart time is cut at 4095 seconds.
  public init(isRestarting: Bool, notification: Bool, restartTime: UInt16, families: [Family]) {
    self.isRestarting = isRestarting
    self.notification = notification
    self.restartTime = min(restartTime, 0xFFF)
    self.families = families
  }
}

/// How long routes of one family may be kept beyond a graceful restart (RFC 9494 §3).
public struct LongLivedStaleTime: Hashable, Sendable {
  /// Whose routes these are.
  public let family: RouteFamily
  /// The F bit: packets were forwarded all the time.
  public let forwardingPreserved: Bool
  /// The time in seconds, 0...16,777,215.
  public let seconds: UInt32

  /// A time for `family`, cut at 16,777,215 seconds.
  public init(_ family: RouteFamily, forwardingPreserved: Bool, seconds: UInt32) {
    self.family = family
    self.forwardingPreserved = forwardingPreserved
    self.seconds = min(seconds, 0xFF_FFFF)
  }
}

extension Capability: CustomStringConvertible {
  public var description: String {
    switch self {
    case .multiprotocol(let family): "\(family)"
    case .routeRefresh: "route refresh"
    case .extendedNextHop(let pairs):
      "extended next hop ("
        + pairs.map { "\($0.family) over AFI \($0.nextHopFamily)" }.joined(separator: ", ") + ")"
    case .extendedMessage: "extended messages"
    case .role(let role): "role \(role)"
    case .gracefulRestart(let value):
      "graceful restart \(value.restartTime) s" + (value.notification ? ", notification" : "")
    case .fourOctetAS(let number): "4-octet AS \(number)"
    case .enhancedRouteRefresh: "enhanced route refresh"
    case .longLivedGracefulRestart(let times):
      "long-lived graceful restart \(times.map(\.seconds).max() ?? 0) s"
    case .hostname(let name, ""): "hostname \(escaped(name))"
    case .hostname(let name, let domain): "hostname \(escaped(name)).\(escaped(domain))"
    case .unknown(let code, _): "capability \(code)"
    }
  }
}
