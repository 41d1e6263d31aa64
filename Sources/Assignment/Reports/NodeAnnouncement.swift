public import Addresses
import Resources

/// What one node would announce of an address: by layer 2 if it came to own it, and by BGP.
public struct NodeAnnouncement: Hashable, Sendable {
  /// A route and its attributes.
  public struct Route: Hashable, Sendable {
    /// The peer and the prefix.
    public let key: RouteKey
    /// What the peer is told of the prefix for this address.
    public let attributes: RouteAttributes
  }

  /// The node's name.
  public let node: String
  /// Where it would answer; nil where it is unfit for layer 2.
  public let interfaces: InterfaceSelection?
  /// What it would tell its peers, sessions presumed; sorted.
  public let routes: [Route]
}

extension Assignment {
  /// What each node would announce of an address, sorted by node; nodes that would announce nothing
  /// are left out. The cost grows with the number of nodes.
  public func announcements(of address: IPAddress) -> [NodeAnnouncement] {
    guard let subject = state.subject(of: address) else { return [] }
    let required = state.requiredClaimants(of: subject, by: .layer2)
    let bgpRequired = state.requiredClaimants(of: subject, by: .bgp)
    return state.profiles.keys.sorted().compactMap { name in
      let fit: Layer2Fit?
      do throws(Refusal) {
        fit = try state.layer2Fit(of: subject, on: name, required: required)
      } catch {
        fit = nil
      }
      let routes = state.bgpDecision(
        of: subject, on: name, peers: state.peers(ofNode: name), required: bgpRequired
      )
      .selection.routes
      guard fit != nil || !routes.isEmpty else { return nil }
      return NodeAnnouncement(
        node: name, interfaces: fit?.interfaces,
        routes: routes.map { .init(key: $0.key, attributes: $0.attributes) })
    }
  }

  /// Whether a node other than this one may announce an address, by layer 2 or to some peer; true of an
  /// address that no service has. The cost grows with the number of nodes that may not.
  public func mayBeAnnouncedElsewhere(_ address: IPAddress) -> Bool {
    guard let subject = state.subject(of: address) else { return true }
    let required = state.requiredClaimants(of: subject, by: .layer2)
    let bgpRequired = state.requiredClaimants(of: subject, by: .bgp)
    return state.profiles.keys.contains { name in
      guard name != node else { return false }
      if (try? state.layer2Fit(of: subject, on: name, required: required)) != nil { return true }
      return !state.bgpDecision(
        of: subject, on: name, peers: state.peers(ofNode: name), required: bgpRequired
      )
      .selection.routes.isEmpty
    }
  }
}
