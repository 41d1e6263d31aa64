import Addresses

/// What the explanation of an address comes to: who announces it, and what hinders whom. The first
/// line of `bellman explain`.
struct Conclusion {
  /// What is known of one node.
  struct Part {
    let decision: NodeExplanation
    /// Why it does not answer by layer 2; nil where it does, or is not known.
    let obstacle: ObstacleStatus?
    /// What it tells its peers; empty where that is not known.
    let routes: [RouteExplanation]
    /// Whether the node itself said so.
    let isFirstHand: Bool

    var node: String { decision.node }
  }

  /// Some nodes, and what is true of all of them.
  private struct Finding {
    var nodes: [String]
    let reason: String
    let sentence: String
  }

  let parts: [Part]
  let owners: [String]
  let services: [String]
  let pool: String?
  let claim: ClaimStatus?
  let conflicts: [ConflictStatus]
  let circumstances: [Circumstance]
  /// The nodes of a cluster whose speakers were asked and did not answer: what they announce by BGP only
  /// they know, and their routers, which keep it until the hold time ends.
  var unheard: [String] = []

  private static let mostFindings = 3

  /// Whether somebody announces the address, and nobody else uses it.
  var isAnnounced: Bool {
    !conflicts.contains { $0.claims > 0 } && living.count <= 1
      && (living.contains { obstacle(of: $0) == nil } || !byBGP.isEmpty)
  }

  /// The conclusion, with the names of the reasons, and without a full stop.
  var sentence: String {
    var sentences = announcers
    if sentences.isEmpty {
      let (who, rest) =
        unheard.isEmpty
        ? ("nobody", "")
        : ("no node that answered", "; \(Self.names(unheard)) did not answer")
      sentences = ["\(who) announces it: \(cause)\(rest)"]
    } else {
      sentences += (hindrances + refusals).map { finding in
        "not \(Self.names(finding.nodes)): \(finding.sentence) (\(finding.reason))"
      }
      sentences += brokenSessions.map { "\($0.sentence) (\($0.reason))" }
    }
    return (foreigners + sentences + remarks).joined(separator: "; ")
  }

  // MARK: Who announces it

  /// The nodes that others hold dead or stalled. Who answered itself is cut off from them at most.
  private var dead: Set<String> {
    Set(circumstances.filter(\.reason.isSilence).compactMap(\.node))
      .subtracting(answering)
  }

  private var answering: Set<String> { Set(parts.filter(\.isFirstHand).map(\.node)) }

  /// The owners that are not dead; a dead one has it until somebody takes it. One that is silent for
  /// want of a quorum counts only where no other one answers.
  private var living: [String] {
    let alive = owners.filter { !dead.contains($0) }
    let audible = alive.filter { obstacle(of: $0) == nil }
    return audible.isEmpty ? alive : audible
  }

  private func obstacle(of node: String) -> ObstacleStatus? {
    parts.first { $0.node == node }?.obstacle
  }

  private var byBGP: [String] {
    let dead = dead
    return parts.filter { $0.decision.bgp.verdict == .announced && !dead.contains($0.node) }
      .map(\.node)
  }

  private var announcers: [String] {
    var found: [String] = []
    if living.count == 1, let owner = living.first {
      found.append("\(owner) owns it\(circumstance(of: owner))")
    } else if living.count > 1 {
      found.append("\(living.joined(separator: " and ")) both own it")
    }
    if let sentence = sentenceAboutBGP { found.append(sentence) }
    return found
  }

  /// Who announces it by BGP, by its own word, and who should by what others know of it.
  private var sentenceAboutBGP: String? {
    let presumed = parts.filter { !$0.isFirstHand }.map(\.node)
    let (known, others) = (
      byBGP.filter { !presumed.contains($0) }, byBGP.filter(presumed.contains)
    )
    let rest =
      others.count == 1 ? others[0] : "\(others.count) \(known.isEmpty ? "" : "other ")nodes"
    if known.isEmpty { return others.isEmpty ? nil : "\(rest) should announce it by BGP" }
    let own = known.count == 1 ? "\(known[0]) announces" : "\(known.count) nodes announce"
    return "\(own) it by BGP" + (others.isEmpty ? "" : ", and \(rest) should")
  }

  /// What is to be said of an owner: why it is silent, why it will not keep the address, or else what
  /// brought it there.
  private func circumstance(of owner: String) -> String {
    guard let part = parts.first(where: { $0.node == owner }) else { return move(to: owner) }
    if let obstacle = part.obstacle {
      return ", and is silent: \(obstacle.sentence) (\(obstacle.reason))"
    }
    let layer2 = part.decision.layer2
    return layer2.verdict != .owner || layer2.reason == "owner"
      ? move(to: owner) : ": \(layer2.sentence) (\(layer2.reason))"
  }

