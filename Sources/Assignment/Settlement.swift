import Addresses
import Resources

/// The actions of one call, by kind.
struct Settlement {
  var announceLayer2: [Assignment.Action] = []
  var withdrawLayer2: [Assignment.Action] = []
  var elections: [Assignment.Action] = []
  var changed: Set<IPAddress> = []
}

/// How much of an address has to be decided again.
private enum Scope {
  /// All of it, with a new ranking.
  case rank
  /// This node's part; the owner is known.
  case own(owner: RankKey?)
}

/// From changed state to actions.
extension Assignment {
  /// Decides again what the pending changes touch.
  mutating func settle() -> [Action] {
    let changes = pending
    pending = Changes()
    var settlement = Settlement()
    for (address, scope) in scopes(for: changes).sorted(by: { $0.key < $1.key }) {
      decide(address, scope, &settlement)
    }
    let differences = routes.takeDifferences()
    noteAggregates(differences, &settlement)
    noteSessions(changes.sessions, &settlement)
    var actions =
      settlement.announceLayer2 + settlement.withdrawLayer2 + settlement.elections
    for route in differences.announce {
      actions.append(
        .announceRoute(
          peer: route.key.peer, prefix: route.key.prefix, attributes: route.attributes))
    }
    for (key, decision) in differences.withdraw {
      actions.append(.withdrawRoute(peer: key.peer, prefix: key.prefix, decision: decision))
    }
    if !settlement.changed.isEmpty {
      actions.append(.decisionsChanged(settlement.changed.sorted()))
    }
    return actions
  }

  // MARK: What to decide

  private mutating func scopes(for changes: Changes) -> [IPAddress: Scope] {
    var scopes: [IPAddress: Scope] = [:]
    if changes.everything {
      for address in state.holders.keys { scopes[address] = .rank }
      for address in standings.keys { scopes[address] = .rank }
      return scopes
    }
    for address in changes.addresses { scopes[address] = .rank }
    for address in changes.elected where scopes[address] == nil {
      scopes[address] = .own(owner: nil)
    }
    if !changes.nodes.isEmpty {
      for (address, standing) in standings where scopes[address] == nil {
        scopes[address] = scope(for: address, standing, after: changes.nodes)
      }
    }
    return scopes
  }

  /// What changed nodes mean for an address: nothing in most cases, which costs one look at each
  /// changed node. A new ranking is needed only where the owner itself fell behind.
  private func scope(
    for address: IPAddress, _ standing: Standing, after nodes: [String: NodeDifference]
  ) -> Scope? {
    let touching = nodes.filter { $0.value.touches(pool: standing.pool) }.keys
    guard !touching.isEmpty, let subject = state.subject(of: address), subject.refusal == nil
    else { return nil }
    if subject.claimants.count > 1 || state.options.hasElection { return .rank }
    let keys = touching.compactMap { state.rankKey(of: subject, on: $0, required: [0]) }
    var best = keys.min()
    if let owner = standing.owner {
      if touching.contains(owner.node) {
        guard let now = keys.first(where: { $0.node == owner.node }), now <= owner else {
          return .rank
        }
      } else if best.map({ owner < $0 }) ?? true {
        best = owner
      }
    }
    if best == standing.owner, !touching.contains(node) { return nil }
    return .own(owner: best)
  }

  // MARK: Deciding

  private mutating func decide(_ address: IPAddress, _ scope: Scope, _ settlement: inout Settlement)
  {
    decisionCount += 1
    let old = standings[address]
    let new: Standing?
    var selection = RouteSelection()
    if let subject = state.subject(of: address) {
      let required = state.requiredClaimants(of: subject, by: .layer2)
      let part = layer2Part(of: subject, scope, old, required: required)
      let bgp = state.bgpDecision(
        of: subject, on: node, peers: state.ownPeers,
        required: state.requiredClaimants(of: subject, by: .bgp))
      selection = bgp.selection
      new = Standing(
        pool: subject.pool, owner: part.owner, layer2: part.decision, bgp: bgp.decision,
        interfaces: part.interfaces, routes: selection.routes.map(\.key),
        election: part.election)
    } else {
      new = nil
    }
    standings[address] = new
    record(address, old, new, selection, &settlement)
  }

