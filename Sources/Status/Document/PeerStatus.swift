public import Addresses

/// One configured BGP peer and its session.
public struct PeerStatus: Codable, Hashable, Sendable {
  /// The states of RFC 4271 §8.2.2, by their names there.
  public enum State: String, Codable, Hashable, Sendable, CaseIterable {
    case idle = "Idle"
    case connect = "Connect"
    case active = "Active"
    case openSent = "OpenSent"
    case openConfirm = "OpenConfirm"
    case established = "Established"
  }

  /// The name of the BGPPeer.
  public let name: String
  /// The address of the peer; nil while it is not known, which is of a peer on an interface.
  public let address: IPAddress?
  /// The interface that the peer is on, where it is configured by that or has a link-local address.
  public let interface: String?
  /// Its TCP port.
  public let port: UInt16
  /// Our AS number towards it.
  public let localAS: UInt32
  /// Its AS number, as configured or, where any is accepted, as its OPEN named it; nil until then.
  public let remoteAS: UInt32?
  /// The state of the session.
  public let state: State
  /// Since when the session is in that state; for `Established` that is its uptime.
  public let since: Timestamp
  /// Why the last attempt or session ended; nil when none did. It stays when a new one succeeds.
  public let lastError: PeerError?
  /// What both OPENs agreed on; nil unless the session is established.
  public let negotiated: NegotiatedStatus?
  /// How many prefixes the peer holds from us now.
  public let prefixesAnnounced: PrefixCounts
  /// How many prefixes were withdrawn from it since the start.
  public let prefixesWithdrawn: UInt64
  /// Messages received from it since the start.
  public let messagesReceived: UInt64
  /// Messages sent to it since the start.
  public let messagesSent: UInt64
  /// How many of them were UPDATEs; nil where there can be no session.
  public let updatesSent: UInt64?
  /// Prefixes that it announced to us since the start; they are counted and dropped.
  public let routesReceived: UInt64
  /// How often an established session was lost since the start.
  public let flaps: UInt64
  /// When the next attempt is due; nil while none is waited for.
  public let nextRetryAt: Timestamp?
  /// The BFD session with it; nil when it has no BFDProfile.
  public let bfd: BFDSessionStatus?
  /// How connections with it are made; nil from a speaker that does not say so.
  public let connection: PeerConnection?

  /// A peer with these values.
  public init(
    name: String, address: IPAddress?, interface: String? = nil, port: UInt16, localAS: UInt32,
    remoteAS: UInt32?, state: State, since: Timestamp, lastError: PeerError? = nil,
    negotiated: NegotiatedStatus? = nil, prefixesAnnounced: PrefixCounts = PrefixCounts(),
    prefixesWithdrawn: UInt64 = 0, messagesReceived: UInt64 = 0, messagesSent: UInt64 = 0,
    routesReceived: UInt64 = 0, flaps: UInt64 = 0, nextRetryAt: Timestamp? = nil,
    bfd: BFDSessionStatus? = nil, updatesSent: UInt64? = nil, connection: PeerConnection? = nil
  ) {
    self.connection = connection
    self.updatesSent = updatesSent
    self.name = name
    self.address = address
    self.interface = interface
    self.port = port
    self.localAS = localAS
    self.remoteAS = remoteAS
    self.state = state
    self.since = since
    self.lastError = lastError
    self.negotiated = negotiated
    self.prefixesAnnounced = prefixesAnnounced
    self.prefixesWithdrawn = prefixesWithdrawn
    self.messagesReceived = messagesReceived
    self.messagesSent = messagesSent
    self.routesReceived = routesReceived
    self.flaps = flaps
    self.nextRetryAt = nextRetryAt
    self.bfd = bfd
  }
}

/// The BFD session with a peer (RFC 5880).
public struct BFDSessionStatus: Codable, Hashable, Sendable {
  /// `AdminDown`, `Down`, `Init` or `Up`.
  public let state: String
  /// Since when the session is in that state.
  public let since: Timestamp
  /// The last change of the state and its diagnostic; nil when there was none.
  public let lastChange: String?

  /// A session with these values.
  public init(state: String, since: Timestamp, lastChange: String? = nil) {
    self.state = state
    self.since = since
    self.lastChange = lastChange
  }
}

/// Why an attempt or a session with a peer ended.
public struct PeerError: Codable, Hashable, Sendable {
  /// When.
  public let at: Timestamp
  /// Who ended it, with code, subcode and name, such as `sent 4/0 Hold Timer Expired`.
  public let text: String

  /// An error with these values.
  public init(at: Timestamp, text: String) {
    self.at = at
    self.text = text
  }
}

/// What the OPENs of both sides agreed on.
public struct NegotiatedStatus: Codable, Hashable, Sendable {
  /// The hold time in seconds; 0 when the session never times out.
  public let holdTimeSeconds: UInt16
  /// The time between two KEEPALIVEs in seconds; 0 when none are sent.
  public let keepaliveSeconds: UInt16
  /// The address families whose routes are exchanged.
  public let families: [AddressFamily]
  /// The names of the capabilities that the peer offered.
  public let capabilities: [String]
  /// The BGP identifier of the peer.
  public let routerID: IPAddress

  /// An agreement with these values.
  public init(
    holdTimeSeconds: UInt16, keepaliveSeconds: UInt16, families: [AddressFamily],
    capabilities: [String], routerID: IPv4Address
  ) {
    self.holdTimeSeconds = holdTimeSeconds
    self.keepaliveSeconds = keepaliveSeconds
    self.families = families
    self.capabilities = capabilities
    self.routerID = .v4(routerID)
  }
}

/// A number of prefixes for each family.
public struct PrefixCounts: Codable, Hashable, Sendable {
  /// IPv4 prefixes.
  public let ipv4: Int
  /// IPv6 prefixes.
  public let ipv6: Int

  /// Prefixes of both families.
  public var total: Int { ipv4 + ipv6 }

  /// Counts with these values.
  public init(ipv4: Int = 0, ipv6: Int = 0) {
    self.ipv4 = ipv4
    self.ipv6 = ipv6
  }
}
