import Addresses
import Assignment
import Election
import Resources

/// Why one node owns an address and the others that may have it do not, in words.
struct Placement {
  let address: IPAddress
  let owner: String
  /// How the owner came to the address, as it told.
  let grounds: Grounds
  /// The nodes that may have it, in the order of the ranking.
  private let ranking: [NodeReport]
  private let ownRank: Int?
  /// Who tries first when the owner goes; nil when nobody else is there.
  private let heir: String?
  /// Why nodes take nothing now, in words.
  private let absences: [String: String]

  /// The placement of an address that has this owner; `loads` are the addresses of those that take
  /// part, `absences` why others do not.
  init(
    of address: IPAddress, owner: String, grounds: Grounds, nodes: [NodeReport],
    loads: [String: Int], absences: [String: String] = [:]
  ) {
    self.absences = absences
    self.address = address
    self.owner = owner
    self.grounds = grounds
    ranking = nodes.filter { $0.rank != nil }
    ownRank = ranking.first { $0.node == owner }?.rank
    let others = ranking.filter { $0.node != owner && loads[$0.node] != nil }
    var heir = others.first
    if others.count > 1, Self.isEqualClass(others[0], others[1]),
      loads[others[1].node, default: 0] < loads[others[0].node, default: 0]
    {
      heir = others[1]
    }
    self.heir = heir?.node
  }

  /// Why a node that may have the address owns it or does not; nil for one that may not.
  func sentence(for node: String) -> String? {
    guard let report = ranking.first(where: { $0.node == node }), let rank = report.rank else {
      return nil
    }
    if node == owner {
      return "Node \(owner) owns \(address): \(origin)"
        + (heir == nil ? "; if it went, no other node could take it" : "")
    }
    if let absence = absences[node] {
      return "Node \(owner) owns \(address), and Node \(node) \(absence)"
    }
    let tail = node == heir ? "; if that node went, Node \(node) would try first" : ""
    guard let ownRank, let own = ranking.first(where: { $0.node == owner }) else {
      return "Node \(owner) owns \(address) until it has handed it over" + tail
    }
    if rank > ownRank {
      return "Node \(owner) owns \(address): \(Self.advantage(of: own, over: report))" + tail
    }
    return "Node \(owner) owns \(address): \(origin); Node \(node) ranks before it, "
      + "but nothing is taken from an owner that may announce it" + tail
  }

  /// How the owner came to it.
  private var origin: String {
    let former =
      switch grounds.cause {
      case .firstClaim: "nobody had ever claimed it"
      case .ownerSilent: "its former owner was silent"
      case .ownerGaveUp, .gaveUp: "its former owner had given it up"
      case .reclaimed, .reasserted: "it had it before"
      case .handedOver: "its former owner handed it over"
      case .drained: "its former owner was drained, or ended, and handed it over"
      case .rebalanced: "its former owner had more than its share"
      case .segmentSilent: "no quorum could be asked, and the segment was silent about it"
      case .learnt: "the nodes elected it"
      }
    switch grounds.choice {
    case .untold: return former
    case .first: return "\(former), and it ranked first among those that could take it then"
    case .lessLoaded:
      return
        "\(former), and of the two that ranked first among those that could take it then, it had "
        + "fewer addresses"
    case .next: return "\(former), and those that ranked before it did not take it in their turn"
    }
  }

  private static func isEqualClass(_ left: NodeReport, _ right: NodeReport) -> Bool {
    left.fitness == right.fitness && left.weight == right.weight
  }

  private static func advantage(of owner: NodeReport, over other: NodeReport) -> String {
    if let better = owner.fitness, let worse = other.fitness, better != worse {
      return "it ranks before Node \(other.node) by its state: \(better), against \(worse)"
    }
    return owner.weight != other.weight
      ? "it ranks before Node \(other.node) by the weight of preferredNodeSelectors: "
        + "\(owner.weight) against \(other.weight)"
      : "it ranks before Node \(other.node) by the hash of node and address"
  }
}
