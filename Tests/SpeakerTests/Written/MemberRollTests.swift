import NIOCore
import Testing

@testable import Speaker

@Suite struct MemberRollTests {
  private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

  /// The times at which the summary changed, in seconds, while a member is as `isAlive` says.
  private func changes(
    seconds: Int64, _ isAlive: (Int64) -> Bool
  ) -> [(second: Int64, missing: [String])] {
    var roll = MemberRoll()
    var last = roll.take(["a": true, "b": isAlive(0)], now: start)
    var changes: [(second: Int64, missing: [String])] = []
    for second in 1...seconds {
      let summary = roll.take(["a": true, "b": isAlive(second)], now: start + .seconds(second))
      if summary != last { changes.append((second, summary.missing)) }
      last = summary
    }
    return changes
  }

  @Test func whoIsSilentForHalfAMinuteIsMissingUntilHeardForTwo() {
    let changes = changes(seconds: 1000) { !(100..<300).contains($0) }
    #expect(changes.map(\.second) == [130, 420])
    #expect(changes.map(\.missing) == [["b"], []])
  }

  /// A speaker that is replaced, one that never gets up, one that comes and goes: no more than one
  /// write each, where every change of the summary is one.
  @Test(arguments: [
    (silent: Int64(20), heard: Int64(5), writes: 0), (29, 1, 0), (31, 119, 1), (1000, 1, 1),
    (45, 45, 1),
  ])
  func whoComesAndGoesIsWrittenOfOnceAtMost(silent: Int64, heard: Int64, writes: Int) {
    let changes = changes(seconds: 3600) { $0 % (silent + heard) >= silent }
    #expect(changes.count == writes)
  }

  @Test func whoIsNoMemberAnyMoreIsForgotten() {
    var roll = MemberRoll()
    _ = roll.take(["a": true, "b": false], now: start)
    #expect(
      roll.take(["a": true, "b": false], now: start + .seconds(30))
        == MemberSummary(count: 2, missing: ["b"]))
    #expect(roll.take(["a": true], now: start + .seconds(31)) == MemberSummary(count: 1))
    #expect(
      roll.take(["a": true, "b": false], now: start + .seconds(32)) == MemberSummary(count: 2))
  }

  /// A node that is Ready and has no speaker does nothing for all.
  @Test func theFirstIsTheFirstWhoseSpeakerLives() {
    var roll = MemberRoll()
    #expect(roll.first == nil)
    _ = roll.take(["a": false, "b": true, "c": true], now: start)
    _ = roll.take(["a": false, "b": true, "c": true], now: start + .seconds(30))
    #expect(roll.first == "b")
    _ = roll.take(["a": true, "b": true, "c": true], now: start + .seconds(31))
    _ = roll.take(["a": true, "b": true, "c": true], now: start + .minutes(3))
    #expect(roll.first == "a")
    _ = roll.take(["c": true], now: start + .minutes(3))
    #expect(roll.first == "c")
  }
}