  /// What brought it to its owner, where that was a move.
  private func move(to owner: String) -> String {
    guard let move = claim?.lastMove, move.to == owner, let from = move.from, from != owner else {
      return ""
    }
    return ": \(move.sentence) (\(move.cause))"
  }

  private var foreigners: [String] {
    conflicts.map { conflict in
      let way = conflict.claims > 0 ? "uses it too" : "wants to use it"
      return "\(conflict.mac) on \(conflict.interface) \(way) (conflict)"
    }
  }

  // MARK: Why somebody does not

  /// Nodes that would announce it, and what keeps them from it.
  private var hindrances: [Finding] {
    var found: [Finding] = []
    let living = living
    for part in parts where part.decision.layer2.verdict != .no && !living.contains(part.node) {
      guard let obstacle = part.obstacle, obstacle.reason != "notOwner" else { continue }
      found.append(
        Finding(nodes: [part.node], reason: obstacle.reason, sentence: obstacle.sentence))
    }
    for part in parts where part.decision.bgp.verdict == .fit && part.routes.isEmpty {
      let bgp = part.decision.bgp
      found.append(Finding(nodes: [part.node], reason: bgp.reason, sentence: bgp.sentence))
    }
    return Self.grouped(found)
  }

  /// Nodes that may not announce it, or cannot.
  private var refusals: [Finding] {
    Self.grouped(parts.compactMap(refusal))
  }

  private func refusal(_ part: Part) -> Finding? {
    let (layer2, bgp) = (part.decision.layer2, part.decision.bgp)
    guard layer2.verdict == .no, bgp.verdict == .no else {
      guard let death = death(of: part.node), claim?.lastMove?.from != part.node else { return nil }
      return Finding(nodes: [part.node], reason: death.reason.rawValue, sentence: death.sentence)
    }
    guard layer2.reason == Self.unadvertised else {
      return Finding(nodes: [part.node], reason: layer2.reason, sentence: layer2.sentence)
    }
    let isForNeither = bgp.reason == Self.unadvertised && bgp.sentence != layer2.sentence
    return Finding(
      nodes: [part.node], reason: bgp.reason,
      sentence: isForNeither ? "\(layer2.sentence), and \(bgp.sentence)" : bgp.sentence)
  }

  private func death(of node: String) -> Circumstance? {
    guard let found = circumstances.first(where: { $0.reason.isSilence && $0.node == node })
    else { return nil }
    return dead.contains(node) ? found : nil
  }

  /// The sessions that carry nothing of it, by what is wrong with them.
  private var brokenSessions: [Finding] {
    var found: [Finding] = []
    for part in parts {
      var broken: [String: String] = [:]
      for route in part.routes { broken[route.peer] = route.obstacle ?? broken[route.peer] }
      for (peer, obstacle) in broken.sorted(by: { $0.key < $1.key }) {
        if let index = found.firstIndex(where: { $0.sentence == "\(peer): \(obstacle)" }) {
          found[index].nodes.append(part.node)
        } else {
          found.append(
            Finding(
              nodes: [part.node], reason: "noSessionToPeer", sentence: "\(peer): \(obstacle)"))
        }
      }
    }
    return found.prefix(Self.mostFindings).map { finding in
      Finding(
        nodes: finding.nodes, reason: finding.reason,
        sentence: "\(Self.names(finding.nodes)) cannot tell BGPPeer \(finding.sentence)")
    }
  }

  /// Why nobody announces it. Where nodes have endpoints, what keeps these from it is the cause; that
  /// nothing advertises it by one of the two protocols counts only where there is nothing else.
  private var cause: String {
    if let death = owners.compactMap(death).first {
      return "\(death.sentence) (\(death.reason.rawValue))"
    }
    let absent = parts.first { !$0.isFirstHand && $0.decision.layer2.verdict == .owner }
    if owners.isEmpty, let absent {
      if let death = death(of: absent.node) {
        return "\(death.sentence) (\(death.reason.rawValue))"
      }
      return "\(absent.node) owns it, as others say, and does not answer"
    }
    let near = hindrances.filter { $0.reason != "noSessionToPeer" } + brokenSessions
    if !near.isEmpty { return Self.list(near) }
    let fit = hindrances
    if !fit.isEmpty { return Self.list(fit) }
    let withEndpoints = Set(parts.filter { $0.decision.readyEndpoints > 0 }.map(\.node))
    let all = parts.compactMap(refusal)
    // Who is dead and would announce it is the cause, whatever else holds for the others.
    let telling = all.filter {
      Circumstance.Reason(rawValue: $0.reason)?.isSilence ?? false
        || $0.reason != "noLocalEndpoint" && !withEndpoints.isDisjoint(with: $0.nodes)
    }
    let findings = Self.grouped(telling.isEmpty ? all : telling)
    if findings.isEmpty {
      if let candidate = parts.first(where: { $0.decision.layer2.verdict == .candidate }) {
        let layer2 = candidate.decision.layer2
        return "\(layer2.sentence) (\(layer2.reason))"
      }
      return "no node told why"
    }
    return Self.list(telling.isEmpty ? Array(findings.prefix(1)) : findings)
  }

