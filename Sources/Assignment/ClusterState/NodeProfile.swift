import Addresses
import Resources

/// All that decisions read from a node: its gates, and what the advertisements' selectors make of
/// its labels. Two equal profiles lead to equal decisions.
struct NodeProfile: Hashable, Sendable {
  let name: String
  /// The node's part of the rendezvous hash.
  let hash: UInt64
  /// The gate that is closed, if any.
  let gate: NodeGate?
  let nodeClass: NodeClass
  /// For each L2Advertisement the node's preferred weight; negative where it does not match.
  let layer2: [Int32]
  /// For each BGPAdvertisement, whether it selects the node.
  let bgp: [Bool]
  /// The node's interfaces as far as L2Advertisements name them; nil for unknown.
  let interfaces: Set<String>?
  /// Whether the node has any interface; true when unknown.
  let hasInterfaces: Bool

  init(
    _ node: Node, interfaces: Set<String>?, isDraining: Bool, index: ConfigurationIndex,
    ignoreExcludeLabel: Bool
  ) {
    let labels = node.metadata.labels
    name = node.name
    hash = RendezvousHash.hash(node: node.name)
    gate = NodeGate(node, isDraining: isDraining, ignoreExcludeLabel: ignoreExcludeLabel)
    nodeClass = NodeClass(node)
    layer2 = index.configuration.l2Advertisements.map {
      $0.nodeSelectors.matchesAny(labels)
        ? PreferredNodes.weight(of: labels, in: $0.preferredNodeSelectors) : -1
    }
    bgp = index.configuration.bgpAdvertisements.map { $0.nodeSelectors.matchesAny(labels) }
    self.interfaces = interfaces?.intersection(index.namedInterfaces)
    hasInterfaces = interfaces.map { !$0.isEmpty } ?? true
  }
}

/// Which addresses a change of a node can touch.
struct NodeDifference: Sendable {
  /// Every address: the node came, went, or changed in a way that no selector limits.
  var everywhere = false
  /// Otherwise the pools with advertisements that see the node in another way now.
  var pools: Set<Int> = []

  /// What lies between two profiles of one node; nil stands for no Node object.
  init(_ old: NodeProfile?, _ new: NodeProfile?, index: ConfigurationIndex) {
    guard let old, let new, old.gate == new.gate, old.nodeClass == new.nodeClass,
      old.interfaces == new.interfaces, old.hasInterfaces == new.hasInterfaces,
      old.layer2.count == new.layer2.count, old.bgp.count == new.bgp.count
    else {
      everywhere = old != new
      return
    }
    for (number, pool) in index.pools.enumerated()
    where pool.layer2.contains(where: { old.layer2[$0] != new.layer2[$0] })
      || pool.bgp.contains(where: { old.bgp[$0] != new.bgp[$0] })
    {
      pools.insert(number)
    }
  }

  var isEmpty: Bool { !everywhere && pools.isEmpty }

  mutating func formUnion(_ other: NodeDifference) {
    everywhere = everywhere || other.everywhere
    pools.formUnion(other.pools)
  }

  /// Whether an address of `pool` is touched.
  func touches(pool: Int?) -> Bool {
    everywhere || pool.map(pools.contains) ?? false
  }
}
