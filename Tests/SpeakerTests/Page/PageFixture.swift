import Addresses
import Status
import Synchronization
import Testing

@testable import Speaker

/// A small cluster as the page is told of it, which a test can change.
final class PageFixture: Sendable {
  struct State {
    var owner = "node-1"
    /// Services beside the two that are always there.
    var more = 0
    /// What is thrown in place of an answer.
    var failure: String?
    /// The session of node-2 with its router.
    var isSessionUp = true
  }

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let state = Mutex(State())

  var source: PageSource {
    PageSource(
      overview: { [self] in
        if let failure = state.withLock(\.failure) { throw Failure(description: failure) }
        return try page()
      },
      explain: { [self] in try explanation($0) })
  }

  static let hostile = "shop/<img/src=x/onerror=document.title='owned'>"

  private func page() throws -> PageDocument {
    let documents = try ["node-1", "node-2", "node-3"].map(status)
    var merge = ClusterMerge()
    for document in documents { try merge.take(SpeakerSummary(document)) }
    let answers =
      documents.map {
        SpeakerAnswer(
          node: $0.node, pod: "b/\($0.node)", outcome: .answered, programVersion: "0.1.0")
      }
      + [
        SpeakerAnswer(
          node: "node-4", pod: "b/node-4", outcome: .late, detail: "no answer within 5.0 s")
      ]
    let status = merge.document(
      server: "https://192.0.2.1:6443", askedAt: .now, speakers: answers)
    return PageDocument(
      status: status,
      told: ClusterNodes(
        server: status.server, askedAt: status.askedAt, speakers: answers, nodes: documents))
  }

  private func status(_ node: String) throws -> StatusDocument {
    let state = state.withLock(\.self)
    let isUp = node != "node-2" || state.isSessionUp
    let since = Timestamp(secondsSince1970: Timestamp.now.secondsSince1970 - 192)
    let own = AddressStatus(
      address: try #require(IPAddress("192.0.2.130")), services: ["shop/web", Self.hostile],
      externalTrafficPolicy: .cluster, pool: "segment",
      layer2: Layer2Status(
        verdict: node == state.owner ? .owner : .candidate, reason: "owner", sentence: "",
        owner: state.owner, since: since,
        claim: ClaimStatus(
          epoch: 14, since: since,
          lastMove: MoveStatus(
            at: since, from: "node-9", to: state.owner, cause: "ownerSilent",
            sentence: "node-9 was silent"), activity: "answering")),
      bgp: BGPStatus(verdict: .no, reason: "noMatchingAdvertisement", sentence: ""), since: since)
    let routed = AddressStatus(
      address: try #require(IPAddress("2001:db8:0:113::10")), services: ["shop/api"],
      externalTrafficPolicy: .local, pool: "routed",
      layer2: Layer2Status(verdict: .no, reason: "noMatchingAdvertisement", sentence: ""),
      bgp: BGPStatus(
        verdict: node == "node-3" ? .no : isUp ? .announced : .fit, reason: "announced",
        sentence: "", peers: isUp && node != "node-3" ? ["tor-a"] : [], since: since), since: since)
    let more = (0..<state.more).map { number in
      AddressStatus(
        address: .v6(IPv6Address(high: 0x2001_0db8_0000_0001, low: UInt64(number))),
        services: ["many/web-\(number)"], externalTrafficPolicy: .cluster, pool: "many",
        layer2: Layer2Status(verdict: .no, reason: "noMatchingAdvertisement", sentence: ""),
        bgp: BGPStatus(
          verdict: .announced, reason: "announced", sentence: "", peers: ["tor-a"], since: since),
        since: since)
    }
    let peer = PeerStatus(
      name: "tor-a", address: IPAddress("192.0.2.254"), port: 179, localAS: 64512,
      remoteAS: 64513, state: isUp ? .established : .active, since: since,
      lastError: isUp ? nil : PeerError(at: since, text: "sent 4/0 Hold Timer Expired"),
      prefixesAnnounced: PrefixCounts(ipv6: isUp ? 1 + state.more : 0))
    return StatusDocument(
      node: node, programVersion: "0.1.0", pid: 1, startedAt: since,
      source: SourceStatus(directory: "https://192.0.2.1:6443"), addresses: [own, routed] + more,
      peers: node == "node-3" ? [] : [peer])
  }

  private func explanation(_ target: String) throws -> ClusterExplainDocument {
    let owner = state.withLock(\.owner)
    guard let address = IPAddress(target) else {
      throw PageSource.Unknown(description: "nothing is known about '\(target)'")
    }
    let nodes = ["node-1", "node-2"].map { node in
      NodeExplanation(
        node: node, rank: node == owner ? 1 : nil,
        layer2: node == owner
          ? ExplainedVerdict(.owner, reason: "owner", sentence: "Node \(node) owns it")
          : ExplainedVerdict(
            .no, reason: "noLocalEndpoint", sentence: "Node \(node) has no ready endpoint of IPv4"),
        bgp: ExplainedVerdict(
          .no, reason: "noMatchingAdvertisement", sentence: "no BGPAdvertisement selects it"),
        readyEndpoints: node == owner ? 1 : 0, terminatingEndpoints: 0)
    }
    return ClusterExplainDocument(
      ExplainDocument(
        node: "node-1", subject: target,
        services: [
          ServiceExplanation(
            service: "shop/web", externalTrafficPolicy: .local, internalTrafficPolicy: .cluster,
            insideCallers: "spec.internalTrafficPolicy is Cluster: a pod reaches any endpoint")
        ],
        addresses: [
          AddressExplanation(
            address: address, services: ["shop/web"], externalTrafficPolicy: .local,
            pool: "segment", owner: owner, nodes: nodes,
            conflicts: [
              ConflictStatus(
                mac: MACAddress(rawValue: 0x0000_5E00_5398), interface: "eth0", claims: 0,
                probes: 1, firstSeen: Timestamp(secondsSince1970: 1),
                lastSeen: Timestamp(secondsSince1970: 2))
            ])
        ]))
  }
}
