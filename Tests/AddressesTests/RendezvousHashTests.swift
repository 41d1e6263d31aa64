import Addresses
import Testing

@Suite struct RendezvousHashTests {
  /// Speakers of different builds have to agree, so the values are fixed for good.
  @Test(arguments: [
    ("", UInt64(0xC381_7C01_6BA4_FF30)), ("node-1", 0x94A9_D409_86DA_123D),
    ("node-2", 0xAA52_92EE_5091_7D7B), ("ip-10-0-0-1.example.com", 0x9D2F_0FBA_1FAD_C0EE),
  ])
  func nodeHashesAreFixed(_ name: String, _ hash: UInt64) {
    #expect(RendezvousHash.hash(node: name) == hash)
  }

  @Test(arguments: [
    ("192.0.2.1", UInt64(0xA555_D7BC_A76C_B046)), ("0.0.0.0", 0xA5E6_A20E_6205_FCCA),
    ("2001:db8::1", 0xE868_A1AB_D0A4_31D7), ("::192.0.2.1", 0x6749_0A9B_5B18_FCD3),
  ])
  func addressHashesAreFixed(_ address: String, _ hash: UInt64) {
    #expect(RendezvousHash.hash(parsed(address)) == hash)
  }

  @Test func scoreIsFixed() {
    let score = RendezvousHash.score(
      node: RendezvousHash.hash(node: "node-1"), address: RendezvousHash.hash(parsed("192.0.2.1")))
    #expect(score == 0xF364_3C4B_C055_3363)
  }

  /// How many of 1,000 consecutive addresses each of these nodes wins.
  func winners(_ nodes: Int, family: AddressFamily) -> [Int: Int] {
    let hashes = (0..<nodes).map { RendezvousHash.hash(node: "node-\($0)") }
    let base = family == .ipv4 ? parsed("198.51.100.0") : parsed("2001:db8::")
    var count: [Int: Int] = [:]
    for offset in 0..<1000 {
      let address = RendezvousHash.hash(
        IPAddress(family: family, number: base.number + UInt128(offset)))
      let first = hashes.indices.max {
        RendezvousHash.score(node: hashes[$0], address: address)
          < RendezvousHash.score(node: hashes[$1], address: address)
      }
      if let first { count[first, default: 0] += 1 }
    }
    return count
  }

  /// A fair choice of 1,000 among n has a standard deviation of about sqrt(1000 / n); the fullest
  /// node lies within four of them. The values are fixed, so this never fails by chance.
  @Test(
    arguments: [(2, 1.13), (3, 1.18), (5, 1.25), (20, 1.57), (100, 2.27)], AddressFamily.allCases)
  func spreadsWell(_ row: (nodes: Int, limit: Double), _ family: AddressFamily) {
    let count = winners(row.nodes, family: family)
    let mean = 1000 / Double(row.nodes)
    #expect(count.count == row.nodes)
    #expect(Double(count.values.max() ?? 0) / mean < row.limit)
    #expect(Double(count.values.min() ?? 0) / mean > (row.nodes < 100 ? 2 - row.limit : 0))
  }

  /// A node that leaves moves its own addresses and no others.
  @Test func aNodeThatLeavesMovesOnlyItsOwn() {
    let addresses = (0..<250).map { RendezvousHash.hash(parsed("198.51.100.\($0)")) }
    let hashes = (0..<7).map { RendezvousHash.hash(node: "node-\($0)") }
    func winner(_ address: UInt64, of nodes: [UInt64]) -> UInt64? {
      nodes.max {
        RendezvousHash.score(node: $0, address: address)
          < RendezvousHash.score(node: $1, address: address)
      }
    }
    for one in addresses {
      let before = winner(one, of: hashes)
      let after = winner(one, of: Array(hashes.dropLast()))
      if before != hashes.last { #expect(before == after) }
    }
  }

  private func parsed(_ text: String) -> IPAddress {
    IPAddress(text) ?? .v4(IPv4Address(rawValue: 0))
  }
}