  /// This node's part in an address by layer 2.
  private struct Layer2Part {
    let owner: RankKey?
    let decision: Decision
    let interfaces: InterfaceSelection?
    var election: ElectionInput?
  }

  private mutating func layer2Part(
    of subject: Subject, _ scope: Scope, _ old: Standing?, required: [Int]
  ) -> Layer2Part {
    guard state.options.hasElection else {
      let owner: RankKey?
      switch scope {
      case .own(let known): owner = known
      case .rank:
        rankingCount += 1
        owner = state.owner(of: subject, required: required)
      }
      let found = state.layer2Decision(of: subject, on: node, owner: owner, required: required)
      return Layer2Part(
        owner: owner, decision: found.decision,
        interfaces: found.decision.verdict == .announces ? found.fit?.interfaces : nil)
    }
    let found = state.electedDecision(
      of: subject, on: node, ownership: ownerships[subject.address], required: required)
    let candidates: [FitNode]
    if case .own = scope, let known = old?.election?.candidates {
      candidates = known
    } else {
      rankingCount += 1
      candidates = state.fitNodes(for: subject, required: required)
    }
    // Who hands over answers where it did.
    return Layer2Part(
      owner: nil, decision: found.decision,
      interfaces: found.decision.verdict == .announces
        ? found.fit?.interfaces ?? old?.interfaces : nil,
      election: ElectionInput(eligibility: found.eligibility, candidates: candidates))
  }

  private mutating func record(
    _ address: IPAddress, _ old: Standing?, _ new: Standing?, _ selection: RouteSelection,
    _ settlement: inout Settlement
  ) {
    let gone = Decision(.noService(address))
    if let interfaces = new?.interfaces, interfaces != old?.interfaces, let new {
      settlement.announceLayer2.append(
        .announceLayer2(address: address, interfaces: interfaces, reason: new.layer2.reason))
    } else if old?.interfaces != nil, new?.interfaces == nil {
      settlement.withdrawLayer2.append(
        .withdrawLayer2(address: address, decision: new?.layer2 ?? gone))
    }
    if let input = new?.election, input != old?.election {
      settlement.elections.append(
        .elect(address: address, input.eligibility, input.candidates))
    } else if old?.election != nil, new == nil {
      ownerships[address] = nil
      settlement.elections.append(.endElection(address: address))
    }
    let bgp = new?.bgp ?? gone
    routes.replace(old?.routes ?? [], with: selection.routes, of: address) { key in
      if let refused = selection.refused.first(where: { $0.key == key }) {
        return Decision(refused.refusal)
      }
      return bgp.isFit
        ? Decision(
          .unfit, .noMatchingAdvertisement,
          "no BGPAdvertisement asks for \(key.prefix) at BGPPeer \(key.peer) any more",
          stillForwards: true) : bgp
    }
    switch (old, new) {
    case (nil, nil): break
    case (let old?, let new?) where old.looksLike(new): break
    default: settlement.changed.insert(address)
    }
  }

  // MARK: What else is shown

  /// Attributes of an aggregate are shown at every address that needs it.
  private func noteAggregates(
    _ differences: RouteTable.Differences, _ settlement: inout Settlement
  ) {
    for route in differences.announce {
      settlement.changed.formUnion(routes.addresses(of: route.key))
    }
  }

  private func noteSessions(_ peers: Set<String>, _ settlement: inout Settlement) {
    guard !peers.isEmpty else { return }
    for (address, standing) in standings
    where standing.routes.contains(where: { peers.contains($0.peer) }) {
      settlement.changed.insert(address)
    }
  }
}
