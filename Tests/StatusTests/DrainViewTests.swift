import Addresses
import Status
import Testing

enum DrainFixture {
  static func underWay() throws -> DrainStatus {
    DrainStatus(
      since: ago(90),
      moved: [
        DrainedAddress(address: try address("203.0.113.100"), owner: nil),
        DrainedAddress(address: try address("203.0.113.10"), owner: "node2"),
      ],
      remaining: [
        RemainingAddress(
          address: try address("2001:db8:1::10"), sentence: "no other node may announce it",
          isUnderWay: false)
      ], announcedPrefixes: ["tor-a": 1], withdrawnPrefixes: ["tor-b": 2],
      unannounced: [try address("203.0.113.11")])
  }
}

@Suite("bellman drain and bellman rebalance")
struct DrainViewTests {
  private let renderer = StatusRenderer(format: .table, now: now)

  @Test("what moved to whom, and what remains and why") func underWay() throws {
    let drain = try DrainFixture.underWay()
    #expect(!drain.isComplete)
    #expect(
      try renderer.drain(DrainDocument(node: "node1", drain: drain)) == """
        node1: being drained since 1m30s, still 1 address to hand over and prefixes to withdraw from tor-a

        ADDRESS        NEW OWNER
        203.0.113.10   node2
        203.0.113.100  nobody

          BGPPeer tor-b: 2 prefixes withdrawn

          203.0.113.11: no other node may announce it, so that nobody will; 'bellman explain \
        203.0.113.11' says why

          2001:db8:1::10: no other node may announce it
          BGPPeer tor-a: 1 prefix until the graceful shutdown time is over

        """)
  }

  @Test("a drain that is done, and none") func ends() throws {
    #expect(DrainStatus(since: ago(90)).isComplete)
    #expect(!DrainStatus(since: ago(90), announcedPrefixes: ["tor-a": 1]).isComplete)
    #expect(
      try renderer.drain(DrainDocument(node: "node1", drain: DrainStatus(since: ago(90))))
        == "node1: drained since 1m30s, nothing is left to hand over or to withdraw\n")
    #expect(
      try renderer.drain(DrainDocument(node: "node1", drain: nil))
        .hasPrefix("node1 is not drained: "))
  }

  @Test("what nobody announces any more") func unannounced() throws {
    let few = DrainStatus(since: ago(90), unannounced: [try address("203.0.113.11")])
    #expect(
      try renderer.drain(DrainDocument(node: "node1", drain: few)) == """
        node1: drained since 1m30s, nothing is left to hand over or to withdraw

          203.0.113.11: no other node may announce it, so that nobody will; 'bellman explain \
        203.0.113.11' says why

        """)
    let many = DrainStatus(
      since: ago(90), unannounced: try (1...12).map { try address("203.0.113.\($0)") })
    #expect(
      try renderer.drain(DrainDocument(node: "node1", drain: many))
        .hasSuffix("\n  and 2 more, of which the same holds\n"))
  }

  @Test("both documents read back equal") func coding() throws {
    let drain = DrainDocument(node: "node1", drain: try DrainFixture.underWay())
    #expect(try StatusRenderer.parse(StatusRenderer.json(drain)) == drain)
    let loads = RebalanceDocument(
      node: "node1", loads: ["node1": 4], until: ago(0), intervalMilliseconds: 1000)
    #expect(try StatusRenderer.parse(StatusRenderer.json(loads)) == loads)
  }

  @Test(
    "only who has more than one and a half times the mean gives away",
    arguments: [
      ([6, 0, 0], true), ([4, 1, 1], true), ([3, 2, 1], false), ([3, 3], false), ([2], false),
      ([0, 5, 5], false), ([151, 49], true), ([150, 50], false), ([], false),
    ])
  func overload(loads: [Int], expected: Bool) {
    #expect(RebalanceDocument.isOverloaded(loads.first ?? 0, among: loads) == expected)
  }

  @Test("the loads and what follows from them") func rebalance() throws {
    let until = Timestamp(secondsSince1970: now.secondsSince1970 + 60)
    #expect(
      try renderer.rebalance(
        RebalanceDocument(
          node: "node1", loads: ["node2": 0, "node1": 12, "node3": 4], until: until,
          intervalMilliseconds: 1000)) == """
          node1 owns 12 addresses, the mean is 5.3: it gives away at most one each 1s, for at most 1m

          MEMBER  OWNS
          node1     12
          node2      0
          node3      4

          """)
    #expect(
      try renderer.rebalance(
        RebalanceDocument(
          node: "node1", loads: ["node1": 2, "node2": 2], until: nil, intervalMilliseconds: 500)
      ).hasPrefix(
        "node1 owns 2 addresses, the mean is 2.0: nothing is moved at up to 1.5 times the mean\n"))
  }
}
