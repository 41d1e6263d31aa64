public import Addresses

/// The network interfaces that a speaker found, and what it does on each: `bellman status interfaces`.
public struct InterfacesDocument: NodeDocument, Hashable {
  public static let currentVersion = 1

  /// The version of the document's form, ``currentVersion`` where this program made it.
  public let version: Int
  /// The node.
  public let node: String
  /// The interfaces, by name.
  public let interfaces: [InterfaceUse]

  /// A document of the current version; the list is sorted here.
  public init(node: String, interfaces: [InterfaceUse]) {
    version = Self.currentVersion
    self.node = node
    self.interfaces = interfaces.sorted { $0.name < $1.name }
  }
}

/// A network interface and what it is used for.
public struct InterfaceUse: Codable, Hashable, Sendable {
  /// The name, such as `eth0`.
  public let name: String
  /// What made it, such as `bond` or `vlan`; nil for hardware.
  public let kind: String?
  /// Its MAC address; nil where it has none.
  public let mac: MACAddress?
  /// Whether it is up and has a carrier.
  public let up: Bool
  /// The most octets of a packet; nil where the kernel does not say.
  public let mtu: Int?
  /// The node's own addresses on it with their prefix lengths, sorted.
  public let addresses: [String]
  /// Whether addresses of services are answered for on it.
  public let takesPart: Bool
  /// Why it takes part, or why not.
  public let reason: String
  /// The addresses of services that are announced on it now, sorted.
  public let announced: [IPAddress]
  /// The BGPPeers that are reached over it, sorted; those that are behind a router are not known.
  public let peers: [String]
  /// Who else uses addresses of services there: by address, then by MAC address.
  public let conflicts: [InterfaceConflict]
  /// What was received and sent on it since the start.
  public let counters: Layer2Counters

  /// The interface `status` with what is known besides; the lists are sorted here.
  public init(
    _ status: InterfaceStatus, kind: String? = nil, mtu: Int? = nil, addresses: [String] = [],
    announced: [IPAddress] = [], peers: [String] = [], conflicts: [InterfaceConflict] = []
  ) {
    name = status.name
    mac = status.mac
    up = status.up
    takesPart = status.takesPart
    reason = status.reason
    counters = status.counters
    self.kind = kind
    self.mtu = mtu
    self.addresses = addresses
    self.announced = announced.sorted()
    self.peers = peers.sorted()
    self.conflicts = conflicts.sorted {
      ($0.address, $0.conflict.mac.rawValue) < ($1.address, $1.conflict.mac.rawValue)
    }
  }
}

/// An address and who else uses it.
public struct InterfaceConflict: Codable, Hashable, Sendable {
  /// The address.
  public let address: IPAddress
  /// Who uses it, and how often.
  public let conflict: ConflictStatus

  /// A conflict about `address`.
  public init(_ address: IPAddress, _ conflict: ConflictStatus) {
    self.address = address
    self.conflict = conflict
  }
}
