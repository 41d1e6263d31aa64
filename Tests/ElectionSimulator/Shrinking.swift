/// Makes a script of faults shorter while it still breaks the same invariant.
package enum Shrinking {
  /// Tries at most `attempts` runs.
  package static func shortest(
    _ scenario: Scenario, of finding: Finding, attempts: Int = 300
  ) -> Scenario {
    var best = scenario
    // What happens after the failure does not matter, but the calm phase judges liveness.
    if finding.invariant != .l2, finding.invariant != .l3 {
      best.faults.removeAll { $0.at > finding.milliseconds }
    }
    if !breaks(best, finding.invariant) { best = scenario }
    var left = attempts
    var size = max(1, best.faults.count / 2)
    while left > 0, !best.faults.isEmpty {
      var start = 0
      var isShorter = false
      while start < best.faults.count, left > 0 {
        var trial = best
        trial.faults.removeSubrange(start..<min(start + size, trial.faults.count))
        left -= 1
        if breaks(trial, finding.invariant) {
          best = trial
          isShorter = true
        } else {
          start += size
        }
      }
      if size == 1, !isShorter { break }
      size = max(1, size / 2)
    }
    return best
  }

  private static func breaks(_ scenario: Scenario, _ invariant: Finding.Invariant) -> Bool {
    World(scenario).run().contains { $0.invariant == invariant }
  }
}

extension Statistics {
  /// Adds what another run counted.
  package mutating func add(_ other: Statistics) {
    steps += other.steps
    packets += other.packets
    frames += other.frames
    bytes += other.bytes
    peerBytes += other.peerBytes
    duplicates += other.duplicates
    longestDuplicate = max(longestDuplicate, other.longestDuplicate)
    moves += other.moves
    gaps += other.gaps
  }
}
