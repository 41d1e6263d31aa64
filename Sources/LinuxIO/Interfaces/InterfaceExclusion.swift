import Addresses

/// Why an interface takes no part in announcing.
public enum InterfaceExclusion: Hashable, Sendable, CustomStringConvertible {
  case loopback
  /// It is not Ethernet, or the NOARP flag is set: nobody asks for addresses there.
  case noNeighborResolution
  /// It is a part of this bridge or bond, which takes part in its place.
  case memberOf(String)
  /// Its name begins like those of pod, container and tunnel interfaces.
  case namePrefix(String)
  /// It is a tunnel, or otherwise of a kind that has no neighbours who ask.
  case kind(String)
  /// It is the end of the cable of a pod or container: a veth whose other end is in another network
  /// namespace, and that has no address of a network.
  case podCable
  /// It is the bridge of a network of containers, by its name.
  case containerBridge
  /// It is on the segment of this macvlan, or of what this one's macvlans stand on, which takes part in
  /// its place.
  case sharesSegment(String)
  /// It is not up.
  case down

  public var description: String {
    switch self {
    case .loopback: "is the loopback interface"
    case .noNeighborResolution: "does not resolve neighbours"
    case .memberOf(let master): "belongs to \(master)"
    case .namePrefix(let prefix): "is left out by its name, '\(prefix)*'"
    case .kind(let kind): "is left out by its kind, \(kind)"
    case .podCable:
      "is left out as the cable of a pod: a veth to another namespace without an address of a network"
    case .containerBridge: "is left out by its name, as the bridge of a Docker network"
    case .sharesSegment(let other):
      "is on the segment of \(other), which takes part in its place: two would tell two MAC addresses"
    case .down: "is down"
    }
  }
}

/// The interfaces that are left out unless an L2Advertisement names them: those of pods and tunnels.
public struct InterfaceDefaults: Hashable, Sendable {
  /// The beginnings of names that are left out.
  public var namePrefixes: [String]
  /// What is left out by what made it, such as `vxlan`.
  public var kinds: Set<String>
  /// Whether the cables of pods and the bridges of containers are left out that have no name or kind of
  /// their own.
  public var leavesOutContainers: Bool
  /// The names of those that take part in the place of others, by the indices of these.
  public var replacements: [Int: String] = [:]

  /// What container runtimes, network plugins and kube-proxy make, which is what MetalLB leaves out and
  /// more; and tunnels.
  public static let standard = InterfaceDefaults(
    namePrefixes: [
      "antrea-gw", "cali", "cbr", "cilium_", "cni", "docker", "dummy", "flannel", "genev_sys",
      "kube-bridge", "kube-dummy", "kube-ipvs", "lxc", "nerdctl", "nodelocaldns", "ovn-k8s-mp",
      "ovs-system", "podman", "tunl", "veth", "virbr", "weave",
    ],
    kinds: [
      "bareudp", "dummy", "erspan", "geneve", "gretap", "ifb", "ip6erspan", "ip6gretap", "ipvtap",
      "macvtap", "vxlan",
    ], leavesOutContainers: true)

  /// The same on a host with these interfaces: of those that share a segment one takes part.
  public static func standard(among interfaces: [NetworkInterface]) -> InterfaceDefaults {
    var defaults = standard
    defaults.replacements = InterfaceStack.replacements(in: interfaces)
    return defaults
  }

  /// Nothing is left out: for an interface that an L2Advertisement names.
  public static let none = InterfaceDefaults(namePrefixes: [], kinds: [])

  /// Interfaces of these names and kinds are left out.
  public init(namePrefixes: [String], kinds: Set<String>, leavesOutContainers: Bool = false) {
    self.namePrefixes = namePrefixes
    self.kinds = kinds
    self.leavesOutContainers = leavesOutContainers
  }
}

extension NetworkInterface {
  /// Why this interface takes no part, or nil if it does.
  ///
  /// An advertisement that names an interface overrules its name and kind, not the other reasons: pass
  /// ``InterfaceDefaults/none`` then. A member of a VRF is an interface in its own right.
  public func exclusion(defaults: InterfaceDefaults = .standard) -> InterfaceExclusion? {
    if isLoopback { return .loopback }
    if macAddress == nil || !resolvesNeighbors { return .noNeighborResolution }
    if let master, master.kind != "vrf" { return .memberOf(master.name) }
    if let prefix = defaults.namePrefixes.first(where: { name.hasPrefix($0) }) {
      return .namePrefix(prefix)
    }
    if let kind, defaults.kinds.contains(kind) { return .kind(kind) }
    if defaults.leavesOutContainers {
      if isPodCable { return .podCable }
      if isContainerBridge { return .containerBridge }
    }
    if let other = defaults.replacements[index] { return .sharesSegment(other) }
    return isUp ? nil : .down
  }

  /// The families of its addresses that have neighbours in their prefixes.
  var familiesOfNetworks: Set<AddressFamily> {
    Set(addresses.filter(\.isOfNetwork).map(\.address.family))
  }

  /// The plugins of AWS, Azure and GKE give the ends of pods no address, or one without a network.
  private var isPodCable: Bool {
    guard kind == "veth", leadsElsewhere else { return false }
    return !addresses.contains(where: \.isOfNetwork)
  }

  /// Docker names the bridge of a network `br-` and the first 12 digits of its identity.
  private var isContainerBridge: Bool {
    guard kind == "bridge", name.hasPrefix("br-"), name.utf8.count == 15 else { return false }
    return name.dropFirst(3).allSatisfy { $0.isHexDigit && !$0.isUppercase }
  }
}

extension InterfaceAddress {
  /// Whether there are neighbours in its prefix, beyond those that every link has.
  fileprivate var isOfNetwork: Bool {
    switch address {
    case .v4(let address): prefixLength < 32 && address.rawValue >> 16 != 0xA9FE
    case .v6(let address): prefixLength < 128 && !address.isLinkLocal
    }
  }
}
