import Addresses
import Resources

/// The endpoints that take new connections, counted by service, family and node.
struct ReadyEndpoints {
  private struct Key: Hashable {
    let service: ObjectName
    let family: AddressFamily
  }

  private var counts: [Key: [String: Int]] = [:]

  /// Counts the endpoints of these slices. One that stands in several slices counts once.
  init(_ slices: [EndpointSlice]) {
    var seen: [Key: Set<IPAddress>] = [:]
    for slice in slices {
      guard let service = slice.serviceName, let family = slice.family else { continue }
      let key = Key(service: service, family: family)
      for endpoint in slice.endpoints where endpoint.isReady && !endpoint.isTerminating {
        guard let address = endpoint.addresses.first,
          seen[key, default: []].insert(address).inserted
        else { continue }
        counts[key, default: [:]][endpoint.nodeName ?? "", default: 0] += 1
      }
    }
  }

  /// How many there are in the cluster.
  func total(of service: ObjectName, _ family: AddressFamily) -> Int {
    (counts[Key(service: service, family: family)] ?? [:]).values.reduce(0, +)
  }

  /// How many there are on a node.
  func count(of service: ObjectName, _ family: AddressFamily, on node: String) -> Int {
    counts[Key(service: service, family: family)]?[node] ?? 0
  }

  /// The nodes that have any, sorted; endpoints without a node are left out.
  func nodes(of service: ObjectName, _ family: AddressFamily) -> [String] {
    (counts[Key(service: service, family: family)] ?? [:]).keys.filter { !$0.isEmpty }.sorted()
  }
}
