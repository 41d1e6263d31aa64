public import Addresses

extension Assignment {
  /// What the speaker has to do: only what differs from what it was told before.
  ///
  /// The actions of one call come in this order, each kind sorted by address, or by peer and
  /// prefix: `announceLayer2`, `withdrawLayer2`, `elect`, `endElection`, `announceRoute`, `withdrawRoute`,
  /// `decisionsChanged`. A route is announced before another one is withdrawn, so that a change of
  /// aggregation leaves no gap.
  public enum Action: Hashable, Sendable {
    /// Answer for `address` on these interfaces from now on; this replaces a former selection.
    case announceLayer2(address: IPAddress, interfaces: InterfaceSelection, reason: Reason)
    /// Stop answering for `address`.
    case withdrawLayer2(address: IPAddress, decision: Decision)
    /// The election has to know: whether this node may have `address`, and all nodes that may, sorted
    /// by name. Arrays that are equal for many addresses share their storage.
    case elect(address: IPAddress, Eligibility, [FitNode])
    /// No service has the address any more: the election forgets it.
    case endElection(address: IPAddress)
    /// Announce `prefix` to the BGPPeer `peer`; this replaces former attributes.
    case announceRoute(peer: String, prefix: IPPrefix, attributes: RouteAttributes)
    /// Withdraw `prefix` from the BGPPeer `peer`, which may have left the configuration.
    case withdrawRoute(peer: String, prefix: IPPrefix, decision: Decision)
    /// What the reports say about these addresses (sorted) has changed.
    case decisionsChanged([IPAddress])
  }
}
