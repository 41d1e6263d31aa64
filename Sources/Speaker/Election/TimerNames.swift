public import Election
public import NIOCore

extension Timers {
  /// The timers by the names that the command line and the status have for them.
  public static let byName: [String: any WritableKeyPath<Timers, TimeAmount> & Sendable] = [
    "heartbeatInterval": \.heartbeatInterval, "silence": \.silence,
    "stalledSilence": \.stalledSilence, "repetition": \.repetition,
    "promiseLifetime": \.promiseLifetime, "rankStep": \.rankStep, "wireDelay": \.wireDelay,
    "probeInterval": \.probeInterval, "beaconInterval": \.beaconInterval,
    "wireEvidence": \.wireEvidence, "comparison": \.comparison, "settling": \.settling,
    "quarantine": \.quarantine, "gathering": \.gathering, "handOverOverlap": \.handOverOverlap,
    "handOverRetry": \.handOverRetry, "damping": \.damping,
  ]
}
