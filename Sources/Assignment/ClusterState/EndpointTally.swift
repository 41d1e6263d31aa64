import Resources

/// Where endpoints are, and how many of them the API calls bad; kept up with each slice.
struct EndpointTally: Sendable {
  private struct Count {
    var bad = 0
    var total = 0
  }

  private var counts: [String?: Count] = [:]
  private var badOfService: [ObjectName: Int] = [:]
  /// The slices that have endpoints on a node.
  private(set) var slices: [String: Set<ObjectName>] = [:]

  /// The services that have endpoints that are not ready and do not terminate.
  var servicesWithBad: [ObjectName] { badOfService.keys.sorted() }

  /// How many services these are.
  var failingServices: Int { badOfService.count }

  /// How many endpoints are bad, of how many, without those on nodes that are dead; what terminates
  /// is wanted gone, and does not count.
  func counts(without dead: [String: PeerDeath]) -> (bad: Int, total: Int) {
    counts.reduce(into: (0, 0)) { sum, entry in
      if let node = entry.key, dead[node] != nil { return }
      sum.0 += entry.value.bad
      sum.1 += entry.value.total
    }
  }

  mutating func replace(_ name: ObjectName, _ old: SliceRecord?, with new: SliceRecord?) {
    if let old { add(-1, old) }
    if let new { add(1, new) }
    let before = Set(old?.endpoints.compactMap(\.identity.node) ?? [])
    let after = Set(new?.endpoints.compactMap(\.identity.node) ?? [])
    for node in before.subtracting(after) {
      slices[node]?.remove(name)
      if slices[node]?.isEmpty == true { slices[node] = nil }
    }
    for node in after.subtracting(before) { slices[node, default: []].insert(name) }
  }

  private mutating func add(_ sign: Int, _ slice: SliceRecord) {
    var bad = 0
    for endpoint in slice.endpoints where endpoint.state != .terminating {
      var count = counts[endpoint.identity.node] ?? Count()
      count.total += sign
      if endpoint.isBad {
        count.bad += sign
        bad += sign
      }
      counts[endpoint.identity.node] = count.total == 0 ? nil : count
    }
    guard bad != 0 else { return }
    let sum = (badOfService[slice.service] ?? 0) + bad
    badOfService[slice.service] = sum == 0 ? nil : sum
  }
}
