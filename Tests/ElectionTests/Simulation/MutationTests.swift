import ElectionSimulator
import TestSupport
import Testing

/// A simulator that finds nothing proves nothing: without a guard it must fail.
@Suite(.ownThread, .serialized) struct MutationTests {
  /// The guards whose absence shows at once; `simulate mutations` tries all.
  @Test(arguments: [
    "lease on the reply path", "silence of the witnesses", "order of claims", "settling",
    "agreement of a witness", "confirmation", "fresh commitments", "answer of the host",
    "lateness", "comparison of tables",
  ])
  func aRemovedGuardIsMissed(_ name: String) throws {
    let mutation = try #require(Mutations.all.first { $0.name == name })
    #expect(mutation.soundness() == nil)
    #expect(mutation.failure(seconds: 60) != nil)
  }
}
