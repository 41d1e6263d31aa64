import Testing

@testable import Election

@Suite struct WitnessSetTests {
  private func ring(_ count: Int) -> [MemberID] {
    (0..<count).map { MemberID(name: "node-\($0)") }.sorted()
  }

  @Test(arguments: [2, 3, 6, 7, 8, 20, 100]) func everybodyHasSixOrAll(_ count: Int) {
    let ring = ring(count)
    for member in ring {
      let witnesses = WitnessSet.neighbours(of: member, on: ring)
      #expect(witnesses.count == min(6, count - 1))
      #expect(Set(witnesses).count == witnesses.count)
      #expect(!witnesses.contains(member))
      for witness in witnesses {
        #expect(WitnessSet.neighbours(of: witness, on: ring).contains(member))
      }
    }
  }

  @Test func aMemberThatGoesChangesItsNeighboursOnly() {
    let before = ring(100)
    let after = before.filter { $0 != before[50] }
    let changed = after.filter {
      WitnessSet.neighbours(of: $0, on: before) != WitnessSet.neighbours(of: $0, on: after)
    }
    #expect(changed.count == 6)
    for member in changed {
      let kept = Set(WitnessSet.neighbours(of: member, on: before))
        .intersection(WitnessSet.neighbours(of: member, on: after))
      #expect(kept.count == 5)
    }
  }

  /// A lease and a quorum of promises always share a witness.
  @Test(arguments: 1...12) func quorumsOverlap(_ count: Int) {
    let promises = WitnessSet.promisesNeeded(of: count)
    #expect(promises + WitnessSet.acknowledgementsNeeded(of: count) == count + 1)
    #expect(2 * promises > count)
  }
}
