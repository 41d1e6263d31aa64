public import Addresses

/// What a BGPPeer says in annotations `bellman.dev/…`, for which MetalLB's kind has no field.
public struct BGPPeerOptions: Hashable, Sendable {
  /// What we are to the peer (RFC 9234).
  public enum Role: String, Hashable, Sendable, CaseIterable {
    case provider
    case routeServer = "rs-server"
    case routeServerClient = "rs-client"
    case customer
    case peer
  }

  /// What malformed UPDATEs of the peer do.
  public enum UpdateErrors: String, Hashable, Sendable, CaseIterable {
    /// Those of which RFC 7606 says so end the session.
    case rfc
    /// They are counted, and the session stays.
    case tolerant
  }

  /// The identifiers of a key of TCP-AO (RFC 5925); the key is the peer's password.
  public struct TCPAuthentication: Hashable, Sendable {
    /// The algorithms of RFC 5926.
    public enum Algorithm: String, Hashable, Sendable, CaseIterable {
      case sha1 = "hmac-sha1"
      case aes128 = "cmac-aes128"
    }

    /// How segments are signed.
    public var algorithm: Algorithm
    /// The KeyID of the segments that we send, 0...255.
    public var sendID: UInt8
    /// The KeyID of the segments that we receive, 0...255.
    public var receiveID: UInt8

    /// A key with these identifiers.
    public init(algorithm: Algorithm, sendID: UInt8, receiveID: UInt8) {
      self.algorithm = algorithm
      self.sendID = sendID
      self.receiveID = receiveID
    }
  }

  /// `passive`: we never dial, but wait for the peer to do so.
  public var isPassive = false
  /// `ttl-security`: how many hops away the peer is at most, 1...254; what comes from further away is
  /// dropped (RFC 5082).
  public var ttlSecurity: UInt8?
  /// `role`.
  public var role: Role?
  /// `require-role`: the peer must tell a role too.
  public var requiresRole = false
  /// `graceful-shutdown-time` in seconds, 0...600: how long routes stay with the community
  /// GRACEFUL_SHUTDOWN (RFC 8326) before a planned end withdraws them; 0 for not at all.
  public var gracefulShutdownTime: UInt16 = 0
  /// `graceful-restart-time` in seconds, 1...4095.
  public var gracefulRestartTime: UInt16?
  /// `long-lived-stale-time` in seconds, 1...16,777,215 (RFC 9494).
  public var longLivedStaleTime: UInt32?
  /// `extended-messages` (RFC 8654).
  public var extendedMessages = false
  /// `update-errors`.
  public var updateErrors = UpdateErrors.rfc
  /// `tcp-ao`.
  public var tcpAuthentication: TCPAuthentication?
  /// `device`: the interface that the connection is bound to.
  public var device: String?
  /// What all routes to this peer have.
  public var routes = BGPRouteOptions()

  /// No options.
  public init() {}
}

/// What annotations `bellman.dev/…` say about routes, for all of a peer or for those of one
/// advertisement; the latter comes first where both say it, and communities unite.
public struct BGPRouteOptions: Hashable, Sendable {
  /// `med`: MULTI_EXIT_DISC (RFC 4271 §5.1.4).
  public var multiExitDiscriminator: UInt32?
  /// `as-path-prepend`: how often our AS stands in the path besides the once that eBGP asks for,
  /// 0...32.
  public var prependCount: UInt8?
  /// `next-hop`: at most one address of each family.
  public var nextHopIPv4: IPv4Address?
  /// The IPv6 address of `next-hop`.
  public var nextHopIPv6: IPv6Address?
  /// `communities`, in addition to those of the advertisement.
  public var communities: [CommunityValue] = []
  /// `extended-communities`.
  public var extendedCommunities: [ExtendedCommunityValue] = []

  /// No options.
  public init() {}
}

/// What a BGPAdvertisement says in annotations `bellman.dev/…`.
public struct BGPAdvertisementOptions: Hashable, Sendable {
  /// `weight: endpoints`: each node tells how many usable endpoints it has, as a link bandwidth, so
  /// that a router's equal-cost routes share the traffic by endpoints and not by nodes.
  public var weighsEndpoints = false
  /// What its routes have.
  public var routes = BGPRouteOptions()

  /// No options.
  public init() {}
}
