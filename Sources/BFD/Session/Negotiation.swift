import NIOCore

/// Our intervals: what is wanted, what our packets say, and what counts already (RFC 5880 §6.8.3).
/// Numbers are microseconds.
///
/// While the session is up, a change is told by a poll sequence, and a longer transmit interval or a
/// shorter receive interval counts only when the peer has confirmed it: before, the peer would call a
/// slow sender dead, or be called dead at its old pace.
struct Negotiation: Sendable {
  /// The least Desired Min TX Interval of a session that is not up.
  static let slowInterval: UInt32 = 1_000_000

  private enum Poll {
    case none
    /// New values are to be confirmed, and no packet with Poll went out yet.
    case wanted
    case sent
  }

  /// The intervals of ``Session/Parameters`` on the wire.
  private struct Intervals {
    var tx: UInt32
    var rx: UInt32
  }

  private var wanted: Intervals
  private var advertised: Intervals
  private var inEffect: Intervals
  private var poll = Poll.none
  /// Changed while the peer's answer to the last change is outstanding.
  private var next: Intervals?
  private var isUp = false

  init(_ parameters: Session.Parameters) {
    wanted = Self.intervals(of: parameters)
    advertised = Intervals(tx: max(wanted.tx, Self.slowInterval), rx: wanted.rx)
    inEffect = advertised
  }

  var desiredMinTxInterval: UInt32 { advertised.tx }
  var requiredMinRxInterval: UInt32 { advertised.rx }

  /// Whether periodic packets carry the Poll bit.
  var isPolling: Bool { poll != .none }

  /// The time between two packets of ours, without jitter.
  func transmitInterval(_ remote: RemoteSide) -> TimeAmount {
    .microseconds(Int64(max(inEffect.tx, remote.requiredMinRxInterval)))
  }

  /// How long the peer may be silent (§6.8.4).
  func detectionTime(_ remote: RemoteSide) -> TimeAmount {
    let interval = Int64(max(inEffect.rx, remote.desiredMinTxInterval))
    return .microseconds(Int64(remote.detectMultiplier) * interval)
  }

  mutating func change(to parameters: Session.Parameters) {
    let intervals = Self.intervals(of: parameters)
    if poll == .sent {
      // The peer's answer could belong to either change, so one follows the other.
      next = intervals
    } else {
      wanted = intervals
      apply()
    }
  }

  mutating func stateChanged(to state: Session.State) {
    isUp = state == .up
    if let next { wanted = next }
    next = nil
    poll = .none
    inEffect = advertised
    apply()
  }

  mutating func sentPoll() { poll = .sent }

  mutating func receivedFinal() {
    guard poll == .sent else { return }
    poll = .none
    inEffect = advertised
    if let next { wanted = next }
    next = nil
    apply()
  }

  private mutating func apply() {
    let new = Intervals(tx: isUp ? wanted.tx : max(wanted.tx, Self.slowInterval), rx: wanted.rx)
    if isUp {
      if new.tx != advertised.tx || new.rx != advertised.rx { poll = .wanted }
      inEffect.tx = min(inEffect.tx, new.tx)
      inEffect.rx = max(inEffect.rx, new.rx)
    } else {
      inEffect = new
    }
    advertised = new
    // Changed back before anything went out: nothing is left to be confirmed.
    if poll == .none { inEffect = advertised }
  }

  private static func intervals(of parameters: Session.Parameters) -> Intervals {
    Intervals(
      tx: parameters.desiredMinTxInterval.wholeMicroseconds ?? .max,
      rx: parameters.requiredMinRxInterval.wholeMicroseconds ?? .max)
  }
}
