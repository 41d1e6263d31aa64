import Addresses
import Assignment
import Status

/// What this node says of its part in an address by BGP, once it is known what its sessions carry.
struct BGPStanding: Hashable {
  let verdict: BGPVerdict
  let reason: String
  let sentence: String

  /// What a decision comes to.
  ///
  /// - Parameters:
  ///   - routes: what the decision has announced.
  ///   - obstacle: why the session with a peer carries no routes of a family; nil where it does.
  init(
    _ decision: Decision, routes: [RouteKey],
    obstacle: (_ family: AddressFamily, _ peer: String) -> String?
  ) {
    let decided = BGPVerdict(decision)
    let obstacles = routes.sorted().compactMap { route in
      obstacle(route.prefix.family, route.peer).map { (route, $0) }
    }
    // A session that is up may still carry nothing of a family: then nobody was told.
    guard decided == .announced, !routes.isEmpty, obstacles.count == routes.count else {
      (verdict, reason, sentence) = (decided, decision.reason.rawValue, decision.sentence)
      return
    }
    verdict = .fit
    reason = Reason.noSessionToPeer.rawValue
    let prefixes = Set(routes.map(\.prefix)).sorted().map(\.description)
    let causes = obstacles.reduce(into: [String]()) { causes, found in
      let cause = "BGPPeer \(found.0.peer) (\(found.0.prefix.family.rawValue)): \(found.1)"
      if !causes.contains(cause) { causes.append(cause) }
    }
    sentence =
      "\(prefixes.joined(separator: ", ")) would be announced, but nobody can be told: "
      + causes.joined(separator: "; ")
  }
}
