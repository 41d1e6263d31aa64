public import Addresses

/// What a speaker is to do on a node, as far as its needs follow from that.
public struct NodeDuties: Hashable, Sendable {
  /// A BGP peer.
  public struct Peer: Hashable, Sendable {
    /// How the session is protected. A password is never shown.
    public enum Protection: Hashable, Sendable {
      case none
      /// TCP MD5; the password is nil where it is not known.
      case md5(password: String?)
      case tcpAO
    }

    /// The name of the BGPPeer.
    public var name: String
    /// Where it is; nil while that is not known, as of a peer on an interface.
    public var address: IPAddress?
    /// The interface that it is on, where the configuration names one.
    public var interface: String?
    /// Its TCP port.
    public var port: UInt16
    /// The address that the session is to come from.
    public var source: IPAddress?
    /// The interface or VRF that the connection is bound to.
    public var device: String?
    /// The TTL or hop limit of what is sent; nil for the kernel's default, or where it is not known.
    public var timeToLive: UInt8?
    /// What arrives with a smaller TTL or hop limit is dropped.
    public var minimumTimeToLive: UInt8?
    /// Whether the peer has to be a neighbour on a link of this node.
    public var mustBeOnLink: Bool
    /// `ebgpMultiHop`; nil where that is not known.
    public var isMultihop: Bool?
    /// Whether it is known how connections with it are made: what protects them, their TTL, and who
    /// dials.
    public var isConnectionKnown = true
    /// How the session is protected.
    public var protection: Protection
    /// Whether the peer dials, and we never do.
    public var isPassive: Bool
    /// Whether a running speaker has a session with it.
    public var isEstablished: Bool
    /// Whether BFD is spoken with it.
    public var usesBFD: Bool
    /// Whether BFD sends echo packets.
    public var usesEcho: Bool

    /// A peer with these values.
    public init(
      name: String, address: IPAddress?, interface: String? = nil, port: UInt16 = 179,
      source: IPAddress? = nil, device: String? = nil, timeToLive: UInt8? = nil,
      minimumTimeToLive: UInt8? = nil, mustBeOnLink: Bool = false, isMultihop: Bool? = nil,
      protection: Protection = .none,
      isPassive: Bool = false, isEstablished: Bool = false, usesBFD: Bool = false,
      usesEcho: Bool = false
    ) {
      self.name = name
      self.address = address
      self.interface = interface
      self.port = port
      self.source = source
      self.device = device
      self.timeToLive = timeToLive
      self.minimumTimeToLive = minimumTimeToLive
      self.mustBeOnLink = mustBeOnLink
      self.isMultihop = isMultihop
      self.protection = protection
      self.isPassive = isPassive
      self.isEstablished = isEstablished
      self.usesBFD = usesBFD
      self.usesEcho = usesEcho
    }
  }

  /// Another node of the cluster.
  public struct Node: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Where its speaker is heard.
    public var address: IPAddress

    /// A node with these values.
    public init(name: String, address: IPAddress) {
      self.name = name
      self.address = address
    }
  }

  /// The TCP port of BGP (RFC 4271 §8.2.1).
  public static let bgpPort: UInt16 = 179

  /// The node, or the host where none was named.
  public var node: String
  /// Whether addresses are announced by ARP and NDP.
  public var announcesLayer2: Bool
  /// The interfaces that it is to use, by name; empty for whatever there is.
  public var interfaces: [String]
  /// The addresses that are announced.
  public var announced: [IPAddress]
  /// The TCP ports on which peers are awaited.
  public var listenPorts: [UInt16]
  /// The UDP port of the speakers among themselves; nil for none.
  public var peerPort: UInt16?
  /// Whether connections are relayed after a hand-over (`--relay`).
  public var relays: Bool
  /// The BGP peers of the node.
  public var peers: [Peer]
  /// The other nodes.
  public var nodes: [Node]
  /// Whether a speaker runs on the node.
  public var isRunning: Bool
  /// The process of the speaker, by its number in the process namespace of the caller; nil where none
  /// runs, or it is not to be seen there.
  public var speaker: Int32?

  /// Duties with these values; by default those of a speaker at layer 2.
  public init(
    node: String, announcesLayer2: Bool = true, interfaces: [String] = [],
    announced: [IPAddress] = [], listenPorts: [UInt16] = [], peerPort: UInt16? = 7946,
    relays: Bool = false, peers: [Peer] = [], nodes: [Node] = [], speaker: Int32? = nil
  ) {
    isRunning = speaker != nil
    self.node = node
    self.announcesLayer2 = announcesLayer2
    self.interfaces = interfaces
    self.announced = announced
    self.listenPorts = listenPorts
    self.peerPort = peerPort
    self.relays = relays
    self.peers = peers
    self.nodes = nodes
    self.speaker = speaker
  }
}
