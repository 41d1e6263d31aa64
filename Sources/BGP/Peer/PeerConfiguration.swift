public import Addresses
public import NIOCore

/// What a ``Peer`` needs to know about itself and its neighbour. A change of any field but the
/// description needs a new session: stop the old peer with ``StopReason/configurationChanged``.
public struct PeerConfiguration: Hashable, Sendable {
  /// Which autonomous system the neighbour may be in.
  public enum RemoteAS: Hashable, Sendable {
    /// Exactly this one.
    case number(UInt32)
    /// The local one, whatever it is (iBGP).
    case `internal`
    /// Any but the local one (eBGP).
    case external
  }

  /// What an UPDATE does whose fault cannot be laid at single routes, such as a prefix of 33 bits.
  public enum UpdateErrorPolicy: Hashable, Sendable {
    /// It ends the session with the NOTIFICATION of RFC 7606.
    case rfc
    /// It is counted, and the session stays: we want nothing of the neighbour's routes. Errors of the
    /// header still end it, for nothing behind them can be read.
    case tolerant
  }

  /// Our autonomous system, 1...4,294,967,295.
  public var localAS: UInt32
  /// The autonomous system that the neighbour's OPEN must name, else NOTIFICATION 2/2 is sent.
  public var remoteAS: RemoteAS
  /// Our BGP identifier; any value but zero (RFC 6286).
  public var routerID: IPv4Address
  /// The hold time that we propose, in seconds: 0 (never times out) or 3...65,535.
  public var holdTime: UInt16 = 90
  /// The longest time between two KEEPALIVEs; nil stands for a third of the negotiated hold time,
  /// which is also the upper bound of a given value.
  public var keepaliveTime: TimeAmount?
  /// Whether we never dial but wait for the neighbour to do so.
  public var isPassive = false
  /// The only address from which connections of the neighbour are taken; nil stands for any that
  /// the owner lets through.
  public var remoteAddress: IPAddress?
  /// The longest wait between two connection attempts while the neighbour cannot be reached. The
  /// first waits are shorter: they begin at one second and double.
  public var connectRetryTime: TimeAmount = .seconds(10)
  /// How long one connection attempt may take.
  public var connectTimeout: TimeAmount = .seconds(5)
  /// The families to negotiate, in the order in which their routes are sent.
  public var families: [AddressFamily] = [.ipv4]
  /// The next hop of IPv4 routes; nil stands for the session's local address if that is IPv4, else
  /// see ``extendedNextHop``.
  public var nextHopIPv4: IPv4Address?
  /// The next hop of IPv6 routes; nil stands for the session's local address if that is IPv6 and
  /// not link-local, else see ``linkLocalNextHop``.
  public var nextHopIPv6: IPv6Address?
  /// Whether to offer that IPv4 routes have IPv6 next hops (RFC 8950), for sessions over IPv6. They
  /// have where the neighbour offers it too and there is no IPv4 next hop.
  public var extendedNextHop = false
  /// Whether a session between link-local addresses announces its own as next hop, as neighbours
  /// without configured addresses expect: beside ``nextHopIPv6``, or alone when that is nil.
  public var linkLocalNextHop = false
  /// The LOCAL_PREF of routes that name none; sent to internal neighbours only.
  public var defaultLocalPreference: UInt32 = 100
  /// Whether to offer that answers to a ROUTE-REFRESH are marked, so that the neighbour finds routes
  /// that it should not have (RFC 7313).
  public var enhancedRouteRefresh = true
  /// Whether to offer messages of up to 65,535 octets (RFC 8654). A table takes fewer of them, but a
  /// slow neighbour waits longer for what is urgent.
  public var extendedMessages = false
  /// What we are to an external neighbour (RFC 9234); nil to say nothing of it. As provider, peer or
  /// route server we mark our routes so that they go no further than they should (§5).
  public var role: Role?
  /// Whether an external neighbour must tell a role that fits ours, else NOTIFICATION 2/11 is sent;
  /// one that does not fit is refused in any case.
  public var requiresRole = false
  /// The name that the neighbour's status pages show for us; up to 64 octets are sent.
  public var hostname: String?
  /// The domain of ``hostname``; up to 64 octets are sent.
  public var domainName = ""
  /// How our routes outlive a restart of the speaker; nil when they shall not.
  public var gracefulRestart: GracefulRestart?
  /// What malformed UPDATEs of the neighbour do.
  public var updateErrorPolicy = UpdateErrorPolicy.rfc
  /// A name for people; never sent.
  public var description: String = ""

  /// A configuration with the defaults of every other field.
  public init(localAS: UInt32, remoteAS: RemoteAS, routerID: IPv4Address) {
    self.localAS = localAS
    self.remoteAS = remoteAS
    self.routerID = routerID
  }
}

extension PeerConfiguration {
  /// Whether the neighbour cannot be but in our own autonomous system.
  public var isInternal: Bool { remoteAS == .internal || remoteAS == .number(localAS) }

  /// Whether the neighbour may be in autonomous system `number`.
  public func accepts(remoteAS number: UInt32) -> Bool {
    switch remoteAS {
    case .number(let expected): number == expected
    case .internal: number == localAS
    case .external: number != localAS
    }
  }
}

extension PeerConfiguration.RemoteAS: CustomStringConvertible {
  public var description: String {
    switch self {
    case .number(let number): "AS\(number)"
    case .internal: "internal"
    case .external: "external"
    }
  }
}
