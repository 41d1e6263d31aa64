import Election
import ElectionSimulator
import NIOCore
import TestSupport
import Testing

/// Nodes with different timers, as during each change of a profile: under `strict` there is one owner.
@Suite(.ownThread, .serialized) struct MixedTimersTests {
  /// A witness that has forgotten for which silence an owner asked waits for the longest there may be.
  @Test(arguments: [true, false])
  func aRestartedWitnessWithAShorterSilenceWaits(_ remembers: Bool) {
    #expect(Scripts.shorterSilence(remembers: remembers) == [])
  }

  /// An heir relies on a promise no longer than any witness keeps one.
  @Test func anHeirWithALongerPromiseGivesUpInTime() {
    var heirs = Timers()
    heirs.promiseLifetime = .milliseconds(2500)
    heirs.settling = .milliseconds(2700)
    #expect(Scripts.unrecordedClaim(.all, heirs: heirs) == [])
  }
}
