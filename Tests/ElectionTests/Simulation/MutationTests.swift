import ElectionSimulator
import Testing

/// A simulator that finds nothing proves nothing: without a guard it must fail.
@Suite struct MutationTests {
  /// The guards whose absence shows within few seeds; `simulate mutations` tries all.
  @Test(arguments: [
    "lease on the reply path", "silence of the witnesses", "one promise at a time", "beacons",
    "evidence of the wire", "order of claims", "joint sets",
  ])
  func aRemovedGuardIsMissed(_ name: String) throws {
    let mutation = try #require(Mutations.all.first { $0.name == name })
    #expect(mutation.firstFailure(seconds: 60) != nil)
  }
}
