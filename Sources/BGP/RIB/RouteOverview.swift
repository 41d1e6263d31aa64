public import Addresses

/// Routes of one neighbour that have the same attributes, for people to look at.
public struct RouteOverview: Hashable, Sendable {
  /// What the neighbour was told besides the prefixes; nil where it was not told of them in this
  /// session, or there is none.
  public let attributes: PathAttributes?
  /// The next hops that it was told, the global one first.
  public let nextHops: [IPAddress]
  /// The prefixes, sorted.
  public let prefixes: [IPPrefix]
}

extension SessionEncoding {
  /// What the neighbour is told of routes of a family, and the prefixes.
  func overview(
    of route: RouteAttributes, family: AddressFamily, prefixes: [IPPrefix]
  ) -> RouteOverview {
    let attributes = pathAttributes(of: route, family: family)
    let others = multiprotocolNextHops(of: route, family: family)
    return RouteOverview(
      attributes: attributes,
      nextHops: attributes.nextHop.map { [.v4($0)] } ?? others.map { .v6($0) },
      prefixes: prefixes)
  }
}
