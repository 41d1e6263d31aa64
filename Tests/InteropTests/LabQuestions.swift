import Addresses
import Lab
import NIOCore
import Resources
import Status
import Testing

extension Lab {
  /// What the speaker of `node` says of itself.
  func status(_ node: String) async throws -> StatusDocument {
    let answer = try await bellman(["status", "-o", "json"], node: node)
    guard answer.status == 0 else { throw LabError("bellman status: \(answer.error)") }
    return try StatusRenderer.parse(answer.output)
  }

  /// What the speaker of `node` says of its peer `name`.
  func peer(_ name: String, of node: String) async throws -> PeerStatus {
    let peers = try await status(node).peers
    guard let peer = peers.first(where: { $0.name == name }) else {
      throw LabError("the speaker of \(node) has no peer \(name)")
    }
    return peer
  }

  /// What the speaker of `node` says of `address`.
  func explain(_ address: IPAddress, node: String) async throws -> AddressExplanation {
    let answer = try await bellman(["explain", "\(address)", "-o", "json"], node: node)
    guard answer.status == 0 else { throw LabError("bellman explain: \(answer.error)") }
    let document: ExplainDocument = try StatusRenderer.parse(answer.output)
    guard let explanation = document.addresses.first else {
      throw LabError("nothing is known of \(address)")
    }
    return explanation
  }

  /// All addresses of the pool announced by layer 2.
  func layerTwoAddresses() -> [IPAddress] {
    manifests.workloads.filter { $0.name.hasPrefix("l2-") }.flatMap(\.service.ingress)
  }

  /// The paths that the router must have now: by each advertisement of the lab, and the nodes that
  /// the policy of each service leaves.
  func expectedRoutes(
    asPath: [UInt32] = [AddressPlan.nodeAS],
    localPreferences: (host: UInt32, pool: UInt32) = (100, 100)
  ) throws -> Set<ExpectedRoute> {
    var routes: Set<ExpectedRoute> = []
    for workload in manifests.workloads where workload.name.hasPrefix("bgp-") {
      for slice in workload.slices {
        guard let family = slice.family,
          let address = workload.service.ingress.first(where: { $0.family == family })
        else { continue }
        let hosts = Set(slice.endpoints.compactMap(\.nodeName))
        for node in topology.nodes
        where workload.service.externalTrafficPolicy == .cluster || hosts.contains(node.name) {
          var route = ExpectedRoute(
            prefix: IPPrefix(host: address),
            source: BirdConfiguration.protocolName(node: node.name, family),
            nextHop: node.address(family), asPath: asPath,
            localPreference: localPreferences.host, communities: [.init(64512, 100)],
            largeCommunities: [.init(64512, 1, 100)])
          routes.insert(route)
          route.prefix = try #require(IPPrefix(address, length: family == .ipv4 ? 24 : 64))
          route.localPreference = localPreferences.pool
          route.communities = [.init(64512, 200)]
          route.largeCommunities = [.init(64512, 2, 200)]
          routes.insert(route)
        }
      }
    }
    return routes
  }

  /// The paths that the router has.
  func routes() async throws -> Set<ExpectedRoute> {
    Set(try await router.routes().map(ExpectedRoute.init))
  }

  /// Since when each session is up, in seconds of the epoch, as the router has it.
  func sessions() async throws -> [String: Double] {
    let established = try await router.protocols().filter(\.isEstablished)
    return Dictionary(uniqueKeysWithValues: established.map { ($0.name, $0.since) })
  }

  /// Expects that all sessions of `before` are up and none was lost since.
  func expectSameSessions(
    _ before: [String: Double], sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) async throws {
    let after = try await sessions()
    #expect(before.count == 6 && after.count == 6, sourceLocation: sourceLocation)
    for (name, since) in before.sorted(by: { $0.key < $1.key }) {
      let now = try #require(after[name], "\(name) is down", sourceLocation: sourceLocation)
      #expect(abs(now - since) < 0.05, "\(name) was lost", sourceLocation: sourceLocation)
    }
  }

  /// Waits until every layer-2 address has an owner, and all speakers name the same.
  func waitForOwners() async throws {
    for address in layerTwoAddresses() {
      try await eventually("all speakers name one owner of \(address)") {
        var owners: Set<String?> = []
        for node in topology.nodes {
          owners.insert(try await explain(address, node: node.name).owner)
        }
        return owners.count == 1 && owners.first != .some(nil)
      }
    }
  }

  /// Waits until the router has exactly the routes that the manifests ask for.
  func waitForSettledRoutes() async throws {
    try await waitForSessions()
    let expected = try expectedRoutes()
    try await eventually("the router has the \(expected.count) expected paths") {
      try await routes() == expected
    }
  }

  /// Sends `count` requests one after the other; gives back what was not as `isGood` wants it.
  func failures(
    of count: Int, to address: IPAddress, from machine: Machine,
    isGood: (PodReply) -> Bool
  ) async throws -> [HTTPReply] {
    var failures: [HTTPReply] = []
    for _ in 0..<count {
      let reply = try await curl(address, from: machine)
      if reply.pod.map(isGood) != true { failures.append(reply) }
    }
    return failures
  }
}

/// A path in the router's table, as far as the speakers decide it.
struct ExpectedRoute: Hashable {
  var prefix: IPPrefix
  var source: String
  var nextHop: IPAddress?
  var asPath: [UInt32]
  var localPreference: UInt32?
  var communities: [BirdRoute.Community]
  var largeCommunities: [BirdRoute.LargeCommunity]
}

extension ExpectedRoute {
  init(_ route: BirdRoute) {
    self.init(
      prefix: route.prefix, source: route.source, nextHop: route.nextHop, asPath: route.asPath,
      localPreference: route.localPreference, communities: route.communities,
      largeCommunities: route.largeCommunities)
  }
}
