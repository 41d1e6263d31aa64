public import Addresses

/// A network interface of this node and its part in layer-2 announcements.
public struct InterfaceStatus: Codable, Hashable, Sendable {
  /// The name, such as `eth0`.
  public let name: String
  /// Its MAC address; nil where it has none.
  public let mac: MACAddress?
  /// Whether it is up and has a carrier.
  public let up: Bool
  /// Whether the speaker listens and answers on it.
  public let takesPart: Bool
  /// Why it takes part, or why not.
  public let reason: String
  /// What was received and sent on it since the start.
  public let counters: Layer2Counters

  /// An interface with these values.
  public init(
    name: String, mac: MACAddress?, up: Bool, takesPart: Bool, reason: String,
    counters: Layer2Counters = Layer2Counters()
  ) {
    self.name = name
    self.mac = mac
    self.up = up
    self.takesPart = takesPart
    self.reason = reason
    self.counters = counters
  }
}

/// Counters of ARP and NDP on one interface since the start.
public struct Layer2Counters: Codable, Hashable, Sendable {
  /// ARP and Neighbor Discovery packets received that concern our addresses; the kernel keeps others
  /// away.
  public let requestsReceived: UInt64
  /// Answers sent to them.
  public let repliesSent: UInt64
  /// Gratuitous ARP frames and unsolicited Neighbor Advertisements sent.
  public let gratuitousSent: UInt64
  /// How often others who are no speakers claimed one of our addresses, or asked for it.
  public let foreignClaims: UInt64
  /// What was received and not answered, by the name of the reason.
  public let drops: [String: UInt64]

  /// All drops together.
  public var dropped: UInt64 { drops.values.reduce(0, &+) }

  /// Counters with these values.
  public init(
    requestsReceived: UInt64 = 0, repliesSent: UInt64 = 0, gratuitousSent: UInt64 = 0,
    foreignClaims: UInt64 = 0, drops: [String: UInt64] = [:]
  ) {
    self.foreignClaims = foreignClaims
    self.requestsReceived = requestsReceived
    self.repliesSent = repliesSent
    self.gratuitousSent = gratuitousSent
    self.drops = drops
  }
}
