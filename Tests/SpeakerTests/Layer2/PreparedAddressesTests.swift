import Addresses
import Resources
import Status
import Testing

@testable import Assignment
@testable import Speaker

/// Whose multicast groups are joined before the addresses are owned.
@Suite struct PreparedAddressesTests {
  private static let nodes = (1...5).map { "node-\($0)" }

  private static func address(_ number: Int) -> IPv6Address {
    IPv6Address(high: 0x2001_0DB8_0000_0000, low: UInt64(number))
  }

  private static func candidates(
    _ names: [String] = nodes, last: Set<String> = [], preferred: Set<String> = []
  ) -> [FitNode] {
    names.map {
      FitNode(
        RankKey(
          node: $0,
          fitness: FitnessClass(endpoints: .ready, node: last.contains($0) ? .cordoned : .ready),
          weight: preferred.contains($0) ? 10 : 0, score: 0))
    }
  }

  /// How many others precede node-1 for an address of equal candidates.
  private static func place(of address: IPv6Address) -> Int {
    let hash = RendezvousHash.hash(.v6(address))
    func score(_ node: String) -> UInt64 {
      RendezvousHash.score(node: RendezvousHash.hash(node: node), address: hash)
    }
    return nodes.count { score($0) > score("node-1") }
  }

  private static func choose(_ prepared: inout PreparedAddresses) -> [IPv6Address] {
    prepared.choose(isOwned: { _ in false }, owner: { _ in nil })
  }

  @Test func allArePreparedUpToTheBound() {
    var prepared = PreparedAddresses(node: "node-1")
    let addresses = (1...PreparedAddresses.limit).map(Self.address)
    let candidates = Self.candidates()
    var news = addresses.filter { prepared.set($0, candidates: candidates) }
    #expect(news == addresses)
    news = addresses.filter { prepared.set($0, candidates: candidates) }
    #expect(news == [], "they are known")
    var chosen = Self.choose(&prepared)
    #expect(chosen == addresses && prepared.problem == nil)
    let isAdded = prepared.set(Self.address(0), candidates: candidates)
    chosen = Self.choose(&prepared)
    #expect(isAdded && chosen.count == PreparedAddresses.limit && prepared.unprepared == 1)
    let areGone = (0..<2).map { _ in prepared.set(Self.address(0), candidates: nil) }
    chosen = Self.choose(&prepared)
    #expect(areGone == [true, false] && chosen == addresses && prepared.problem == nil)
  }

  @Test func beyondItThoseThatThisNodeTakesFirst() {
    var prepared = PreparedAddresses(node: "node-1", limit: 30)
    for number in 1...100 { _ = prepared.set(Self.address(number), candidates: Self.candidates()) }
    let chosen = Self.choose(&prepared)
    let expected = (1...100).map(Self.address).sorted {
      (Self.place(of: $0), $0) < (Self.place(of: $1), $1)
    }
    #expect(chosen == Array(expected.prefix(30)))
    #expect(chosen != (1...30).map(Self.address), "not simply the lowest")
    #expect(prepared.unprepared == 70)
  }

  @Test func fitnessAndWeightComeBeforeTheHash() {
    let here: Set = ["node-1"]
    var prepared = PreparedAddresses(node: "node-1", limit: 20)
    var turns: [(turn: Int, address: IPv6Address)] = []
    for number in 1...40 {
      let address = Self.address(number)
      let (turn, candidates) =
        number <= 20
        ? (4, Self.candidates(last: here))
        : number <= 30
          ? (Self.place(of: address), Self.candidates())
          : (0, Self.candidates(preferred: here))
      _ = prepared.set(address, candidates: candidates)
      turns.append((turn, address))
    }
    let chosen = Self.choose(&prepared)
    let expected = turns.sorted { ($0.turn, $0.address) < ($1.turn, $1.address) }
    #expect(chosen == expected.prefix(20).map(\.address))
  }

  /// Where the owner is before this node in the ranking, there is one less to wait for.
  @Test func theOwnerIsNoHeir() throws {
    let second = try #require((1...100).map(Self.address).first { Self.place(of: $0) == 1 })
    let third = try #require((1...100).map(Self.address).first { Self.place(of: $0) == 2 })
    let hash = RendezvousHash.hash(.v6(third))
    let first = try #require(
      Self.nodes.max {
        RendezvousHash.score(node: RendezvousHash.hash(node: $0), address: hash)
          < RendezvousHash.score(node: RendezvousHash.hash(node: $1), address: hash)
      })
    var prepared = PreparedAddresses(node: "node-1", limit: 1)
    for address in [second, third] { _ = prepared.set(address, candidates: Self.candidates()) }
    var chosen = Self.choose(&prepared)
    #expect(chosen == [second])
    let owners = [third: first, second: "node-1"]
    chosen = prepared.choose(isOwned: { _ in false }, owner: { owners[$0] })
    #expect(chosen == [min(second, third)])
  }

  @Test func whatIsOwnedStaysAndNeedsNoRoom() {
    var prepared = PreparedAddresses(node: "node-1", limit: 2)
    for number in 1...5 { _ = prepared.set(Self.address(number), candidates: Self.candidates()) }
    let owned: Set = [Self.address(4), Self.address(5)]
    let chosen = prepared.choose(isOwned: owned.contains, owner: { _ in nil })
    #expect(chosen.count == 4 && owned.isSubset(of: chosen))
    #expect(prepared.unprepared == 1)
  }

  @Test func theStatusSaysWhatIsLeftOut() throws {
    var prepared = PreparedAddresses(node: "node-1", limit: 2)
    for number in 1...5 { _ = prepared.set(Self.address(number), candidates: Self.candidates()) }
    _ = Self.choose(&prepared)
    let problem = try #require(prepared.problem)
    #expect(problem.severity == .warning)
    #expect(
      problem.message.hasPrefix(
        "of 5 IPv6 addresses that this node may own, the multicast groups of 3 are joined only when "
          + "it takes them over: 2 are prepared"))
  }
}
