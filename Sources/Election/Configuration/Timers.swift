public import NIOCore

/// The named sets of timers.
public enum Profile: String, Hashable, Sendable, CaseIterable, Codable {
  /// Heartbeats every 50 ms, take-over after 250 ms of silence: for quiet hosts and networks.
  case fast
  /// Heartbeats every 100 ms, take-over after 500 ms of silence.
  case `default`
  /// Heartbeats every 250 ms, take-over after 1250 ms of silence: for overcommitted hosts.
  case calm
}

/// The times of the election. `validate()` says whether a combination keeps the proof that an old
/// lease has ended before a new owner answers.
public struct Timers: Hashable, Sendable {
  /// Between two heartbeats to a peer.
  public var heartbeatInterval: TimeAmount
  /// How long a witness hears nothing before it may promise the addresses of a member away.
  public var silence: TimeAmount
  /// The same for a member whose host still answers: its process is stalled, its node works.
  public var stalledSilence: TimeAmount
  /// Between two repetitions of a question to witnesses.
  public var repetition: TimeAmount
  /// How long a witness is bound by a promise that no claim has followed.
  public var promiseLifetime: TimeAmount
  /// By how much each place in the ranking waits longer before it tries.
  public var rankStep: TimeAmount
  /// How long an heir tries the witnesses before it asks the segment (not under `strict`).
  public var wireDelay: TimeAmount
  /// Between two of the three probes on the segment.
  public var probeInterval: TimeAmount
  /// Between two beacons of an owner on the segment.
  public var beaconInterval: TimeAmount
  /// For how long a frame on the segment counts as a sign of life.
  public var wireEvidence: TimeAmount
  /// Between two comparisons of claims with a random peer.
  public var comparison: TimeAmount
  /// How long a new process neither promises nor confirms leases when the recorded claims were
  /// read.
  public var settling: TimeAmount
  /// The same when the recorded claims cannot be read. Also how long a new process waits before it
  /// promises the addresses of a member away that it has not heard itself: it does not know for which
  /// silence that one asked the process before. So it must not be less than the silence of any node.
  public var quarantine: TimeAmount
  /// How long a new process leaves addresses that nobody ever had to members that it has not heard
  /// of yet, so that a cluster that starts node by node shares them out evenly.
  public var gathering: TimeAmount
  /// How long both may answer during a hand-over.
  public var handOverOverlap: TimeAmount
  /// How long an heir has to answer before the next one is asked.
  public var handOverRetry: TimeAmount
  /// How long an address stays at least before it is handed over for a preference only.
  public var damping: TimeAmount

  /// By how much two clocks may differ in rate, in percent; part of the proof.
  static let driftPercent: Int64 = 2
  /// Between the check of the lease and the frame on the wire.
  static let sendMargin: TimeAmount = .milliseconds(5)

  /// The timers of a profile.
  public init(_ profile: Profile = .default) {
    let (interval, silence): (Int64, Int64) =
      switch profile {
      case .fast: (50, 250)
      case .default: (100, 500)
      case .calm: (250, 1250)
      }
    heartbeatInterval = .milliseconds(interval)
    self.silence = .milliseconds(silence)
    stalledSilence = .milliseconds(silence * 6)
    repetition = .milliseconds(20)
    promiseLifetime = .milliseconds(800)
    rankStep = .milliseconds(40)
    wireDelay = .milliseconds(1000)
    probeInterval = .milliseconds(100)
    beaconInterval = .milliseconds(500)
    wireEvidence = .milliseconds(1500)
    comparison = .seconds(1)
    settling = .milliseconds(max(1000, silence * 6 / 5))
    quarantine = .seconds(3)
    gathering = .seconds(10)
    handOverOverlap = .milliseconds(100)
    handOverRetry = .milliseconds(150)
    damping = .seconds(5)
  }

  /// How long a confirmed heartbeat lets its sender answer, from sending it: less than `silence`
  /// by the drift of two clocks and the time to send.
  public var lease: TimeAmount {
    .nanoseconds(silence.nanoseconds * (100 - Self.driftPercent) / 100)
      - Self.sendMargin
  }

  /// How long an heir tries before it gives its promises back.
  var attempt: TimeAmount { .milliseconds(300) }

  /// The shortest `promiseLifetime` that a node may have.
  static let shortestPromise: TimeAmount = .milliseconds(800)

  /// Until when, counted from its first question, a new owner must know that a quorum has recorded
  /// its claim: before the first promise can expire, also one of a witness with other timers.
  var confirmation: TimeAmount { Self.shortestPromise.scaled(94) }
}

extension TimeAmount {
  /// This share of the time, in percent.
  func scaled(_ percent: Int64) -> TimeAmount { .nanoseconds(nanoseconds / 100 * percent) }
}
