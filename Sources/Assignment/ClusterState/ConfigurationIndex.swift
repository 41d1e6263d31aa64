import Addresses
import Resources

/// A configuration with its cross-references looked up once.
struct ConfigurationIndex: Sendable {
  /// A pool and the advertisements that select it, as indices into the configuration's lists.
  struct Pool: Sendable {
    let name: String
    let layer2: [Int]
    let bgp: [Int]
  }

  private struct Entry: Sendable {
    let range: AddressRange
    let pool: Int
  }

  let configuration: Configuration
  let pools: [Pool]
  /// The attributes that each BGPAdvertisement asks for.
  let attributes: [RouteAttributes]
  /// All interfaces that any L2Advertisement names.
  let namedInterfaces: Set<String>
  /// The families that each BGPPeer carries, by its name.
  private let families: [String: [AddressFamily]]
  /// What each BGPPeer wants of all its routes, by its name.
  private let routeOptions: [String: BGPRouteOptions]
  /// The ranges of all pools by their first address; no two overlap.
  private let ranges: [Entry]

  init(_ configuration: Configuration) {
    self.configuration = configuration
    pools = configuration.pools.map { pool in
      Pool(
        name: pool.metadata.name.name,
        layer2: configuration.l2Advertisements.indices.filter {
          configuration.l2Advertisements[$0].pools.matches(pool)
        },
        bgp: configuration.bgpAdvertisements.indices.filter {
          configuration.bgpAdvertisements[$0].pools.matches(pool)
        })
    }
    attributes = configuration.bgpAdvertisements.map { RouteAttributes($0, in: configuration) }
    routeOptions = Dictionary(configuration.peers.map { ($0.name, $0.options.routes) }) {
      first, _ in
      first
    }
    namedInterfaces = Set(configuration.l2Advertisements.flatMap(\.interfaces))
    families = Dictionary(configuration.peers.map { ($0.name, $0.families) }) { first, _ in first }
    ranges = configuration.pools.enumerated()
      .flatMap { index, pool in pool.addresses.map { Entry(range: $0, pool: index) } }
      .sorted { $0.range.lower < $1.range.lower }
  }

  /// The index of the pool that contains `address`.
  func pool(containing address: IPAddress) -> Int? {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].range.lower <= address { low = middle + 1 } else { high = middle }
    }
    guard low > 0, ranges[low - 1].range.contains(address) else { return nil }
    return ranges[low - 1].pool
  }

  /// Whether the session with a BGPPeer carries routes of `family`.
  func carries(_ family: AddressFamily, to peer: String) -> Bool {
    families[peer]?.contains(family) ?? false
  }

  /// What a BGPPeer wants of all its routes. Its next hop is that of the session and no matter of
  /// single routes.
  func routeOptions(ofPeer peer: String) -> BGPRouteOptions {
    var options = routeOptions[peer] ?? BGPRouteOptions()
    (options.nextHopIPv4, options.nextHopIPv6) = (nil, nil)
    return options
  }

  /// Whether an advertisement tells how many endpoints a node has.
  func weighsEndpoints(_ number: Int) -> Bool {
    configuration.bgpAdvertisements[number].options.weighsEndpoints
  }

  /// The BGPPeers whose `nodeSelectors` match a node with these labels, sorted by name.
  func peers(nodeLabels labels: [String: String]) -> [String] {
    configuration.peers.filter { $0.nodeSelectors.matchesAny(labels) }.map(\.name).sorted()
  }
}
