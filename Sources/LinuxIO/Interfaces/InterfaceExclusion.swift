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
  /// It is not up.
  case down

  public var description: String {
    switch self {
    case .loopback: "is the loopback interface"
    case .noNeighborResolution: "does not resolve neighbours"
    case .memberOf(let master): "belongs to \(master)"
    case .namePrefix(let prefix): "is left out by its name, '\(prefix)*'"
    case .kind(let kind): "is left out by its kind, \(kind)"
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

  /// What container runtimes, network plugins and kube-proxy make, which is what MetalLB leaves out and
  /// more; and tunnels.
  public static let standard = InterfaceDefaults(
    namePrefixes: [
      "antrea-gw", "cali", "cbr", "cilium_", "cni", "docker", "dummy", "flannel", "genev_sys",
      "kube-bridge", "kube-dummy", "kube-ipvs", "lxc", "nerdctl", "nodelocaldns", "ovn-k8s-mp",
      "ovs-system", "podman", "tunl", "veth", "virbr", "weave",
    ],
    kinds: [
      "bareudp", "dummy", "erspan", "geneve", "gretap", "ifb", "ip6erspan", "ip6gretap", "vxlan",
    ])

  /// Nothing is left out: for an interface that an L2Advertisement names.
  public static let none = InterfaceDefaults(namePrefixes: [], kinds: [])

  /// Interfaces of these names and kinds are left out.
  public init(namePrefixes: [String], kinds: Set<String>) {
    self.namePrefixes = namePrefixes
    self.kinds = kinds
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
    return isUp ? nil : .down
  }
}
