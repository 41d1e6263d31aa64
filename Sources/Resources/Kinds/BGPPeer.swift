public import Addresses

/// MetalLB's BGPPeer (metallb.io/v1beta2).
public struct BGPPeer: Hashable, Sendable {
  /// The AS of the peer: exactly one of `peerASN` and `dynamicASN`.
  public enum RemoteAS: Hashable, Sendable {
    case number(UInt32)
    /// `dynamicASN: internal`: the same AS as ours.
    case `internal`
    /// `dynamicASN: external`: any other AS.
    case external
  }

  /// Where the peer is: exactly one of `peerAddress` and `interface`.
  public enum Endpoint: Hashable, Sendable {
    case address(IPAddress)
    case interface(String)
  }

  /// The password of the session.
  public enum Password: Hashable, Sendable {
    /// `password`, in clear.
    case literal(String)
    /// `passwordSecret`: a Secret of type kubernetes.io/basic-auth with the key `password`.
    case secret(ObjectName)
  }

  /// Name and labels.
  public var metadata: ObjectMetadata
  /// `myASN`, not 0.
  public var myASN: UInt32
  /// The peer's AS.
  public var remoteAS: RemoteAS
  /// `localASN`: the AS shown to this peer instead of `myASN`.
  public var localASN: UInt32?
  /// The peer's address or interface.
  public var endpoint: Endpoint
  /// `peerPort`, 179 by default.
  public var peerPort: UInt16
  /// `sourceAddress`.
  public var sourceAddress: IPAddress?
  /// `holdTime` in seconds, 0 or 3...65535; 90 by default.
  public var holdTime: UInt16
  /// `keepaliveTime` in seconds, at most the hold time; a third of it by default.
  public var keepaliveTime: UInt16
  /// `connectTime` in seconds, 1...65535.
  public var connectTime: UInt16?
  /// `routerID`.
  public var routerID: IPv4Address?
  /// `nodeSelectors`; empty means all nodes.
  public var nodeSelectors: [LabelSelector]
  /// The password, if any.
  public var password: Password?
  /// `bfdProfile`.
  public var bfdProfile: String?
  /// `enableGracefulRestart`.
  public var enableGracefulRestart: Bool
  /// `ebgpMultiHop`.
  public var ebgpMultiHop: Bool
  /// `vrf`.
  public var vrf: String?
  /// `dualStackAddressFamily`: both families on the one session.
  public var dualStackAddressFamily: Bool
  /// What annotations say besides.
  public var options = BGPPeerOptions()

  /// The peer's name, by which BGPAdvertisements refer to it.
  public var name: String { metadata.name.name }

  /// The families whose routes the session carries: that of the peer's address, or both on a
  /// dual-stack session and on one over an interface.
  public var families: [AddressFamily] {
    guard !dualStackAddressFamily, case .address(let address) = endpoint else {
      return [.ipv4, .ipv6]
    }
    return [address.family]
  }

  /// A peer with these values; times in seconds.
  public init(
    metadata: ObjectMetadata, myASN: UInt32, remoteAS: RemoteAS, localASN: UInt32? = nil,
    endpoint: Endpoint, peerPort: UInt16 = 179, sourceAddress: IPAddress? = nil,
    holdTime: UInt16 = 90, keepaliveTime: UInt16 = 30, connectTime: UInt16? = nil,
    routerID: IPv4Address? = nil, nodeSelectors: [LabelSelector] = [], password: Password? = nil,
    bfdProfile: String? = nil, enableGracefulRestart: Bool = false, ebgpMultiHop: Bool = false,
    vrf: String? = nil, dualStackAddressFamily: Bool = false
  ) {
    self.metadata = metadata
    self.myASN = myASN
    self.remoteAS = remoteAS
    self.localASN = localASN
    self.endpoint = endpoint
    self.peerPort = peerPort
    self.sourceAddress = sourceAddress
    self.holdTime = holdTime
    self.keepaliveTime = keepaliveTime
    self.connectTime = connectTime
    self.routerID = routerID
    self.nodeSelectors = nodeSelectors
    self.password = password
    self.bfdProfile = bfdProfile
    self.enableGracefulRestart = enableGracefulRestart
    self.ebgpMultiHop = ebgpMultiHop
    self.vrf = vrf
    self.dualStackAddressFamily = dualStackAddressFamily
  }
}
