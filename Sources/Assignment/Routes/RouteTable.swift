import Addresses

/// The routes of this node: which addresses need each, and what was announced of it.
///
/// An aggregate stays as long as any address needs it.
struct RouteTable: Sendable {
  /// What an address asks of a route.
  struct Contribution: Sendable {
    let address: IPAddress
    let attributes: RouteAttributes
  }

  /// Two addresses that ask for different values of an attribute of one aggregate.
  struct Disagreement: Equatable {
    let attribute: SingleAttribute
    let first: IPAddress
    let second: IPAddress
    let firstValue: String?
    let secondValue: String?
  }

  private struct Entry: Sendable {
    /// Sorted by address.
    var contributions: [Contribution] = []
    var announced: RouteAttributes?
  }

  /// What has to be told to the peers, sorted.
  struct Differences {
    var announce: [RouteSelection.Route] = []
    var withdraw: [(key: RouteKey, decision: Decision)] = []
  }

  private var entries: [RouteKey: Entry] = [:]
  /// The routes that have changed since the last differences, with the cause in case they end.
  private var touched: [RouteKey: Decision] = [:]

  /// Replaces what `address` contributes.
  ///
  /// - Parameter cause: the decision that a route's end follows from, asked for each route that
  ///   loses this contribution.
  mutating func replace(
    _ old: [RouteKey], with new: [RouteSelection.Route], of address: IPAddress,
    cause: (RouteKey) -> Decision
  ) {
    let kept = Set(new.map(\.key))
    for key in old where !kept.contains(key) {
      let place = place(of: address, in: key)
      if place.isTaken { entries[key]?.contributions.remove(at: place.index) }
      touched[key] = cause(key)
    }
    for route in new {
      let contribution = Contribution(address: address, attributes: route.attributes)
      let place = place(of: address, in: route.key)
      if !place.isTaken {
        entries[route.key, default: Entry()].contributions.insert(contribution, at: place.index)
      } else if entries[route.key]?.contributions[place.index].attributes != route.attributes {
        entries[route.key]?.contributions[place.index] = contribution
      } else {
        continue
      }
      touched[route.key] = touched[route.key] ?? cause(route.key)
    }
  }

  /// Where the contribution of `address` stands in the sorted list of a route, or would stand.
  private func place(of address: IPAddress, in key: RouteKey) -> (index: Int, isTaken: Bool) {
    guard let list = entries[key]?.contributions else { return (0, false) }
    var low = 0
    var high = list.count
    while low < high {
      let middle = (low + high) / 2
      if list[middle].address < address { low = middle + 1 } else { high = middle }
    }
    return (low, low < list.count && list[low].address == address)
  }

  /// What has changed since the last call.
  mutating func takeDifferences() -> Differences {
    var differences = Differences()
    for key in touched.keys.sorted() {
      guard let entry = entries[key], let cause = touched[key] else { continue }
      let wanted = Self.unite(entry.contributions)
      if entry.announced == wanted {
        if wanted == nil { entries[key] = nil }
        continue
      }
      if let wanted {
        entries[key]?.announced = wanted
        differences.announce.append(RouteSelection.Route(key: key, attributes: wanted))
      } else {
        entries[key] = nil
        differences.withdraw.append((key, cause))
      }
    }
    touched.removeAll()
    return differences
  }

  /// The addresses that need a route, sorted.
  func addresses(of key: RouteKey) -> [IPAddress] {
    entries[key]?.contributions.map(\.address) ?? []
  }

  /// What is announced of a route.
  func announced(_ key: RouteKey) -> RouteAttributes? { entries[key]?.announced }

  /// Where addresses disagree about an attribute of a route, the first that do.
  func disagreement(about key: RouteKey) -> Disagreement? {
    guard let list = entries[key]?.contributions, let first = list.first else { return nil }
    for other in list.dropFirst() {
      guard let attribute = first.attributes.conflict(with: other.attributes) else { continue }
      return Disagreement(
        attribute: attribute, first: first.address, second: other.address,
        firstValue: first.attributes.text(of: attribute),
        secondValue: other.attributes.text(of: attribute))
    }
    return nil
  }

  /// The attributes of a route that several addresses need.
  private static func unite(_ contributions: [Contribution]) -> RouteAttributes? {
    guard var united = contributions.first?.attributes else { return nil }
    for contribution in contributions.dropFirst() {
      // Looked at first, since most addresses of an aggregate want the same of it.
      if contribution.attributes == united, united.endpointCount == nil { continue }
      united.aggregate(with: contribution.attributes)
    }
    return united
  }
}
