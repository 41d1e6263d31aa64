import Addresses
import Assignment
import Status
import Testing

@testable import Speaker

/// What a node says of its part by BGP where sessions are up and carry nothing of a family.
@Suite struct BGPStandingTests {
  private let announced = Decision(.announces, .announced, "Node node-1 announces it")

  private func routes() throws -> [RouteKey] {
    let prefix = try #require(IPPrefix("2001:db8::1/128"))
    return ["tor-b", "tor-a"].map { RouteKey(peer: $0, prefix: prefix) }
  }

  @Test func whereAPeerIsToldItIsAnnounced() throws {
    let standing = BGPStanding(announced, routes: try routes()) { _, peer in
      peer == "tor-a" ? "the peer takes no IPv6 routes" : nil
    }
    #expect(standing.verdict == .announced && standing.reason == "announced")
    #expect(standing.sentence == "Node node-1 announces it")
  }

  @Test func whereNobodyCanBeToldPeerAndFamilyAreNamed() throws {
    let standing = BGPStanding(announced, routes: try routes()) { family, peer in
      family == .ipv6 ? "it takes none, says \(peer)" : nil
    }
    #expect(standing.verdict == .fit && standing.reason == "noSessionToPeer")
    #expect(
      standing.sentence == "2001:db8::1/128 would be announced, but nobody can be told: "
        + "BGPPeer tor-a (IPv6): it takes none, says tor-a; "
        + "BGPPeer tor-b (IPv6): it takes none, says tor-b")
  }

  @Test func otherDecisionsStayWhatTheyAre() throws {
    let down = Decision(.announces, .noSessionToPeer, "no session is up")
    let unfit = Decision(.unfit, .noLocalEndpoint, "no endpoint")
    for (decision, verdict) in [(down, BGPVerdict.fit), (unfit, .no)] {
      let standing = BGPStanding(decision, routes: try routes()) { _, _ in "down" }
      #expect(standing.verdict == verdict && standing.sentence == decision.sentence)
    }
    #expect(BGPStanding(announced, routes: []) { _, _ in "down" }.verdict == .announced)
  }
}
