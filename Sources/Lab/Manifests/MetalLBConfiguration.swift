import Addresses

/// The part of the manifests that MetalLB's users write: pools, advertisements, peers.
public struct MetalLBConfiguration: Hashable, Sendable {
  /// The address of the router on the segment, IPv4.
  public var routerIPv4: String
  /// The same for IPv6.
  public var routerIPv6: String
  /// `myASN` of the peers.
  public var nodeAS = AddressPlan.nodeAS
  /// `peerASN` of the peers.
  public var routerAS = AddressPlan.routerAS
  /// Whether the peers have a BFDProfile of 50 ms × 3.
  public var hasBFD = false
  /// `enableGracefulRestart` of the peers.
  public var hasGracefulRestart = false
  /// `holdTime` of the peers in seconds; nil leaves it to the default of 90.
  public var holdTime: Int?
  /// Whether there is one peer that carries both families, `dualStackAddressFamily`.
  public var hasDualStackSessions = false
  /// `password` of the peers, if any.
  public var password: String?
  /// The name of the Secret with the password, `passwordSecret`, if any.
  public var passwordSecret: String?
  /// Documents that follow the lab's own, each beginning with `---`.
  public var additions = ""

  /// The configuration of the lab by default: eBGP with the router of `topology`.
  public init(topology: Topology) {
    routerIPv4 = topology.router.ipv4.description
    routerIPv6 = topology.router.ipv6.description
  }

  /// The text of the file.
  public var text: String {
    """
    # The addresses. The first pool lies inside the prefix of the segment, so that clients there ask
    # for its addresses by ARP and Neighbor Discovery; the second is reached through the router.
    apiVersion: metallb.io/v1beta1
    kind: IPAddressPool
    metadata:
      name: layer2
      namespace: metallb-system
    spec:
      addresses:
      - \(AddressPlan.layer2PoolIPv4)
      - \(AddressPlan.layer2PoolIPv6)
    ---
    apiVersion: metallb.io/v1beta1
    kind: IPAddressPool
    metadata:
      name: bgp
      namespace: metallb-system
    spec:
      addresses:
      - \(AddressPlan.bgpPoolIPv4)
      - \(AddressPlan.bgpPoolIPv6)
    ---
    # One node answers for each address of the first pool, on the segment only: the nodes have
    # interfaces to their pods as well.
    apiVersion: metallb.io/v1beta1
    kind: L2Advertisement
    metadata:
      name: layer2
      namespace: metallb-system
    spec:
      ipAddressPools:
      - layer2
      interfaces:
      - eth0
    ---
    \(peers)
    # Names for the communities below.
    apiVersion: metallb.io/v1beta1
    kind: Community
    metadata:
      name: lab
      namespace: metallb-system
    spec:
      communities:
      - name: from-kubernetes
        value: "64512:100"
      - name: from-lab
        value: large:64512:1:100
    ---
    # Each address as a host route. Local preference is sent to peers of the same AS only.
    apiVersion: metallb.io/v1beta1
    kind: BGPAdvertisement
    metadata:
      name: host-routes
      namespace: metallb-system
    spec:
      ipAddressPools:
      - bgp
      communities:
      - from-kubernetes
      - from-lab
      localPref: 150
    ---
    # And the whole pool, from every node that announces an address of it.
    apiVersion: metallb.io/v1beta1
    kind: BGPAdvertisement
    metadata:
      name: aggregate
      namespace: metallb-system
    spec:
      ipAddressPools:
      - bgp
      aggregationLength: 24
      aggregationLengthV6: 64
      communities:
      - "64512:200"
      - large:64512:2:200
    \(additions)
    """
  }

  private var peers: String {
    (hasBFD ? Self.profile : "")
      + (hasDualStackSessions
        ? "# One session for both families, from every node.\n" + peer("router", routerIPv4)
        : "# One session for each family, from every node.\n" + peer("router-ipv4", routerIPv4)
          + "\n" + peer("router-ipv6", routerIPv6))
  }

  private static let profile = """
    apiVersion: metallb.io/v1beta1
    kind: BFDProfile
    metadata:
      name: fast
      namespace: metallb-system
    spec:
      receiveInterval: 50
      transmitInterval: 50
      detectMultiplier: 3
    ---

    """

  /// The document of one peer, with the line that ends it.
  private func peer(_ name: String, _ address: String) -> String {
    var text = """
      apiVersion: metallb.io/v1beta2
      kind: BGPPeer
      metadata:
        name: \(name)
        namespace: metallb-system
      spec:
        myASN: \(nodeAS)
        peerASN: \(routerAS)
        peerAddress: \(address)

      """
    if let holdTime { text += "  holdTime: \(holdTime)s\n" }
    if let password { text += "  password: \(password)\n" }
    if let passwordSecret { text += "  passwordSecret:\n    name: \(passwordSecret)\n" }
    if hasDualStackSessions { text += "  dualStackAddressFamily: true\n" }
    if hasGracefulRestart { text += "  enableGracefulRestart: true\n" }
    if hasBFD { text += "  bfdProfile: fast\n" }
    return text + "---"
  }
}
