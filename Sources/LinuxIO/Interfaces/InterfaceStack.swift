/// How interfaces stand on each other: members below their bridge or bond, and what a VLAN or macvlan
/// interface is made of below it.
public enum InterfaceStack {
  /// The indices of what stands on the interfaces with these indices, themselves included.
  public static func above(_ indices: Set<Int>, in interfaces: [NetworkInterface]) -> Set<Int> {
    let byName = Dictionary(
      interfaces.map { ($0.name, $0.index) }, uniquingKeysWith: { first, _ in first })
    var result = indices
    var isGrowing = !indices.isEmpty
    while isGrowing {
      isGrowing = false
      for interface in interfaces {
        if result.contains(interface.index), let master = interface.master,
          let index = byName[master.name], result.insert(index).inserted
        {
          isGrowing = true
        }
        if let lower = interface.lowerIndex, result.contains(lower),
          result.insert(interface.index).inserted
        {
          isGrowing = true
        }
      }
    }
    return result
  }

  /// A macvlan is on the segment of what it stands on, with a MAC address of its own. Who takes part for
  /// each segment has networks of the most families; of several, what the macvlans stand on, then the
  /// oldest.
  ///
  /// - Returns: the name of the one that takes part, by the indices of the others.
  static func replacements(in interfaces: [NetworkInterface]) -> [Int: String] {
    let able = interfaces.filter { $0.exclusion(defaults: .standard) == nil }
    let macvlans = Dictionary(
      grouping: able.filter { $0.kind == "macvlan" && !$0.leadsElsewhere }, by: \.lowerIndex)
    var result: [Int: String] = [:]
    for (lower, macvlans) in macvlans {
      let group =
        able.filter { $0.index == lower } + macvlans.sorted { $0.index < $1.index }
      let most = group.map(\.familiesOfNetworks.count).max()
      guard let chosen = group.first(where: { $0.familiesOfNetworks.count == most }) else {
        continue
      }
      for other in group where other.index != chosen.index { result[other.index] = chosen.name }
    }
    return result
  }

  /// The indices of members of bridges and bonds that run in `interfaces` and did not in `before`:
  /// through them the bridge or bond may be at another port of the network. The ends of pods and of
  /// virtual machines come and go, and are at no port.
  public static func returnedMembers(
    from before: [NetworkInterface], to interfaces: [NetworkInterface]
  ) -> Set<Int> {
    let running = Set(before.filter(\.isRunning).map(\.index))
    return Set(
      interfaces.filter {
        $0.master != nil && $0.isRunning && !running.contains($0.index)
          && $0.kind != "veth" && $0.kind != "tun"
      }.map(\.index))
  }
}
