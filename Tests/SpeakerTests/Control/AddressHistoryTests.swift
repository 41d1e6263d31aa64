import Addresses
import Status
import Testing

@testable import Assignment
@testable import Speaker

/// Since when an address is as it is, and what changed last.
@Suite struct AddressHistoryTests {
  private static let start = Timestamp(secondsSince1970: 1_000_000)

  private static func at(_ seconds: Int64) -> Timestamp {
    Timestamp(secondsSince1970: start.secondsSince1970 + seconds)
  }

  private static func summary(
    _ verdict: Decision.Verdict, owner: String?, bgp: Decision.Verdict = .unfit
  ) -> AddressSummary {
    AddressSummary(
      address: .v4(IPv4Address(192, 0, 2, 130)), services: [], policies: [], pool: nil,
      owner: owner, layer2: Decision(verdict, .candidate, "said of layer 2"),
      bgp: Decision(bgp, .announced, "said of BGP"), interfaces: nil, routes: [], candidates: [])
  }

  @Test func anotherOwnerIsAChangeOfLayer2() {
    var history = AddressHistory(now: Self.start)
    #expect(history.note(Self.summary(.standsBy, owner: nil), now: Self.at(1)).count == 1)
    #expect(history.lastChange?.what == "layer 2: no -> candidate")
    // It is told by the election, and so no change of a verdict.
    #expect(history.note(Self.summary(.standsBy, owner: "node-2"), now: Self.at(5)).isEmpty)
    #expect(history.lastChange?.what == "owner: nobody -> node-2")
    #expect(history.layer2Since == Self.at(5) && history.bgpSince == Self.start)
    #expect(history.note(Self.summary(.standsBy, owner: "node-2"), now: Self.at(6)).isEmpty)
    #expect(history.layer2Since == Self.at(5))
    let changes = history.note(Self.summary(.announces, owner: "node-1"), now: Self.at(9))
    #expect(changes.map(\.what) == ["layer 2: candidate -> owner"])
    #expect(history.lastChange == changes.last && history.since == Self.at(9))
  }

  /// Of a node that may not have the address, its owner is not its affair.
  @Test func whoMayNotHaveItSeesNoChange() {
    var history = AddressHistory(now: Self.start)
    _ = history.note(Self.summary(.unfit, owner: "node-2"), now: Self.at(5))
    _ = history.note(Self.summary(.unfit, owner: "node-3"), now: Self.at(7))
    #expect(history.lastChange == nil && history.layer2Since == Self.start)
  }

  @Test func aChangeOfBGPLeavesLayer2AsItWas() {
    var history = AddressHistory(now: Self.start)
    let summary = Self.summary(.unfit, owner: nil, bgp: .announces)
    #expect(history.note(summary, now: Self.at(3)).map(\.what) == ["BGP: no -> announced"])
    #expect(history.layer2Since == Self.start && history.bgpSince == Self.at(3))
  }
}
