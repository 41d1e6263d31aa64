public import Addresses

/// A network interface of this network namespace, as the kernel describes it.
public struct NetworkInterface: Hashable, Sendable {
  /// The kernel's number of the interface, at least 1.
  public var index: Int
  /// The name, such as `eth0`.
  public var name: String
  /// The MAC address; nil when the interface is not of Ethernet's kind.
  public var macAddress: MACAddress?
  /// Whether the administrator has set the interface up.
  public var isUp: Bool
  /// Whether it is up and has a carrier.
  public var isRunning: Bool
  /// Whether this is the loopback interface.
  public var isLoopback: Bool
  /// Whether neighbours are resolved on it: the NOARP flag is not set.
  public var resolvesNeighbors: Bool
  /// What made the interface, such as `bridge`, `bond`, `vlan` or `veth`; nil for hardware.
  public var kind: String?
  /// The name and kind of the bridge, bond or VRF that the interface belongs to.
  public var master: Master?
  /// The index of the interface that this one stands on, such as that of a VLAN or macvlan interface.
  public var lowerIndex: Int?
  /// The index of the member of a bond that carries its traffic; nil where several do, or none.
  public var activeMember: Int?
  /// The most octets of a packet on it; nil where the kernel does not say.
  public var mtu: Int?
  /// Whether what it is linked to, such as the other end of a veth, is in another network namespace.
  public var leadsElsewhere: Bool
  /// The addresses on the interface with their prefix lengths, in ascending order.
  public var addresses: [InterfaceAddress]

  /// What an interface belongs to.
  public struct Master: Hashable, Sendable {
    public var name: String
    /// Such as `bridge`, `bond` or `vrf`.
    public var kind: String?

    public init(name: String, kind: String? = nil) {
      self.name = name
      self.kind = kind
    }
  }

  /// An interface with these properties; by default an Ethernet card that runs.
  public init(
    index: Int, name: String, macAddress: MACAddress?, isUp: Bool = true, isRunning: Bool = true,
    isLoopback: Bool = false, resolvesNeighbors: Bool = true, kind: String? = nil,
    master: Master? = nil, lowerIndex: Int? = nil, activeMember: Int? = nil,
    addresses: [InterfaceAddress] = [], mtu: Int? = nil, leadsElsewhere: Bool = false
  ) {
    self.leadsElsewhere = leadsElsewhere
    self.mtu = mtu
    self.index = index
    self.name = name
    self.macAddress = macAddress
    self.isUp = isUp
    self.isRunning = isRunning
    self.isLoopback = isLoopback
    self.resolvesNeighbors = resolvesNeighbors
    self.kind = kind
    self.master = master
    self.lowerIndex = lowerIndex
    self.activeMember = activeMember
    self.addresses = addresses
  }
}

extension NetworkInterface {
  /// The address to speak with to a neighbour: one of the same prefix if there is one, and of the
  /// neighbour's scope; nil where the interface has none of its family.
  func source(toward neighbor: IPAddress) -> IPAddress? {
    let own = addresses.filter { $0.address.family == neighbor.family }
    let near = own.first {
      IPPrefix($0.address, length: $0.prefixLength)?.contains(neighbor) ?? false
    }
    return (near ?? own.first)?.address
  }
}

/// An address on an interface.
public struct InterfaceAddress: Hashable, Sendable, Comparable, CustomStringConvertible {
  public var address: IPAddress
  /// The length of the prefix that is on the link.
  public var prefixLength: Int

  public init(_ address: IPAddress, prefixLength: Int) {
    self.address = address
    self.prefixLength = prefixLength
  }

  public static func < (left: Self, right: Self) -> Bool {
    left.address == right.address
      ? left.prefixLength < right.prefixLength : left.address < right.address
  }

  public var description: String { "\(address)/\(prefixLength)" }
}
