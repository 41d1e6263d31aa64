import Election
import ElectionSimulator
import TestSupport
import Testing

/// A simulator that finds nothing proves nothing: without a guard it must fail.
@Suite(.ownThread, .serialized) struct MutationTests {
  /// Each guard, with the cheapest run that shows it; `simulate mutations` has all of them.
  @Test(arguments: Mutations.all.map(\.name))
  func aRemovedGuardIsMissed(_ name: String) throws {
    let mutation = try #require(Mutations.all.first { $0.name == name }).brief
    #expect(mutation.soundness() == nil)
    #expect(mutation.failure() != nil)
  }

  @Test func everyGuardIsRemoved() {
    let removed = Mutations.all.reduce(into: Guards()) { $0.formUnion($1.guardRemoved) }
    #expect(removed == .all)
  }
}
