public import Addresses

/// What a speaker tells each of its BGP peers: `bellman status routes`.
public struct RoutesDocument: NodeDocument, Hashable {
  public static let currentVersion = 1

  /// The version of the document's form, ``currentVersion`` where this program made it.
  public let version: Int
  /// The node.
  public let node: String
  /// The peers, by name.
  public let peers: [PeerRoutes]

  /// A document of the current version; the list is sorted here.
  public init(node: String, peers: [PeerRoutes]) {
    version = Self.currentVersion
    self.node = node
    self.peers = peers.sorted { $0.name < $1.name }
  }
}

extension RoutesDocument {
  /// The same with those routes alone that lead to `range` or a part of it; nil for all.
  public func leading(to range: IPPrefix?) -> RoutesDocument {
    guard let range else { return self }
    return RoutesDocument(
      node: node,
      peers: peers.map { peer in
        PeerRoutes(
          name: peer.name, address: peer.address, state: peer.state, since: peer.since,
          routes: peer.routes.compactMap { $0.leading(to: range) })
      })
  }
}

/// The routes for one peer: its Adj-RIB-Out (RFC 4271 §3.2).
public struct PeerRoutes: Codable, Hashable, Sendable {
  /// The name of the BGPPeer.
  public let name: String
  /// Its address; nil while it is not known.
  public let address: IPAddress?
  /// The state of the session.
  public let state: PeerStatus.State
  /// Since when the session is in that state.
  public let since: Timestamp
  /// Prefixes that share what is said of them: those that were sent first, then by prefix.
  public let routes: [RouteGroup]

  /// The routes for a peer; the list is sorted here.
  public init(
    name: String, address: IPAddress?, state: PeerStatus.State, since: Timestamp,
    routes: [RouteGroup]
  ) {
    self.name = name
    self.address = address
    self.state = state
    self.since = since
    self.routes = routes.sorted {
      $0.isSent == $1.isSent
        ? ($0.prefixes.first.map { [$0] } ?? []).lexicographicallyPrecedes($1.prefixes)
        : $0.isSent
    }
  }
}

/// Prefixes of one peer with the same attributes.
public struct RouteGroup: Codable, Hashable, Sendable {
  /// Whether the peer was told in its present session.
  public let isSent: Bool
  /// Since when it has them as they are; nil where they were not sent, or it is not known.
  public let since: Timestamp?
  /// AS_PATH as it was sent, empty towards internal peers; nil where nothing was sent.
  public let asPath: String?
  /// The next hops that were sent, the global one first.
  public let nextHops: [IPAddress]
  /// LOCAL_PREF; nil where none was sent.
  public let localPreference: UInt32?
  /// MULTI_EXIT_DISC; nil where none was sent.
  public let multiExitDiscriminator: UInt32?
  /// The communities, as BGPAdvertisements write them, extended ones last.
  public let communities: [String]
  /// The prefixes, sorted.
  public let prefixes: [IPPrefix]

  /// Routes with these values; prefixes are sorted here.
  public init(
    isSent: Bool, since: Timestamp? = nil, asPath: String? = nil, nextHops: [IPAddress] = [],
    localPreference: UInt32? = nil, multiExitDiscriminator: UInt32? = nil,
    communities: [String] = [], prefixes: [IPPrefix]
  ) {
    self.isSent = isSent
    self.since = since
    self.asPath = asPath
    self.nextHops = nextHops
    self.localPreference = localPreference
    self.multiExitDiscriminator = multiExitDiscriminator
    self.communities = communities
    self.prefixes = prefixes.sorted()
  }

  /// The same with those prefixes alone that overlap `range`; nil when there are none.
  fileprivate func leading(to range: IPPrefix) -> RouteGroup? {
    let found = prefixes.filter { $0.contains(range.address) || range.contains($0.address) }
    guard !found.isEmpty else { return nil }
    return RouteGroup(
      isSent: isSent, since: since, asPath: asPath, nextHops: nextHops,
      localPreference: localPreference, multiExitDiscriminator: multiExitDiscriminator,
      communities: communities, prefixes: found)
  }

  /// What the peer was told besides the prefix, as people read it.
  var attributes: String {
    guard isSent else { return "" }
    var parts: [String] = []
    if !nextHops.isEmpty {
      parts.append("next hop \(nextHops.map(\.description).joined(separator: " "))")
    }
    if let asPath, !asPath.isEmpty { parts.append("AS path \(asPath)") }
    if let localPreference { parts.append("local pref \(localPreference)") }
    if let multiExitDiscriminator { parts.append("MED \(multiExitDiscriminator)") }
    if !communities.isEmpty { parts.append("communities \(communities.joined(separator: " "))") }
    return parts.joined(separator: ", ")
  }
}
