/// Why an interface takes no part in announcing.
public enum InterfaceExclusion: Hashable, Sendable, CustomStringConvertible {
  case loopback
  /// It is not Ethernet, or the NOARP flag is set: nobody asks for addresses there.
  case noNeighborResolution
  /// It is a part of this bridge or bond, which takes part in its place.
  case memberOf(String)
  /// Its name begins like those of pod, container and tunnel interfaces.
  case namePrefix(String)
  /// It is not up.
  case down

  public var description: String {
    switch self {
    case .loopback: "is the loopback interface"
    case .noNeighborResolution: "does not resolve neighbours"
    case .memberOf(let master): "belongs to \(master)"
    case .namePrefix(let prefix): "is left out by its name, '\(prefix)*'"
    case .down: "is down"
    }
  }
}

extension NetworkInterface {
  /// The beginnings of names that are left out by default: what container runtimes, network plugins
  /// and kube-proxy make. MetalLB leaves out the same.
  public static let excludedNamePrefixes = [
    "cali", "cbr", "cni", "docker", "dummy", "flannel", "kube-ipvs", "lxc", "lxcbr", "nodelocaldns",
    "tunl", "veth", "virbr",
  ]

  /// Why this interface takes no part, or nil if it does.
  ///
  /// An advertisement that names an interface overrules its name, not the other reasons: pass an empty
  /// list then. A member of a VRF is an interface in its own right.
  public func exclusion(
    excludedNamePrefixes: [String] = Self.excludedNamePrefixes
  ) -> InterfaceExclusion? {
    if isLoopback { return .loopback }
    if macAddress == nil || !resolvesNeighbors { return .noNeighborResolution }
    if let master, master.kind != "vrf" { return .memberOf(master.name) }
    if let prefix = excludedNamePrefixes.first(where: { name.hasPrefix($0) }) {
      return .namePrefix(prefix)
    }
    return isUp ? nil : .down
  }
}
