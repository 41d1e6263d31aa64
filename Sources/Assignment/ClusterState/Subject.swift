import Addresses
import Resources

/// An address with all that decides about it, looked up for one decision.
struct Subject {
  let address: IPAddress
  /// The address's part of the rendezvous hash.
  let hash: UInt64
  /// The index of its pool.
  let pool: Int?
  /// The services that have it and that this speaker serves, sorted by name.
  let claimants: [Claimant]
  /// What speaks against the address on every node.
  let refusal: Refusal?

  /// The L2Advertisements of all its services, each once.
  var layer2: [Int] {
    claimants.count == 1
      ? claimants[0].layer2 : Set(claimants.flatMap(\.layer2)).sorted()
  }
}

/// A service in its claim to one address.
struct Claimant {
  let service: Service
  /// The family of the address.
  let family: AddressFamily
  /// The service's endpoints of that family.
  let endpoints: EndpointSummary
  /// The L2Advertisements that select the pool and the service.
  let layer2: [Int]
  /// The BGPAdvertisements that select the pool and the service.
  let bgp: [Int]

  var name: ObjectName { service.metadata.name }
}

extension ClusterState {
  /// What is known about `address`; nil when no service has it.
  func subject(of address: IPAddress) -> Subject? {
    guard let names = holders[address] else { return nil }
    let pool = index.pool(containing: address)
    var claimants: [Claimant] = []
    var refusal: Refusal?
    for name in names {
      guard let service = services[name] else { continue }
      if let found = ServiceGate.refusal(of: service, options: options) {
        refusal = refusal ?? found
        continue
      }
      claimants.append(claimant(service, address.family, pool: pool.map { index.pools[$0] }))
    }
    if !claimants.isEmpty { refusal = pool == nil ? .addressInNoPool(address) : nil }
    return Subject(
      address: address, hash: RendezvousHash.hash(address), pool: pool, claimants: claimants,
      refusal: refusal)
  }

  private func claimant(
    _ service: Service, _ family: AddressFamily, pool: ConfigurationIndex.Pool?
  ) -> Claimant {
    let labels = service.metadata.labels
    let configuration = index.configuration
    return Claimant(
      service: service, family: family,
      endpoints: endpoints[service.metadata.name]?[family] ?? EndpointSummary(),
      layer2: pool?.layer2.filter {
        configuration.l2Advertisements[$0].serviceSelectors.matchesAny(labels)
      } ?? [],
      bgp: pool?.bgp.filter {
        configuration.bgpAdvertisements[$0].serviceSelectors.matchesAny(labels)
      } ?? [])
  }
}
