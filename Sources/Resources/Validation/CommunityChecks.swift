extension ConfigurationBuilder {
  /// Refuses each Community that defines an alias again; gathers the aliases of the others.
  mutating func checkCommunities() {
    var definers: [String: Located<Community>] = [:]
    var accepted: [Located<Community>] = []
    for community in communities {
      var isRefused = false
      for (index, alias) in community.object.aliases.enumerated() {
        guard let first = definers[alias.name] else { continue }
        report(
          .error, community, "spec.communities[\(index)]",
          "the alias \"\(alias.name.printable)\" is defined by \(first.key) "
            + "(\(Self.place(first.location))) already; remove one")
        isRefused = true
      }
      guard !isRefused else { continue }
      for alias in community.object.aliases {
        definers[alias.name] = community
        configuration.communityAliases[alias.name] = alias.value
      }
      accepted.append(community)
    }
    communities = accepted
  }

  /// Whether all communities of an advertisement are values or known aliases.
  mutating func hasKnownCommunities(_ advertisement: Located<BGPAdvertisement>) -> Bool {
    var isKnown = true
    for (index, text) in advertisement.object.communities.enumerated()
    where configuration.communityAliases[text] == nil && CommunityValue(text) == nil {
      var hint = ""
      if let value = CommunityRules.wellKnown[text.lowercased()] {
        hint = "; write \(value)"
      } else if let near = NearestName.of(text, in: configuration.communityAliases.keys.sorted()) {
        hint = "; did you mean \(near)?"
      }
      report(
        .error, advertisement, "spec.communities[\(index)]",
        "no Community defines the alias \"\(text.printable)\"\(hint)")
      isKnown = false
    }
    return isKnown
  }
}
