import Addresses
import Resources

/// What one address contributes to the routes of a node, by peer and prefix.
struct RouteSelection: Equatable {
  /// A route and its attributes.
  struct Route: Equatable {
    let key: RouteKey
    let attributes: RouteAttributes
  }

  /// A route that is not announced, and why.
  struct Refused: Equatable {
    let key: RouteKey
    let refusal: Refusal
  }

  /// The routes to announce, sorted.
  var routes: [Route] = []
  /// The routes that advertisements ask for in vain, sorted.
  var refused: [Refused] = []
}

extension ClusterState {
  /// The routes that the BGPAdvertisements of all services of an address make on a node with these
  /// peers. A route needs an advertisement of each of the services; for one route all
  /// advertisements must want the same local preference, and their communities unite.
  func selectRoutes(
    for subject: Subject, on profile: NodeProfile, peers: [String]
  ) -> RouteSelection {
    let wanted = subject.claimants.map {
      advertisementsByRoute($0.bgp, for: subject.address, on: profile, peers: peers)
    }
    guard let first = wanted.first else { return RouteSelection() }
    let keys = wanted.count == 1 ? Set(first.keys) : Set(wanted.flatMap(\.keys))
    var selection = RouteSelection()
    for key in keys.sorted() {
      if let lacking = wanted.firstIndex(where: { $0[key] == nil }) {
        let refusal = Refusal.routeNotShared(key, lacking: subject.claimants[lacking].name)
        selection.refused.append(RouteSelection.Refused(key: key, refusal: refusal))
        continue
      }
      let advertisements = Set(wanted.flatMap { $0[key] ?? [] }).sorted()
      do throws(Refusal) {
        let attributes = try unite(advertisements, for: key)
        selection.routes.append(RouteSelection.Route(key: key, attributes: attributes))
      } catch {
        selection.refused.append(RouteSelection.Refused(key: key, refusal: error))
      }
    }
    return selection
  }

  private func advertisementsByRoute(
    _ advertisements: [Int], for address: IPAddress, on profile: NodeProfile, peers: [String]
  ) -> [RouteKey: [Int]] {
    var result: [RouteKey: [Int]] = [:]
    for number in advertisements where profile.bgp[number] {
      let advertisement = index.configuration.bgpAdvertisements[number]
      let length =
        address.family == .ipv4
        ? advertisement.aggregationLength : advertisement.aggregationLengthV6
      guard let prefix = IPPrefix(address, length: length) else { continue }
      for peer in peers
      where (advertisement.peers.isEmpty || advertisement.peers.contains(peer))
        && index.carries(address.family, to: peer)
      {
        result[RouteKey(peer: peer, prefix: prefix), default: []].append(number)
      }
    }
    return result
  }

  private func unite(
    _ advertisements: [Int], for key: RouteKey
  ) throws(Refusal) -> RouteAttributes {
    guard let first = advertisements.first else { return RouteAttributes() }
    var united = index.attributes[first]
    for number in advertisements.dropFirst() {
      let next = index.attributes[number]
      if next.localPreference != united.localPreference {
        throw .localPreferenceConflict(
          key, first: preferenceClaim(first), second: preferenceClaim(number))
      }
      united = RouteAttributes(
        localPreference: united.localPreference,
        communities: united.communities + next.communities)
    }
    return united
  }

  private func preferenceClaim(_ number: Int) -> PreferenceClaim {
    PreferenceClaim(
      value: index.attributes[number].localPreference,
      advertisement: index.configuration.bgpAdvertisements[number].metadata.name.name)
  }
}
