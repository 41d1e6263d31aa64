import Addresses
import Testing

@testable import Status

/// The first line of `bellman explain`, for what a single speaker knows.
@Suite("The conclusion of an explanation")
struct ConclusionTests {
  private static let unadvertised = "noMatchingAdvertisement"

  /// A node's row: both protocols refuse with `reason`, unless one is given a verdict.
  private static func row(
    _ node: String, layer2: Layer2Verdict = .no, bgp: BGPVerdict = .no,
    _ reason: String = unadvertised, ready: Int = 1
  ) -> NodeExplanation {
    NodeExplanation(
      node: node, rank: nil,
      layer2: ExplainedVerdict(layer2, reason: reason, sentence: "\(reason) of \(node)"),
      bgp: ExplainedVerdict(
        bgp, reason: bgp == .no ? unadvertised : "announced", sentence: "by BGP, \(node)"),
      readyEndpoints: ready, terminatingEndpoints: 0)
  }

  /// What node1 says of an address.
  private static func line(
    _ nodes: [NodeExplanation], owner: String? = nil, claim: ClaimStatus? = nil,
    routes: [RouteExplanation] = [], conflicts: [ConflictStatus] = [],
    circumstances: [Circumstance] = []
  ) throws -> String {
    let document = ExplainDocument(
      node: "node1", subject: "203.0.113.9", services: [],
      addresses: [
        AddressExplanation(
          address: try address("203.0.113.9"), services: ["shop/web"],
          externalTrafficPolicy: .local, pool: "public", owner: owner, claim: claim, nodes: nodes,
          routes: routes, conflicts: conflicts)
      ], circumstances: circumstances)
    return document.addresses[0].conclusion
  }

  private static func route(_ peer: String, _ obstacle: String?) throws -> RouteExplanation {
    RouteExplanation(
      peer: peer, prefix: try prefix("203.0.113.9/32"),
      decision: ExplainedVerdict(.announced, reason: "announced", sentence: "told"),
      obstacle: obstacle)
  }

