import Addresses

/// An attribute of which a route can have one value only.
enum SingleAttribute: String, Hashable, Sendable, CaseIterable {
  case localPreference = "localPref"
  case multiExitDiscriminator = "bellman.dev/med"
  case prependCount = "bellman.dev/as-path-prepend"
  case nextHopIPv4 = "the IPv4 address of bellman.dev/next-hop"
  case nextHopIPv6 = "the IPv6 address of bellman.dev/next-hop"
}

/// A value of an attribute and the advertisement that asks for it.
struct AttributeClaim: Hashable, Sendable, CustomStringConvertible {
  let value: String?
  let advertisement: String

  var description: String { "\(value ?? "not set") in BGPAdvertisement \(advertisement)" }
}

extension RouteAttributes {
  /// The value of an attribute as people write it.
  func text(of attribute: SingleAttribute) -> String? {
    switch attribute {
    case .localPreference: localPreference.map(String.init)
    case .multiExitDiscriminator: multiExitDiscriminator.map(String.init)
    case .prependCount: prependCount.map { String($0) }
    case .nextHopIPv4: nextHopIPv4?.description
    case .nextHopIPv6: nextHopIPv6?.description
    }
  }

  /// The first attribute of which two advertisements of one route want different values. A local
  /// preference that only one of them sets is a difference too, as in MetalLB; of the others it is
  /// none.
  func conflict(with other: RouteAttributes) -> SingleAttribute? {
    SingleAttribute.allCases.first { attribute in
      let (one, two) = (text(of: attribute), other.text(of: attribute))
      return one != two && (attribute == .localPreference || (one != nil && two != nil))
    }
  }

  /// Takes in what another advertisement of the same route says, which does not contradict.
  mutating func unite(with other: RouteAttributes) {
    multiExitDiscriminator = multiExitDiscriminator ?? other.multiExitDiscriminator
    prependCount = prependCount ?? other.prependCount
    nextHopIPv4 = nextHopIPv4 ?? other.nextHopIPv4
    nextHopIPv6 = nextHopIPv6 ?? other.nextHopIPv6
    add(other.communities, other.extendedCommunities)
  }

  /// Takes in what another address wants of the same aggregate. Of different values that which
  /// attracts more traffic holds, whatever the order in which the addresses came; endpoints add up.
  mutating func aggregate(with other: RouteAttributes) {
    localPreference = [localPreference, other.localPreference].compactMap(\.self).max()
    multiExitDiscriminator =
      [multiExitDiscriminator, other.multiExitDiscriminator].compactMap(\.self).min()
    prependCount = [prependCount, other.prependCount].compactMap(\.self).min()
    nextHopIPv4 = [nextHopIPv4, other.nextHopIPv4].compactMap(\.self).min()
    nextHopIPv6 = [nextHopIPv6, other.nextHopIPv6].compactMap(\.self).min()
    if let count = endpointCount ?? other.endpointCount {
      let both = endpointCount != nil && other.endpointCount != nil
      endpointCount = both ? (endpointCount ?? 0) + (other.endpointCount ?? 0) : count
    }
    add(other.communities, other.extendedCommunities)
  }
}
