import Addresses

extension ConfigurationBuilder {
  /// Refuses each pool that shares an address with an earlier one.
  mutating func checkPools() {
    var accepted: [Located<IPAddressPool>] = []
    // The entries of accepted pools never overlap, so that sorted by start they are by end too.
    var entries: [(range: AddressRange, pool: Int)] = []
    for pool in pools {
      let overlaps = overlaps(of: pool, with: entries)
      guard overlaps.isEmpty else {
        for (index, range, other) in overlaps { refuse(pool, index, range, accepted[other]) }
        continue
      }
      for range in pool.object.addresses {
        let position = Self.firstIndex(in: entries) { $0.range.lower > range.lower }
        entries.insert((range, accepted.count), at: position)
      }
      accepted.append(pool)
    }
    pools = accepted
  }

  private func overlaps(
    of pool: Located<IPAddressPool>, with entries: [(range: AddressRange, pool: Int)]
  ) -> [(index: Int, range: AddressRange, other: Int)] {
    var result: [(index: Int, range: AddressRange, other: Int)] = []
    for (index, range) in pool.object.addresses.enumerated() {
      var position = Self.firstIndex(in: entries) { $0.range.upper >= range.lower }
      while position < entries.count, entries[position].range.overlaps(range) {
        result.append((index, entries[position].range, entries[position].pool))
        position += 1
      }
    }
    return result
  }

  private mutating func refuse(
    _ pool: Located<IPAddressPool>, _ index: Int, _ range: AddressRange,
    _ other: Located<IPAddressPool>
  ) {
    let own = pool.object.addresses[index]
    let shared = AddressRange(max(own.lower, range.lower), min(own.upper, range.upper)) ?? own
    report(
      .error, pool, "spec.addresses[\(index)]",
      "\(PoolEntry.text(own)) overlaps with \(PoolEntry.text(range)) of \(other.key) "
        + "(\(Self.place(other.location))) in \(PoolEntry.text(shared))")
  }

  private static func firstIndex(
    in entries: [(range: AddressRange, pool: Int)],
    where isRight: ((range: AddressRange, pool: Int)) -> Bool
  ) -> Int {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if isRight(entries[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Warns of names and selectors of an advertisement that select no pool.
  mutating func checkPoolSelection<Object>(
    _ selection: PoolSelection, of advertisement: Located<Object>
  ) {
    for (index, name) in selection.names.enumerated() where !poolNames.contains(name) {
      let hint = NearestName.of(name, in: poolNames.sorted()).map { "; did you mean \($0)?" } ?? ""
      report(
        .warning, advertisement, "spec.ipAddressPools[\(index)]",
        "there is no IPAddressPool \"\(name.printable)\"\(hint)")
    }
  }

  /// Refuses nothing, but warns of pools that are not there.
  mutating func checkL2Advertisements() {
    for advertisement in l2Advertisements {
      checkPoolSelection(advertisement.object.pools, of: advertisement)
    }
  }
}
