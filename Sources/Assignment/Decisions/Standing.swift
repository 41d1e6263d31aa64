import Addresses
import Resources

/// What was decided last about one address, as far as this node says and shows it.
struct Standing: Sendable {
  /// The index of the pool in the configuration.
  let pool: Int?
  /// The first of the layer-2 ranking, with the place it had then.
  let owner: RankKey?
  let layer2: Decision
  let bgp: Decision
  /// Where this node answers for the address; nil when it does not.
  let interfaces: InterfaceSelection?
  /// The routes that this node contributes to, sorted.
  let routes: [RouteKey]
  /// What the election was told; nil without an election.
  var election: ElectionInput?

  /// Whether reports about the address read the same. The BGP decision names the routes; the
  /// owner's weight is not shown without a look at all nodes.
  func looksLike(_ other: Standing) -> Bool {
    pool == other.pool && owner?.node == other.owner?.node && layer2 == other.layer2
      && bgp == other.bgp && interfaces == other.interfaces
  }
}

/// What the election needs to know about one address.
struct ElectionInput: Hashable, Sendable {
  let eligibility: Eligibility
  let candidates: [FitNode]
}
