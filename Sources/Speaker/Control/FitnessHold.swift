import Election
import NIOCore
import Status

/// Whether what the source says of nodes and endpoints is believed: not when too much of it turns bad
/// at once while the peers hear the nodes.
struct FitnessHold {
  /// How much of one kind the source calls bad.
  struct Share: Hashable {
    var bad: Int
    var total: Int
  }

  private var nodes = PanicHold()
  private var endpoints = PanicHold()
  private var nodeShare = Share(bad: 0, total: 0)
  private var endpointShare = Share(bad: 0, total: 0)
  /// Since when fitness is held at its last good state; nil when it is not.
  private(set) var since: Timestamp?

  /// Whether fitness is held.
  var isHeld: Bool { since != nil }

  /// Takes in how much is bad of what the peers hear; to be called with every change, and once a second.
  ///
  /// - Parameter failingServices: how many services the bad endpoints are of. One service alone fails
  ///   for reasons of its own.
  /// - Returns: whether fitness is held, where that has changed.
  mutating func update(
    nodes: Share, endpoints: Share, failingServices: Int, now: NIODeadline, wallClock: Timestamp
  ) -> Bool? {
    nodeShare = nodes
    endpointShare = endpoints
    let bad = failingServices > 1 ? endpoints.bad : 0
    // Both, so that each sees all of its past.
    let holdsNodes = self.nodes.update(bad: nodes.bad, of: nodes.total, now: now)
    let holdsEndpoints = self.endpoints.update(bad: bad, of: endpoints.total, now: now)
    let isHeldNow = holdsNodes || holdsEndpoints
    guard isHeldNow != isHeld else { return nil }
    since = isHeldNow ? wallClock : nil
    return isHeldNow
  }

  /// How much is bad, in words.
  var shares: String {
    "\(nodeShare.bad) of \(nodeShare.total) nodes and \(endpointShare.bad) of "
      + "\(endpointShare.total) endpoints on nodes that peers hear are bad in the API"
  }

  /// What the status says of it; nil when fitness is not held.
  var disagreement: DisagreementStatus? {
    since.map {
      DisagreementStatus(
        reason: PlaneDisagreement.Reason.sourceSuspect.rawValue, node: nil,
        sentence: "\(shares), more than half of one kind within a minute.",
        action: "Nodes and endpoints that turned bad count as they were before, since \($0), until "
          + "fewer than 30 % are bad or 10 minutes have passed; what is removed is obeyed.")
    }
  }
}
