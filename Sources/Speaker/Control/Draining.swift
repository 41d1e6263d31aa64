import Addresses
import Assignment
import NIOCore
import Status

/// A drain of this node.
struct Drain {
  /// Since when, restarts included.
  let since: Timestamp
  /// What this node answered for when it began.
  let addresses: Set<IPAddress>
  /// What it announced by BGP when it began.
  let announced: Set<IPAddress>
  /// How many prefixes each BGP peer had from this node when it began.
  let prefixes: [String: Int]
}

extension Drain {
  /// A drain that an earlier process began: what that one had is not known.
  init(goingOnSince since: Timestamp) {
    self.init(since: since, addresses: [], announced: [], prefixes: [:])
  }
}

/// Why a command is refused. The text names the remedy.
struct CommandRefusal: Error, CustomStringConvertible {
  let description: String
}

/// What is asked of this speaker by command.
extension ControlLoop {
  /// Where it is kept that the node is drained.
  var drainFile: DrainFile {
    DrainFile(directory: options.stateDirectory, node: options.node)
  }

  /// Hands everything over, takes nothing any more, and withdraws by BGP, also after a restart; throws
  /// ``DrainFile/Failure``. A drain that has begun goes on.
  func beginDrain() throws {
    guard drain == nil else { return }
    let since = Timestamp.now
    try drainFile.write(since: since)
    setDrain(
      Drain(
        since: since, addresses: Set(answeredAddresses),
        announced: Set(histories.filter { $0.value.bgp == .announced }.keys),
        prefixes: peers.announcedPrefixes()))
  }

  /// Takes part again and announces by BGP; takes nothing back. Throws ``DrainFile/Failure``.
  func endDrain() throws {
    try drainFile.remove()
    if drain != nil { setDrain(nil) }
  }

  /// How far the drain is.
  func drainDocument() async -> DrainDocument {
    DrainDocument(node: options.node, drain: drainStatus(await planeView(includesAddresses: false)))
  }

  /// How far the drain is; nil when the node is not drained.
  func drainStatus(_ plane: PlaneView?) -> DrainStatus? {
    guard let drain else { return nil }
    let answered = answeredAddresses
    let announced = peers.announcedPrefixes()
    let moved = drain.addresses.subtracting(answered).map { address in
      DrainedAddress(address: address, owner: assignment.summary(of: address)?.owner)
    }
    return DrainStatus(
      since: drain.since, moved: moved,
      remaining: answered.map { address in
        let obstacle = obstacle(to: assignment.summary(of: address), plane)
        return RemainingAddress(
          address: address, sentence: obstacle ?? "the hand-over is under way",
          isUnderWay: obstacle == nil)
      }, announcedPrefixes: announced,
      withdrawnPrefixes: drain.prefixes
        .reduce(into: [:]) { withdrawn, peer in
          let count = peer.value - announced[peer.key, default: 0]
          if count > 0 { withdrawn[peer.key] = count }
        }, unannounced: drain.announced.filter { !assignment.mayBeAnnouncedElsewhere($0) })
  }

  /// What this node answers for by layer 2.
  private var answeredAddresses: [IPAddress] {
    histories.filter { $0.value.layer2 == .owner }.keys.sorted()
  }

  /// What is in the way of a hand-over; nil for nothing.
  private func obstacle(to summary: AddressSummary?, _ plane: PlaneView?) -> String? {
    // It is about to be forgotten.
    guard let summary else { return nil }
    let others = summary.candidates.map(\.node).filter { $0 != options.node }
    guard !others.isEmpty else {
      return "no other node may announce it; 'bellman explain \(summary.address)' says why"
    }
    return plane?.obstacleToHandOver(to: others)
  }

  // MARK: Rebalancing

  /// Gives addresses away, one each `interval` for `duration`, if this node has clearly more than its
  /// share. Throws ``CommandRefusal``.
  func rebalance(for duration: TimeAmount, interval: TimeAmount) async throws -> RebalanceDocument {
    guard let election, let plane = await planeView(includesAddresses: false) else {
      throw CommandRefusal(description: "there is no election in which addresses could move")
    }
    guard drain == nil else {
      throw CommandRefusal(
        description: "the node is drained and hands everything over already; end that with "
          + "'bellman drain --undo'")
    }
    let loads = plane.comparableLoads
    let isOverloaded = RebalanceDocument.isOverloaded(loads[options.node] ?? 0, among: loads.values)
    if isOverloaded { election.rebalance(for: duration, interval: interval) }
    return RebalanceDocument(
      node: options.node, loads: loads,
      until: isOverloaded ? Timestamp(NIODeadline.now() + duration) : nil,
      intervalMilliseconds: interval.nanoseconds / 1_000_000)
  }
}
