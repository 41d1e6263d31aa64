import Addresses
import Resources

/// How the speaker's own part in an address is put into a decision.
extension ClusterState {
  /// What `node` does about the address by layer 2, once the owner is known.
  func layer2Decision(
    of subject: Subject, on node: String, owner: RankKey?, required: [Int]
  ) -> (decision: Decision, fit: Layer2Fit?) {
    do throws(Refusal) {
      let fit = try layer2Fit(of: subject, on: node, required: required)
      let left = unserved(of: subject, required: required)
      guard let owner, owner.node != node else {
        let sentence = "Node \(node) owns \(subject.address): it is the first of the ranking"
        return (decision(.announces, .owner, sentence, leaving: left), fit)
      }
      let sentence =
        "Node \(owner.node) owns \(subject.address): \(owner.advantage(over: fit.key))"
      return (decision(.standsBy, .candidate, sentence, leaving: left), fit)
    } catch {
      return (Decision(error), nil)
    }
  }

  /// What this node does about the address by layer 2, and whether it may, where an election says who
  /// has it.
  func electedDecision(
    of subject: Subject, on node: String, ownership: Ownership?, required: [Int]
  ) -> (decision: Decision, fit: Layer2Fit?, eligibility: Eligibility) {
    let address = subject.address
    do throws(Refusal) {
      let fit = try layer2Fit(of: subject, on: node, required: required)
      let left = unserved(of: subject, required: required)
      if ownership?.answersHere ?? false {
        let sentence = "Node \(node) owns \(address): the nodes elected it"
        return (decision(.announces, .owner, sentence, leaving: left), fit, .fit)
      }
      let sentence =
        if let owner = ownership?.owner, owner != node {
          "Node \(owner) owns \(address), and Node \(node) may take it when that node is gone"
        } else {
          "no node owns \(address) yet: the election is under way"
        }
      return (decision(.standsBy, .candidate, sentence, leaving: left), fit, .fit)
    } catch {
      let eligibility = Eligibility(error)
      guard ownership?.answersHere ?? false, eligibility != .unfit else {
        return (Decision(error), nil, eligibility)
      }
      let sentence = "Node \(node) hands \(address) over: \(error.sentence)"
      return (Decision(.announces, error.reason, sentence), nil, eligibility)
    }
  }

  /// What `node` does about the address by BGP.
  func bgpDecision(
    of subject: Subject, on node: String, peers: [String], required: [Int]
  ) -> (decision: Decision, selection: RouteSelection) {
    do throws(Refusal) {
      let selection = try bgpRoutes(of: subject, on: node, peers: peers, required: required)
      if selection.routes.isEmpty {
        if let refused = selection.refused.first { return (Decision(refused.refusal), selection) }
        let sentence =
          "no BGPPeer that the BGPAdvertisements select for \(subject.address) has Node \(node)"
          + " in its nodeSelectors and carries \(subject.address.family.rawValue) routes"
        return (Decision(.standsBy, .noSessionToPeer, sentence), selection)
      }
      let names = selection.routes.map { "\($0.key.prefix) to BGPPeer \($0.key.peer)" }
      let sentence = "Node \(node) announces \(names.joined(separator: ", "))"
      let left = unserved(of: subject, required: required)
      return (decision(.announces, .announced, sentence, leaving: left), selection)
    } catch {
      return (Decision(error), RouteSelection())
    }
  }

  private func decision(
    _ verdict: Decision.Verdict, _ reason: Reason, _ sentence: String, leaving: [ObjectName]
  ) -> Decision {
    leaving.isEmpty
      ? Decision(verdict, reason, sentence)
      : Decision(
        verdict, .sharedAddressUnserviceable,
        sentence + "; no node can also serve \(leaving.joined), which share the address")
  }

  /// The own node's BGP decision as it stands with the sessions: a node without any session of the
  /// selected peers stays fit, but this is shown.
  func withSessions(_ decision: Decision, routes: [RouteKey]) -> Decision {
    guard decision.verdict == .announces else { return decision }
    let down = Set(routes.map(\.peer)).subtracting(sessionsUp).sorted()
    if down.isEmpty { return decision }
    let silent = "no session is up to \(down.joined(separator: ", "))"
    guard routes.allSatisfy({ !sessionsUp.contains($0.peer) }) else {
      return Decision(.announces, decision.reason, "\(decision.sentence); \(silent)")
    }
    let prefixes = Set(routes.map(\.prefix)).sorted().map(\.description)
    return Decision(
      .announces, .noSessionToPeer,
      "\(prefixes.joined(separator: ", ")) would be announced, but \(silent)")
  }
}
