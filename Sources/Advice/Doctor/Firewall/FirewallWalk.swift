import Addresses

/// What a packet filter does with a flow.
enum FirewallOutcome: Hashable {
  case passes
  /// Dropped in the chain with a hook `base`, by what `cause` names.
  case dropped(base: Firewall.Chain, cause: String)
  /// It cannot be told, for the rules that `causes` names.
  case unclear(base: Firewall.Chain, causes: [String])
}

extension Firewall {
  /// Sends `flow` through all chains of its hook. A packet has to pass every one of them.
  func outcome(for flow: Flow) -> FirewallOutcome {
    let bases = chains.filter { $0.hook == flow.hook && $0.carries(flow.family) }
      .sorted { ($0.priority, $0.place) < ($1.priority, $1.place) }
    var unclear: FirewallOutcome?
    for base in bases {
      var walk = Walk(firewall: self, flow: flow)
      switch walk.outcome(of: base) {
      case .passes: continue
      case .dropped(let base, let cause): return .dropped(base: base, cause: cause)
      case .unclear(let base, let causes): unclear = unclear ?? .unclear(base: base, causes: causes)
      }
    }
    return unclear ?? .passes
  }

  fileprivate func chain(_ name: String, besides chain: Chain) -> Chain? {
    chains.first {
      $0.backend == chain.backend && $0.family == chain.family && $0.table == chain.table
        && $0.name == name
    }
  }
}

extension Firewall.Chain {
  fileprivate func carries(_ family: AddressFamily) -> Bool {
    switch self.family {
    case "ip": family == .ipv4
    case "ip6": family == .ipv6
    default: self.family == "inet"
    }
  }
}

/// The way of a flow through one chain with a hook.
private struct Walk {
  let firewall: Firewall
  let flow: Flow
  /// Rules that may have decided otherwise before, by their places.
  private var doubts: [String] = []
  /// Whether one of them would drop, and whether one would accept.
  private var mayDrop = false
  private var mayAccept = false
  /// How many rules are looked at; a ruleset of jumps could make them any number.
  private var budget = 1_000_000

  /// The kernel has this limit too (NFT_JUMP_STACK_SIZE).
  private static let depthLimit = 16
  private static let doubtLimit = 5

  private enum End {
    case accepted
    case dropped(String)
    /// The chain has come to its end, or returned.
    case passed
  }

  init(firewall: Firewall, flow: Flow) {
    self.firewall = firewall
    self.flow = flow
  }

  mutating func outcome(of base: Firewall.Chain) -> FirewallOutcome {
    var end = walk(base, depth: 0)
    if case .passed = end {
      end = base.dropsByPolicy ? .dropped("the policy of chain \(base.place)") : .accepted
    }
    switch end {
    case .accepted, .passed:
      return mayDrop ? .unclear(base: base, causes: doubts) : .passes
    case .dropped(let cause):
      return mayAccept
        ? .unclear(base: base, causes: doubts + ["then \(cause) drops"])
        : .dropped(base: base, cause: cause)
    }
  }

  private mutating func walk(_ chain: Firewall.Chain, depth: Int) -> End {
    for rule in chain.rules {
      budget -= 1
      guard budget > 0, depth < Self.depthLimit else {
        doubt(drop: true, accept: true, "chain \(chain.place) leads too far")
        return .passed
      }
      let truth = holds(rule)
      guard truth != .no else { continue }
      let place = "rule \(rule.label) of chain \(chain.place)"
      switch rule.verdict {
      case .none: continue
      case .notUnderstood(let text): doubt(drop: true, accept: true, "\(place) (\(text))")
      case .accept:
        if truth == .yes { return .accepted }
        doubt(drop: false, accept: true, place + reason(rule))
      case .drop:
        if truth == .yes { return .dropped(place) }
        doubt(drop: true, accept: false, place + reason(rule))
      case .returns:
        if truth == .yes { return .passed }
        doubt(drop: true, accept: true, place + reason(rule))
      case .jump(let name), .goTo(let name):
        guard let target = firewall.chain(name, besides: chain) else {
          doubt(drop: true, accept: true, "\(place) (no chain \(name) was listed)")
          continue
        }
        let end = walk(target, depth: depth + 1)
        if truth == .yes {
          if case .passed = end {
            if case .goTo = rule.verdict { return .passed }
            continue
          }
          return end
        }
        switch end {
        case .accepted: doubt(drop: false, accept: true, place + reason(rule))
        case .dropped: doubt(drop: true, accept: false, place + reason(rule))
        case .passed:
          if case .goTo = rule.verdict { doubt(drop: true, accept: true, place + reason(rule)) }
        }
      }
    }
    return .passed
  }

  private func holds(_ rule: Firewall.Rule) -> Truth {
    var result = Truth.yes
    for condition in rule.conditions {
      switch condition.holds(for: flow) {
      case .no: return .no
      case .unknown: result = .unknown
      case .yes: continue
      }
    }
    return result
  }

  /// Which conditions of the rule left the doubt.
  private func reason(_ rule: Firewall.Rule) -> String {
    let texts = rule.conditions.compactMap { condition -> String? in
      switch condition {
      case .notUnderstood(let text), .not(.notUnderstood(let text)): text
      default: nil
      }
    }
    return texts.isEmpty ? "" : " (\(texts.joined(separator: ", ")))"
  }

  private mutating func doubt(drop: Bool, accept: Bool, _ cause: String) {
    mayDrop = mayDrop || drop
    mayAccept = mayAccept || accept
    if doubts.count < Self.doubtLimit, !doubts.contains(cause) { doubts.append(cause) }
  }
}
