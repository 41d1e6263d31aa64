import Resources

/// Which advertisements speak for a service on a node. An advertisement has to select all three:
/// the pool and the service (looked up in `Claimant`) and the node.
extension ClusterState {
  /// Throws unless an advertisement of this kind selects pool, service and node.
  func checkAdvertisements(
    of claimant: Claimant, _ kind: AdvertisementKind, for profile: NodeProfile, pool: Int?
  ) throws(Refusal) {
    let candidates = kind == .layer2 ? claimant.layer2 : claimant.bgp
    if candidates.isEmpty {
      throw .noAdvertisement(
        kind, claimant.name, pool: pool.map { index.pools[$0].name } ?? "")
    }
    let selectsNode =
      switch kind {
      case .layer2: candidates.contains { profile.layer2[$0] >= 0 }
      case .bgp: candidates.contains { profile.bgp[$0] }
      }
    if selectsNode { return }
    let configuration = index.configuration
    let names = candidates.map {
      kind == .layer2
        ? configuration.l2Advertisements[$0].metadata.name.name
        : configuration.bgpAdvertisements[$0].metadata.name.name
    }
    throw .noAdvertisementForNode(kind, names, claimant.name, node: profile.name)
  }

  /// The interfaces on which all services of the address are announced on this node: for each
  /// service those of any of its advertisements, of several services what they have in common.
  /// Unknown interfaces are presumed to exist.
  func selectInterfaces(
    for subject: Subject, on profile: NodeProfile
  ) throws(Refusal) -> InterfaceSelection {
    var common = InterfaceSelection.all
    for claimant in subject.claimants {
      var selection = InterfaceSelection.names([])
      for advertisement in claimant.layer2 where profile.layer2[advertisement] >= 0 {
        let names = index.configuration.l2Advertisements[advertisement].interfaces
        selection = selection.union(names.isEmpty ? .all : .names(names))
      }
      if !profile.has(selection) {
        throw .noMatchingInterface(node: profile.name, selection)
      }
      common = common.intersection(selection)
    }
    if common == .names([]) || !profile.has(common) {
      throw .noCommonInterface(node: profile.name, subject.claimants.map(\.name))
    }
    return common
  }
}

extension NodeProfile {
  /// Whether the node has any of the selected interfaces.
  func has(_ selection: InterfaceSelection) -> Bool {
    switch selection {
    case .all: hasInterfaces
    case .names(let names): interfaces.map { !$0.isDisjoint(with: names) } ?? true
    }
  }
}
