import Addresses
public import NIOCore

/// A contradiction between what the peers, the API and the segment say; for the status.
public struct PlaneDisagreement: Hashable, Sendable {
  /// Which contradiction, and with it what is done about it.
  public enum Reason: String, Hashable, Sendable, CaseIterable, Codable {
    /// Its witnesses hold a node dead that the API calls ready: its addresses are taken over.
    case deadThoughReady
    /// The witnesses of an owner hear it no more, but the segment does: under `wire` and `gateway`
    /// its addresses stay with it; under `strict` they are taken over, and it is silent.
    case deadThoughOnSegment
    /// A node that its peers hear is not ready: it keeps its addresses and comes last for new ones.
    case aliveThoughNotReady
    /// More than half of the nodes turned bad in the API while their peers hear them: what the API
    /// says about fitness is not followed until it recovers (`PanicHold`).
    case sourceSuspect
    /// A node that its peers hear was removed: it has to stop.
    case aliveThoughRemoved
    /// The API cannot be reached: fitness stays as it was; leases and failover go on.
    case sourceUnreachable
    /// This node has no quorum of witnesses: under `strict` it is silent, else it answers while its
    /// segment is alive and takes only what the segment is silent about.
    case noQuorum
  }

  public var reason: Reason
  /// The node that it is about; nil for the whole cluster.
  public var node: String?
  /// One sentence for people.
  public var sentence: String
  /// Whether this node answers for nothing because of it.
  public var isSilenced = false
}

extension Election {
  /// What the planes disagree about now.
  public func disagreements(at time: NIODeadline) -> [PlaneDisagreement] {
    var found: [PlaneDisagreement] = []
    func add(
      _ reason: PlaneDisagreement.Reason, _ node: String?, _ sentence: String,
      isSilenced: Bool = false
    ) {
      found.append(
        PlaneDisagreement(
          reason: reason, node: node, sentence: sentence, isSilenced: isSilenced))
    }
    if !isSourceReachable {
      add(.sourceUnreachable, nil, "the API cannot be reached; fitness stays as it was")
    }
    if time >= leaseUntil, isSettled {
      let isSilenced = time >= answersUntil
      let effect = isSilenced ? "it is silent" : "it answers because its segment is alive"
      add(
        .noQuorum, peers[0].name,
        "Node \(peers[0].name) has no quorum of its witnesses; \(effect)", isSilenced: isSilenced)
    }
    var unready = 0
    for peer in peers.dropFirst() {
      let isHeard =
        partners.contains(where: { peers[$0].id == peer.id })
        && time - peer.lastHeard < timers.silence
      let isSilent =
        time < peer.deadUntil
        || time - peer.lastHeard >= timers.silence
          && partners.contains(where: { peers[$0].id == peer.id })
      if isSilent, peer.isMember {
        if time - peer.wireHeard < wireEvidence {
          add(
            .deadThoughOnSegment, peer.name,
            "Node \(peer.name) is silent to its witnesses but heard on the segment")
        } else if time < peer.deadUntil, peer.isReady == true {
          add(
            .deadThoughReady, peer.name,
            "Node \(peer.name) is silent to its witnesses although the API calls it ready")
        }
      }
      guard isHeard else { continue }
      if !peer.isMember {
        add(.aliveThoughRemoved, peer.name, "Node \(peer.name) was removed but still speaks")
      } else if peer.isReady == false {
        unready += 1
        add(
          .aliveThoughNotReady, peer.name,
          "Node \(peer.name) is not ready in the API but heard by its peers")
      }
    }
    if unready * 2 > max(1, partners.count) {
      add(
        .sourceSuspect, nil,
        "\(unready) of \(partners.count) nodes that are heard are not ready in the API")
    }
    return found.sorted {
      ($0.reason.rawValue, $0.node ?? "") < ($1.reason.rawValue, $1.node ?? "")
    }
  }
}

/// Holds fitness at its last good state when too much turns bad in the API at once while the peers
/// are alive: the API or its observers have failed, not the nodes.
///
/// The owner of the fitness feeds it the numbers and, while it holds, keeps what it knew before.
public struct PanicHold: Hashable, Sendable {
  /// In which time more than half must have turned bad.
  public static let window = TimeAmount.seconds(60)
  /// After which time the API is believed in any case.
  public static let longest = TimeAmount.minutes(10)

  private static let grain = TimeAmount.milliseconds(250)

  /// Since when it holds; nil when it does not.
  public private(set) var heldSince: NIODeadline?
  private var changes: [(at: NIODeadline, count: Int)] = []
  /// Whether the longest hold has passed without a recovery.
  private var isExhausted = false

  /// It does not hold.
  public init() {}

  /// Takes in how many of all nodes (or endpoints) are bad although their peers hear them.
  /// Returns whether fitness is held.
  public mutating func update(bad: Int, of total: Int, now: NIODeadline) -> Bool {
    changes.removeAll { now - $0.at > Self.window }
    if let last = changes.last, now - last.at < Self.grain {
      // However often it is told, the whole window is remembered.
      changes[changes.count - 1].count = min(last.count, bad)
    } else {
      changes.append((now, bad))
    }
    let least = changes.map(\.count).min() ?? bad
    if bad * 10 < total * 3 {
      heldSince = nil
      isExhausted = false
    } else if let since = heldSince {
      if now - since >= Self.longest {
        heldSince = nil
        isExhausted = true
      }
    } else if !isExhausted, total > 1, (bad - least) * 2 > total {
      heldSince = now
    }
    return heldSince != nil
  }

  public static func == (left: Self, right: Self) -> Bool {
    left.heldSince == right.heldSince && left.isExhausted == right.isExhausted
      && left.changes.elementsEqual(right.changes) { $0.at == $1.at && $0.count == $1.count }
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(heldSince) }
}
