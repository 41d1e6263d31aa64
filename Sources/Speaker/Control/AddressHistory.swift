import Assignment
import Status

/// When this node's verdicts about one address last changed, and why.
struct AddressHistory {
  /// The layer-2 verdict that holds.
  private(set) var layer2: Layer2Verdict
  /// The owner that is known; nil for nobody.
  private var owner: String?
  /// Since when verdict and owner are as they are.
  private(set) var layer2Since: Timestamp
  /// The BGP verdict that holds.
  private(set) var bgp: BGPVerdict
  /// Since when it holds.
  private(set) var bgpSince: Timestamp
  /// The last change of either; nil when there was none since the address is known.
  private(set) var lastChange: AddressChange?

  /// The history of an address that was just heard of and not announced until now.
  init(now: Timestamp) {
    layer2 = .no
    layer2Since = now
    bgp = .no
    bgpSince = now
  }

  /// Since when both verdicts hold.
  var since: Timestamp { max(layer2Since, bgpSince) }

  /// Takes in the decisions that hold now, and returns which verdicts changed, in words.
  mutating func note(_ summary: AddressSummary, now: Timestamp) -> [AddressChange] {
    var changes: [AddressChange] = []
    let newLayer2 = Layer2Verdict(summary.layer2)
    if newLayer2 != layer2 {
      changes.append(
        AddressChange(
          at: now, what: "layer 2: \(layer2.rawValue) -> \(newLayer2.rawValue)",
          why: summary.layer2.sentence))
      layer2 = newLayer2
      layer2Since = now
    } else if summary.owner != owner, newLayer2 != .no {
      // The move itself is told by the election.
      layer2Since = now
      lastChange = AddressChange(
        at: now, what: "owner: \(owner ?? "nobody") -> \(summary.owner ?? "nobody")",
        why: summary.layer2.sentence)
    }
    owner = summary.owner
    let newBGP = BGPVerdict(summary.bgp)
    if newBGP != bgp {
      changes.append(
        AddressChange(
          at: now, what: "BGP: \(bgp.rawValue) -> \(newBGP.rawValue)", why: summary.bgp.sentence))
      bgp = newBGP
      bgpSince = now
    }
    lastChange = changes.last ?? lastChange
    return changes
  }
}
