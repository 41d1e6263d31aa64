extension ConfigurationBuilder {
  /// Refuses peers whose secret or BFD profile is missing, and peers that are the same session as
  /// an earlier one; looks up passwords and profiles.
  mutating func checkPeers() {
    var accepted: [Located<BGPPeer>] = []
    for peer in peers {
      let password = password(of: peer)
      let isRefused = password == .missing || !hasProfile(peer)
      if let twin = accepted.first(where: { Self.areSameSession($0.object, peer.object) }) {
        report(
          .error, peer, nil,
          "is the same session as \(twin.key) (\(Self.place(twin.location))): the same address, "
            + "port, source and VRF on the same nodes; remove one, or give them nodeSelectors "
            + "that exclude each other")
        continue
      }
      guard !isRefused else { continue }
      if case .found(let text) = password { configuration.passwords[peer.object.name] = text }
      if let profile = bfdProfiles.first(where: {
        $0.object.metadata.name.name == peer.object.bfdProfile
      }) {
        configuration.bfdProfiles[peer.object.name] = profile.object
      }
      accepted.append(peer)
    }
    peers = accepted
  }

  /// What became of the password of a peer.
  private enum PasswordLookUp: Equatable {
    case notNeeded
    case found(String)
    case missing
  }

  private mutating func password(of peer: Located<BGPPeer>) -> PasswordLookUp {
    let name: ObjectName
    switch peer.object.password {
    case nil: return .notNeeded
    case .literal(let text): return .found(text)
    case .secret(let secretName): name = secretName
    }
    let path = "spec.passwordSecret"
    guard let secret = secrets[name] else {
      report(.error, peer, path, "there is no Secret \(name.description.printable)")
      return .missing
    }
    guard secret.type == Secret.basicAuth else {
      report(
        .error, peer, path,
        "expected a Secret of type \(Secret.basicAuth), \(name) is of type "
          + "\(secret.type.printable)")
      return .missing
    }
    guard let password = secret.password, !password.isEmpty else {
      report(.error, peer, path, "the Secret \(name) has no password under the key \"password\"")
      return .missing
    }
    guard password.utf8.count <= PeerRules.maximumPasswordLength else {
      report(
        .error, peer, path,
        "expected a password of at most \(PeerRules.maximumPasswordLength) octets, that of the "
          + "Secret \(name) has \(password.utf8.count)")
      return .missing
    }
    return .found(password)
  }

  private mutating func hasProfile(_ peer: Located<BGPPeer>) -> Bool {
    guard let name = peer.object.bfdProfile,
      !bfdProfiles.contains(where: { $0.key.name.name == name })
    else { return true }
    let names = bfdProfiles.map(\.key.name.name)
    let hint = NearestName.of(name, in: names).map { "; did you mean \($0)?" } ?? ""
    report(
      .error, peer, "spec.bfdProfile", "there is no BFDProfile \"\(name.printable)\"\(hint)")
    return false
  }

  private static func areSameSession(_ left: BGPPeer, _ right: BGPPeer) -> Bool {
    left.endpoint == right.endpoint && left.peerPort == right.peerPort && left.vrf == right.vrf
      && left.sourceAddress == right.sourceAddress
      && overlap(left.nodeSelectors, right.nodeSelectors)
  }

  /// Whether two lists of node selectors surely share nodes, if there are any: one of them selects
  /// all, or they have a selector in common. What depends on the labels of nodes is left open.
  static func overlap(_ left: [LabelSelector], _ right: [LabelSelector]) -> Bool {
    let all = LabelSelector()
    if left.isEmpty || right.isEmpty || left.contains(all) || right.contains(all) { return true }
    return left.contains { right.contains($0) }
  }
}
