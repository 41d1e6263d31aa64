public import Addresses

/// Between whom a session runs, and how its packets must arrive.
public struct Path: Hashable, Sendable {
  /// How far away the peer may be.
  public enum Hops: Hashable, Sendable {
    /// A neighbour on the link: UDP port 3784, and packets arrive with TTL 255 (RFC 5881).
    case single
    /// Behind routers: UDP port 4784, and packets arrive with at least this TTL, 1...255
    /// (RFC 5883).
    case multiple(minimumTimeToLive: UInt8)
  }

  /// The peer's address.
  public var remote: IPAddress
  /// Our address; nil leaves it to the routing table, and takes packets for any.
  public var local: IPAddress?
  /// The index of the interface that packets must use; nil takes them from any.
  public var interface: UInt32?
  /// How far away the peer may be.
  public var hops: Hops

  /// A path of these parts.
  public init(
    remote: IPAddress, local: IPAddress? = nil, interface: UInt32? = nil, hops: Hops = .single
  ) {
    self.remote = remote
    self.local = local
    self.interface = interface
    self.hops = hops
  }

  /// Whether the peer may be behind routers.
  public var isMultihop: Bool { hops != .single }

  /// Whether sessions on both paths could not tell their packets apart.
  public func overlaps(_ other: Path) -> Bool {
    remote == other.remote && local == other.local && interface == other.interface
      && isMultihop == other.isMultihop
  }

  var minimumTimeToLive: UInt8 {
    switch hops {
    case .single: 255
    case .multiple(let minimum): minimum
    }
  }
}

extension Path: CustomStringConvertible {
  public var description: String {
    var text = "\(remote)"
    if let local { text += " from \(local)" }
    if let interface { text += " on interface \(interface)" }
    return isMultihop ? text + " (multihop)" : text
  }
}

/// How a datagram came in.
public struct Arrival: Hashable, Sendable {
  /// The sender's address.
  public var source: IPAddress
  /// The address that it was sent to.
  public var destination: IPAddress
  /// The index of the interface that received it.
  public var interface: UInt32
  /// The TTL or hop limit that was left.
  public var timeToLive: UInt8
  /// Whether it came to the port of multihop sessions.
  public var isMultihop: Bool

  /// An arrival with these fields.
  public init(
    source: IPAddress, destination: IPAddress, interface: UInt32, timeToLive: UInt8 = 255,
    isMultihop: Bool = false
  ) {
    self.source = source
    self.destination = destination
    self.interface = interface
    self.timeToLive = timeToLive
    self.isMultihop = isMultihop
  }
}

extension Path {
  /// Whether a datagram that arrived so may belong to a session on this path.
  func admits(_ arrival: Arrival) -> Bool {
    arrival.source == remote && arrival.isMultihop == isMultihop
      && (interface == nil || interface == arrival.interface)
      && (local == nil || local == arrival.destination)
  }
}
