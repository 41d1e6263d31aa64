import Addresses

extension ConfigurationBuilder {
  /// Refuses BGP advertisements with unknown aliases, with an aggregation that reaches beyond a
  /// pool, and with a local preference that contradicts an earlier one.
  mutating func checkBGPAdvertisements() {
    var accepted: [Located<BGPAdvertisement>] = []
    for advertisement in bgpAdvertisements {
      checkPoolSelection(advertisement.object.pools, of: advertisement)
      checkPeerNames(of: advertisement)
      let selected = pools.filter { advertisement.object.pools.matches($0.object) }
      let checks = [
        hasKnownCommunities(advertisement),
        aggregatesWithin(selected, advertisement),
        agreesInLocalPreference(advertisement, with: accepted, on: selected),
        avoidsEchoMode(advertisement, on: selected),
      ]
      if checks.allSatisfy({ $0 }) { accepted.append(advertisement) }
    }
    bgpAdvertisements = accepted
  }

  private mutating func checkPeerNames(of advertisement: Located<BGPAdvertisement>) {
    for (index, name) in advertisement.object.peers.enumerated() where !peerNames.contains(name) {
      let hint = NearestName.of(name, in: peerNames.sorted()).map { "; did you mean \($0)?" } ?? ""
      report(
        .warning, advertisement, "spec.peers[\(index)]",
        "there is no BGPPeer \"\(name.printable)\"\(hint)")
    }
  }

  /// Whether the aggregates stay within the widest CIDR of each entry of each pool.
  private mutating func aggregatesWithin(
    _ pools: [Located<IPAddressPool>], _ advertisement: Located<BGPAdvertisement>
  ) -> Bool {
    var isWithin = true
    for pool in pools {
      for range in pool.object.addresses {
        let (path, length) =
          range.family == .ipv4
          ? ("spec.aggregationLength", advertisement.object.aggregationLength)
          : ("spec.aggregationLengthV6", advertisement.object.aggregationLengthV6)
        guard length < range.family.bitWidth,
          let widest = range.prefixes.min(by: { $0.length < $1.length }), length < widest.length
        else { continue }
        report(
          .error, advertisement, path,
          "expected at least \(widest.length), the length of \(widest), the widest prefix of "
            + "\(PoolEntry.text(range)) of \(pool.key), found \(length)")
        isWithin = false
      }
    }
    return isWithin
  }

  /// Advertisements with service selectors are compared for each service when it is announced.
  private mutating func agreesInLocalPreference(
    _ advertisement: Located<BGPAdvertisement>, with others: [Located<BGPAdvertisement>],
    on pools: [Located<IPAddressPool>]
  ) -> Bool {
    let own = advertisement.object
    guard own.serviceSelectors.isEmpty else { return true }
    for other in others
    where other.object.serviceSelectors.isEmpty && other.object.localPref != own.localPref
      && Self.sharePeers(own, other.object)
      && Self.overlap(own.nodeSelectors, other.object.nodeSelectors)
    {
      let shared = pools.first { pool in
        other.object.pools.matches(pool.object)
          && pool.object.addresses.contains { Self.haveSameAggregation(own, other.object, $0) }
      }
      guard let shared else { continue }
      report(
        .error, advertisement, "spec.localPref",
        "\(own.localPref ?? 0) contradicts the \(other.object.localPref ?? 0) of \(other.key) "
          + "(\(Self.place(other.location))) for the same prefixes of \(shared.key) to the same "
          + "peers from the same nodes")
      return false
    }
    return true
  }

  private static func sharePeers(_ left: BGPAdvertisement, _ right: BGPAdvertisement) -> Bool {
    left.peers.isEmpty || right.peers.isEmpty || left.peers.contains { right.peers.contains($0) }
  }

  private static func haveSameAggregation(
    _ left: BGPAdvertisement, _ right: BGPAdvertisement, _ range: AddressRange
  ) -> Bool {
    switch range.family {
    case .ipv4: left.aggregationLength == right.aggregationLength
    case .ipv6: left.aggregationLengthV6 == right.aggregationLengthV6
    }
  }

  /// Whether no IPv6 pool goes to a peer whose BFD profile has echo mode, which IPv6 lacks there.
  private mutating func avoidsEchoMode(
    _ advertisement: Located<BGPAdvertisement>, on pools: [Located<IPAddressPool>]
  ) -> Bool {
    let echoing = Set(bfdProfiles.filter(\.object.echoMode).map(\.key.name.name))
    guard !echoing.isEmpty,
      let pool = pools.first(where: { $0.object.addresses.contains { $0.family == .ipv6 } })
    else { return true }
    let names = advertisement.object.peers
    let peer = peers.first { peer in
      (names.isEmpty || names.contains(peer.object.name))
        && peer.object.bfdProfile.map(echoing.contains) ?? false
    }
    guard let peer else { return true }
    report(
      .error, advertisement, nil,
      "advertises the IPv6 addresses of \(pool.key) to \(peer.key), whose BFDProfile has echoMode, "
        + "which is for IPv4 only")
    return false
  }
}