  /// What else may be behind it. That some kinds of objects cannot be read comes last, and only where
  /// nobody announces the address and the others can be read: what is announced was read once.
  private var remarks: [String] {
    let isSaid = parts.contains { $0.obstacle?.reason == Circumstance.Reason.noQuorum.rawValue }
    let isAllUnreadable = circumstances.contains(where: \.isAboutWholeSource)
    let (isDisputed, isUnannounced) = (living.count > 1, announcers.isEmpty)
    let found = circumstances.filter { circumstance in
      switch circumstance.reason {
      case .noQuorum: !isSaid
      // Between two owners that answer, that they do not hear each other is the cause.
      case .memberDead, .memberStalled:
        isDisputed && circumstance.node.map(answering.contains) ?? false
      case .configurationError: concerns(circumstance.object)
      case .configurationWarning: isUnannounced && concerns(circumstance.object)
      case .sourceUnreachable:
        circumstance.isAboutWholeSource || isUnannounced && !isAllUnreadable
      case .sourceSuspect: true
      }
    }
    let (kinds, others) = (found.filter(\.isAboutKind), found.filter { !$0.isAboutKind })
    return (others + kinds).prefix(Self.mostFindings).map { circumstance in
      let denial =
        circumstance.reason.isSilence ? circumstance.node.map { "\($0) answers, but " } ?? "" : ""
      return "\(denial)\(circumstance.sentence) (\(circumstance.reason.rawValue))"
    }
  }

  /// Whether an object in error can be why the address is announced as it is: it is one of its own, or
  /// of a kind that the reasons depend on.
  private func concerns(_ object: String?) -> Bool {
    let words = object?.split(separator: " ", maxSplits: 1) ?? []
    guard words.count == 2 else { return true }
    let (kind, name) = (words[0], words[1])
    let isOwn =
      switch kind {
      case "Service": services.contains { $0 == name }
      case "EndpointSlice": services.contains { name.hasPrefix("\($0)-") }
      case "IPAddressPool": pool.map { name.hasSuffix("/\($0)") } ?? false
      case "BGPPeer": parts.contains { $0.routes.contains { name.hasSuffix("/\($0.peer)") } }
      default: false
      }
    return isOwn || announcers.isEmpty && suspects.contains(String(kind))
  }

  /// The kinds of objects that would change why nobody announces the address.
  private var suspects: Set<String> {
    let isUntold = parts.contains { $0.decision.bgp.verdict == .fit }
    let reasons = parts.compactMap(refusal).map(\.reason) + (isUntold ? ["noSessionToPeer"] : [])
    return reasons.reduce(into: []) { kinds, reason in
      switch reason {
      // A file in error is not read at all: any kind that may stand beside the one that is missing.
      case "addressInNoPool", Self.unadvertised, "conflictingAdvertisements", "noSessionToPeer":
        kinds.formUnion(Self.configurationKinds)
      case "nodeUnknown": kinds.insert("Node")
      default: break
      }
    }
  }

  // MARK: Words

  private static let unadvertised = "noMatchingAdvertisement"
  private static let configurationKinds = [
    "BFDProfile", "BGPAdvertisement", "BGPPeer", "Community", "IPAddressPool", "L2Advertisement",
    "Secret",
  ]

  /// One finding for each reason, those of the most nodes first.
  private static func grouped(_ findings: [Finding]) -> [Finding] {
    var groups: [Finding] = []
    for finding in findings {
      if let index = groups.firstIndex(where: { $0.reason == finding.reason }) {
        groups[index].nodes += finding.nodes
      } else {
        groups.append(finding)
      }
    }
    let sorted = groups.enumerated().sorted {
      ($1.element.nodes.count, $0.offset) < ($0.element.nodes.count, $1.offset)
    }
    return sorted.prefix(mostFindings).map(\.element)
  }

  private static func list(_ findings: [Finding]) -> String {
    findings.map { "\($0.sentence) (\($0.reason))" }.joined(separator: "; ")
  }

  private static func names(_ nodes: [String]) -> String {
    let shown = nodes.prefix(mostFindings).joined(separator: ", ")
    return nodes.count > mostFindings
      ? "\(shown) and \(nodes.count - mostFindings) more" : shown
  }
}