  @Test("a move is the reason why the owner has it")
  func moved() throws {
    let claim = ClaimStatus(
      epoch: 3, since: ago(5),
      lastMove: MoveStatus(
        at: ago(5), from: "node2", to: "node1", cause: "handedOver",
        sentence: "node2 handed it over"),
      activity: "answering")
    #expect(
      try Self.line(
        [Self.row("node1", layer2: .owner, "owner"), Self.row("node2", "nodeDraining")],
        owner: "node1",
        claim: claim)
        == "node1 owns it: node2 handed it over (handedOver); "
        + "not node2: nodeDraining of node2 (nodeDraining)")
  }

  @Test("who only asks for an address does not have it")
  func probe() throws {
    for (claims, isAnnounced) in [(UInt64(0), true), (1, false)] {
      let conflict = ConflictStatus(
        mac: try #require(MACAddress("00:00:5e:00:53:10")), interface: "eth0", claims: claims,
        probes: 1, firstSeen: ago(9), lastSeen: ago(1))
      let document = ExplainDocument(
        node: "node1", subject: "203.0.113.9", services: [],
        addresses: [
          AddressExplanation(
            address: try address("203.0.113.9"), services: [], externalTrafficPolicy: .local,
            pool: nil, owner: "node1", nodes: [Self.row("node1", layer2: .owner, "owner")],
            conflicts: [conflict])
        ])
      #expect(document.conclusion(of: document.addresses[0]).isAnnounced == isAnnounced)
    }
  }

  /// Objects of four kinds that cannot be read.
  private static let unreadable = ["bgppeers", "communities", "ipaddresspools", "nodes"].map {
    (name: String) in
    Circumstance(.sourceUnreachable, object: name, sentence: "\(name) cannot be read")
  }

  @Test("that the API cannot be reached hides behind no kind of object")
  func unreachable() throws {
    let all = Circumstance(.sourceUnreachable, sentence: "the API is gone")
    #expect(
      try Self.line(
        [Self.row("node1", bgp: .announced)], circumstances: Self.unreadable + [all])
        == "node1 announces it by BGP; the API is gone (sourceUnreachable)")
    #expect(
      try Self.line([Self.row("node1", "noEndpoint")], circumstances: Self.unreadable + [all])
        == "nobody announces it: noEndpoint of node1 (noEndpoint); "
        + "the API is gone (sourceUnreachable)")
  }

  @Test("kinds that cannot be read are told where nobody announces it, after what is in error")
  func unreadableKinds() throws {
    #expect(
      try Self.line([Self.row("node1", bgp: .announced)], circumstances: Self.unreadable)
        == "node1 announces it by BGP")
    let error = Circumstance(
      .configurationError, object: "Service shop/web", sentence: "in error: it")
    #expect(
      try Self.line([Self.row("node1", "noEndpoint")], circumstances: Self.unreadable + [error])
        == "nobody announces it: noEndpoint of node1 (noEndpoint); "
        + "in error: it (configurationError); bgppeers cannot be read (sourceUnreachable); "
        + "communities cannot be read (sourceUnreachable)")
  }

  @Test("nodes with endpoints tell the cause, not those that have none")
  func endpoints() throws {
    #expect(
      try Self.line([
        Self.row("node1", "noLocalEndpoint", ready: 0),
        Self.row("node2", "noLocalEndpoint", ready: 0), Self.row("node3", "nodeExcluded"),
      ]) == "nobody announces it: nodeExcluded of node3 (nodeExcluded)")
  }

  @Test("a session that is down is named with its last error")
  func session() throws {
    let refused = "connection failed: Connection refused"
    #expect(
      try Self.line(
        [Self.row("node1", bgp: .fit), Self.row("node2")],
        routes: [Self.route("tor-a", refused), Self.route("tor-b", nil)])
        == "nobody announces it: node1 cannot tell BGPPeer tor-a: \(refused) (noSessionToPeer)")
    #expect(
      try Self.line([Self.row("node1", bgp: .announced)], routes: [Self.route("tor-a", refused)])
        == "node1 announces it by BGP; node1 cannot tell BGPPeer tor-a: \(refused) "
        + "(noSessionToPeer)")
  }

  @Test("a foreign machine comes first")
  func conflict() throws {
    let conflict = ConflictStatus(
      mac: try #require(MACAddress("00:00:5e:00:53:10")), interface: "eth0", claims: 2,
      firstSeen: ago(9), lastSeen: ago(1))
    #expect(
      try Self.line(
        [Self.row("node1", layer2: .owner, "owner")], owner: "node1", conflicts: [conflict])
        == "00:00:5e:00:53:10 on eth0 uses it too (conflict); node1 owns it")
  }

  @Test("what others announce by BGP is presumed only")
  func presumed() throws {
    let (own, second) = (Self.row("node1", bgp: .announced), Self.row("node2", bgp: .announced))
    #expect(try Self.line([own]) == "node1 announces it by BGP")
    #expect(try Self.line([own, second]) == "node1 announces it by BGP, and node2 should")
    #expect(try Self.line([second]) == "node2 should announce it by BGP")
    let third = Self.row("node3", bgp: .announced)
    #expect(
      try Self.line([own, second, third]) == "node1 announces it by BGP, and 2 other nodes should")
    #expect(try Self.line([second, third]) == "2 nodes should announce it by BGP")
  }

  @Test("what is doubtful is told where nobody announces it")
  func doubtful() throws {
    let circumstance = Circumstance(
      .configurationWarning, object: "L2Advertisement metallb-system/l2",
      sentence: "there is no IPAddressPool \"layr2\"")
    let line = try Self.line([Self.row("node1")], circumstances: [circumstance])
    #expect(line.hasSuffix("there is no IPAddressPool \"layr2\" (configurationWarning)"), "\(line)")
    #expect(
      try Self.line([Self.row("node1", bgp: .announced)], circumstances: [circumstance])
        == "node1 announces it by BGP")
  }

  @Test("a dead member announces nothing, whatever the objects say")
  func dead() throws {
    let circumstance = Circumstance(.memberDead, node: "node2", sentence: "node2 is dead")
    #expect(
      try Self.line(
        [Self.row("node1", bgp: .announced), Self.row("node2", bgp: .announced)],
        circumstances: [circumstance])
        == "node1 announces it by BGP; not node2: node2 is dead (memberDead)")
  }

  @Test("an owner that is dead has it in name only")
  func deadOwner() throws {
    let circumstance = Circumstance(.memberDead, node: "node2", sentence: "node2 is dead")
    #expect(
      try Self.line(
        [Self.row("node1", "noLocalEndpoint"), Self.row("node2", layer2: .owner, "owner")],
        owner: "node2", circumstances: [circumstance])
        == "nobody announces it: node2 is dead (memberDead)")
  }

  @Test("who is dead and would announce it is the cause, also where others have no endpoints")
  func deadAnnouncer() throws {
    let dead = Self.row("node2", "memberDead", ready: 0)
    #expect(
      try Self.line([Self.row("node1", "noLocalEndpoint", ready: 0), dead])
        == "nobody announces it: memberDead of node2 (memberDead)")
  }

  @Test("an owner that may not keep it says so")
  func leavingOwner() throws {
    #expect(
      try Self.line([Self.row("node2", layer2: .owner, "nodeExcluded")], owner: "node2")
        == "node2 owns it: nodeExcluded of node2 (nodeExcluded)")
  }

  @Test(
    "errors are told where they can be the cause",
    arguments: [
      ("IPAddressPool metallb-system/other", "addressInNoPool", true),
      ("IPAddressPool metallb-system/other", "noEndpoint", false),
      ("Service shop/web", "noEndpoint", true), ("Service shop/other", "noEndpoint", false),
      ("EndpointSlice shop/web-ipv4", "noEndpoint", true),
      ("EndpointSlice shop/webshop-ipv4", "noEndpoint", false),
      ("BGPPeer metallb-system/tor", "addressInNoPool", true),
      ("BGPPeer metallb-system/tor", "nodeExcluded", false),
      ("L2Advertisement metallb-system/l2", unadvertised, true),
    ])
  func errors(object: String, reason: String, isTold: Bool) throws {
    let circumstance = Circumstance(.configurationError, object: object, sentence: "in error")
    let line = try Self.line([Self.row("node1", reason)], circumstances: [circumstance])
    #expect(line.hasSuffix("; in error (configurationError)") == isTold, "\(line)")
  }
}
