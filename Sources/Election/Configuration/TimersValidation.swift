import NIOCore

/// Why a combination of timers is refused.
public struct TimersError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The timer, its value, the bound it breaks, and why the bound is there.
  public let description: String
}

extension Timers {
  /// Refuses timers under which two nodes could answer, a single lost packet would end a lease, or
  /// an invariant with a number in it could not be kept.
  ///
  /// - Throws: `TimersError` with the first reason found.
  public func validate() throws(TimersError) {
    try within("heartbeatInterval", heartbeatInterval, 10, 2_000, "a packet per peer each time")
    try within("silence", silence, 50, 30_000, "it is how long a failed owner goes unnoticed")
    try within("repetition", repetition, 5, 100, "questions must fit into one attempt of 300 ms")
    try within("rankStep", rankStep, 5, 1_000, "heirs must not try all at once")
    try within("wireDelay", wireDelay, 300, 60_000, "witnesses must have been asked in vain first")
    try within("probeInterval", probeInterval, 20, 1_000, "an owner must have time to answer")
    try within("beaconInterval", beaconInterval, 100, 500, "it bounds how long two answer (S2)")
    try within("comparison", comparison, 100, 60_000, "it bounds how long tables differ (L3)")
    try within("gathering", gathering, 0, 60_000, "new addresses wait that long at a start")
    try within("handOverOverlap", handOverOverlap, 10, 100, "it bounds how long two answer (S1)")
    try within("handOverRetry", handOverRetry, 20, 10_000, "an heir needs a round trip to answer")
    try within("damping", damping, 0, 600_000, "a preference must win in the end")
    try atLeast(
      "silence", silence, "3 x heartbeatInterval", heartbeatInterval.scaled(300),
      "one lost packet would count as a failure")
    try atLeast(
      "the lease that follows from silence", lease, "2.5 x heartbeatInterval",
      heartbeatInterval.scaled(250), "one lost acknowledgement would end the lease")
    try atLeast(
      "stalledSilence", stalledSilence, "silence", silence,
      "a host that answers would make its process count as dead sooner")
    try atLeast(
      "promiseLifetime", promiseLifetime, "800 ms", Self.shortestPromise,
      "heirs rely on promises for so long before their claim is recorded, whatever their timers")
    try atLeast(
      "settling", settling, "promiseLifetime and 5 %", promiseLifetime.scaled(105),
      "a restarted witness has forgotten its promises and must let them expire")
    try atLeast(
      "settling", settling, "silence", silence,
      "a restarted witness has heard nothing yet and must not take that for silence")
    try atLeast(
      "quarantine", quarantine, "settling", settling,
      "without recorded claims a restarted witness knows less, not more")
    try atLeast(
      "wireEvidence", wireEvidence, "2 x beaconInterval", beaconInterval.scaled(200),
      "one lost beacon would let an owner on the segment count as dead")
  }

  private func within(
    _ name: String, _ value: TimeAmount, _ low: Int64, _ high: Int64, _ reason: String
  ) throws(TimersError) {
    guard value < .milliseconds(low) || value > .milliseconds(high) else { return }
    throw TimersError(
      description:
        "\(name) is \(text(value)) and must be from \(low) ms to \(high) ms: \(reason)")
  }

  private func atLeast(
    _ name: String, _ value: TimeAmount, _ boundName: String, _ bound: TimeAmount,
    _ reason: String
  ) throws(TimersError) {
    guard value < bound else { return }
    throw TimersError(
      description:
        "\(name) is \(text(value)) and must be at least \(boundName) (\(text(bound))): \(reason)")
  }

  private func text(_ time: TimeAmount) -> String { "\(time.nanoseconds / 1_000_000) ms" }
}
