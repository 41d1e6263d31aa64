import NIOCore
import TestSupport
import Testing

@testable import BGP

@Suite("Extended communities") struct ExtendedCommunityTests {
  static let samples: [(ExtendedCommunity, UInt64, String)] = [
    (.routeTarget(64512, 100), 0x0002_FC00_0000_0064, "rt:64512:100"),
    (
      .routeTarget(fourOctetAS: 4_200_000_000, 100), 0x0202_FA56_EA00_0064, "rt:4200000000:100"
    ),
    (.siteOfOrigin(64512, 4_000_000_000), 0x0003_FC00_EE6B_2800, "soo:64512:4000000000"),
    (.linkBandwidth(64512, bytesPerSecond: 125000), 0x4004_FC00_47F4_2400, "0x4004fc0047f42400"),
    (
      .linkBandwidth(4_200_000_000, bytesPerSecond: 1, isTransitive: true),
      0x0004_5BA0_3F80_0000, "0x00045ba03f800000"
    ),
    // An AS number of two octets in the form for four: its short form would be another community.
    (
      ExtendedCommunity(rawValue: 0x0202_0000_FC00_0064), 0x0202_0000_FC00_0064,
      "0x02020000fc000064"
    ),
  ]

  @Test("Octets and text, both ways", arguments: samples)
  func known(community: ExtendedCommunity, rawValue: UInt64, text: String) {
    #expect(community.rawValue == rawValue)
    #expect(community.description == text)
    #expect(ExtendedCommunity(text) == community)
  }

  @Test(
    "What is no extended community",
    arguments: [
      "", "rt", "rt:", "rt:1", "rt:1:", "rt:1:2:3", "rt:65536:65536", "rt:-1:1", "rt:1:4294967296",
      "soo:65536:1", "lb:1:2", "0x", "0x4004fc0047f4240", "0x4004fc0047f424000",
      "0x+004fc0047f42400", "4004fc0047f42400",
    ])
  func bad(text: String) { #expect(ExtendedCommunity(text) == nil) }

  @Test(
    "Bandwidths, and what is none",
    arguments: [
      (Float(0), Float(0)), (1, 1), (1.25e9, 1.25e9), (-1, 0), (.nan, 0), (.infinity, 0),
      (Float.greatestFiniteMagnitude, .greatestFiniteMagnitude),
    ])
  func bandwidth(given: Float, sent: Float) {
    for isTransitive in [false, true] {
      let community = ExtendedCommunity.linkBandwidth(
        64512, bytesPerSecond: given, isTransitive: isTransitive)
      #expect(community.bytesPerSecond == sent)
      #expect(community.isTransitive == isTransitive)
    }
    #expect(ExtendedCommunity.routeTarget(1, 2).bytesPerSecond == nil)
  }

  @Test("Any eight octets survive text", arguments: 0..<50) func roundTrip(seed: Int) {
    var random = SeededGenerator(seed)
    let value = UInt64.random(in: 0 ... .max, using: &random)
    for rawValue in [value, value & 0xFFFF_FFFF_FFFF | 0x0002 << 48, value | 0x0202 << 48] {
      let community = ExtendedCommunity(rawValue: rawValue)
      #expect(ExtendedCommunity(community.description) == community)
    }
  }
}
