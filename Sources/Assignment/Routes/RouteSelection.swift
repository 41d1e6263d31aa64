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
        var attributes = try unite(advertisements, for: key)
        attributes.complete(by: index.routeOptions(ofPeer: key.peer))
        if advertisements.contains(where: { index.weighsEndpoints($0) }) {
          attributes.endpointCount = subject.localEndpointCount(on: profile.name)
        }
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
    for (position, number) in advertisements.enumerated().dropFirst() {
      let next = index.attributes[number]
      if let attribute = united.conflict(with: next) {
        let other = advertisements[..<position].first {
          index.attributes[$0].text(of: attribute) == united.text(of: attribute)
        }
        throw .attributeConflict(
          key, attribute, first: claim(of: attribute, other ?? first),
          second: claim(of: attribute, number))
      }
      united.unite(with: next)
    }
    return united
  }

  private func claim(of attribute: SingleAttribute, _ number: Int) -> AttributeClaim {
    AttributeClaim(
      value: index.attributes[number].text(of: attribute),
      advertisement: index.configuration.bgpAdvertisements[number].metadata.name.name)
  }
}

extension Subject {
  /// How many endpoints of its own a node forwards to, where the policy Local keeps the traffic there;
  /// nil where a service of the address has the policy Cluster, which spreads it over all nodes.
  fileprivate func localEndpointCount(on node: String) -> Int? {
    var count = 0
    for claimant in claimants {
      guard claimant.service.externalTrafficPolicy == .local else { return nil }
      let local = claimant.endpoints.onNode(node)
      count += local.ready > 0 ? local.ready : local.terminating
    }
    return count
  }
}
