public import Addresses
public import Resources

/// What the machine knows, for people.
extension Assignment {
  /// All addresses of all services, sorted, with this node's decisions.
  public func addresses() -> [AddressSummary] {
    state.holders.keys.sorted().compactMap(summary)
  }

  /// This node's decisions about one address; nil when no service has it.
  public func summary(of address: IPAddress) -> AddressSummary? {
    guard let names = state.holders[address] else { return nil }
    let standing = standings[address]
    let incomplete = Decision(.sourcesIncomplete)
    let routes = standing?.routes ?? []
    return AddressSummary(
      address: address, services: names,
      policies: names.compactMap { state.services[$0]?.externalTrafficPolicy },
      pool: state.index.pool(containing: address).map { state.index.pools[$0].name },
      owner: state.options.hasElection ? ownerships[address]?.owner : standing?.owner?.node,
      layer2: standing?.layer2 ?? incomplete,
      bgp: standing.map { state.withSessions($0.bgp, routes: routes) } ?? incomplete,
      interfaces: standing?.interfaces, routes: routes,
      candidates: standing?.election?.candidates ?? [])
  }

  /// Everything about one address, every node included; nil when no service has it. The cost grows
  /// with the number of nodes.
  public func report(for address: IPAddress) -> AddressReport? {
    guard let summary = summary(of: address), let subject = state.subject(of: address) else {
      return nil
    }
    let required = state.requiredClaimants(of: subject, by: .layer2)
    let selection = state.bgpDecision(
      of: subject, on: node, peers: state.ownPeers,
      required: state.requiredClaimants(of: subject, by: .bgp)
    ).selection
    return AddressReport(
      summary: summary, services: summary.services.compactMap(serviceReport),
      unserved: state.unserved(of: subject, required: required),
      nodes: nodeReports(of: subject, required: required),
      routes: isComplete ? routeReports(selection) : [],
      interfaces: interfaces(of: subject))
  }

  /// What is known about one service and all its addresses; nil when there is no such service.
  public func report(
    for service: ObjectName
  ) -> (service: ServiceReport, addresses: [AddressReport])? {
    guard let report = serviceReport(service) else { return nil }
    return (report, report.addresses.compactMap { self.report(for: $0) })
  }

  /// The names of all services, sorted.
  public func services() -> [ObjectName] { state.services.keys.sorted() }

  /// The services of type LoadBalancer and of this speaker's class that have no address, sorted.
  public func servicesWithoutAddress() -> [ObjectName] {
    state.services.values
      .filter {
        $0.ingress.isEmpty && ServiceGate.refusal(of: $0, options: state.options) == nil
      }
      .map(\.metadata.name).sorted()
  }

  private func serviceReport(_ name: ObjectName) -> ServiceReport? {
    guard let service = state.services[name] else { return nil }
    let addresses = Set(service.ingress).sorted()
    let refusal =
      ServiceGate.refusal(of: service, options: state.options)
      ?? (addresses.isEmpty ? .noAddress(name) : nil)
    let endpoints = state.endpoints[name] ?? ServiceEndpoints()
    return ServiceReport(
      name: name, externalTrafficPolicy: service.externalTrafficPolicy,
      internalTrafficPolicy: service.internalTrafficPolicy, addresses: addresses,
      refusal: refusal.map { Decision($0) },
      endpoints: AddressFamily.allCases.compactMap { family in
        let summary = endpoints[family]
        guard !summary.isEmpty || addresses.contains(where: { $0.family == family }) else {
          return nil
        }
        return ServiceReport.FamilyEndpoints(
          family: family, ready: summary.ready, terminating: summary.terminating)
      })
  }

  private func interfaces(of subject: Subject) -> [String] {
    guard let profile = state.profiles[node], let known = state.ownInterfaces else { return [] }
    do throws(Refusal) {
      return try state.selectInterfaces(for: subject, on: profile).matching(known)
    } catch {
      return []
    }
  }

  // MARK: Nodes

  private func nodeReports(of subject: Subject, required: [Int]) -> [NodeReport] {
    let names = Set(state.profiles.keys).union([node]).sorted()
    let keys = names.compactMap { state.rankKey(of: subject, on: $0, required: required) }.sorted()
    let fit = Set(keys.map(\.node))
    let bgpRequired = state.requiredClaimants(of: subject, by: .bgp)
    var reports: [NodeReport] = []
    for (number, key) in keys.enumerated() {
      reports.append(
        nodeReport(
          key.node, of: subject, rank: number + 1, owner: keys.first, required: required,
          bgpRequired: bgpRequired))
    }
    for name in names where !fit.contains(name) {
      reports.append(
        nodeReport(
          name, of: subject, rank: nil, owner: keys.first, required: required,
          bgpRequired: bgpRequired))
    }
    return reports
  }

  private func nodeReport(
    _ name: String, of subject: Subject, rank: Int?, owner: RankKey?, required: [Int],
    bgpRequired: [Int]
  ) -> NodeReport {
    let layer2 =
      state.options.hasElection
      ? elected(name, of: subject, required: required)
      : state.layer2Decision(of: subject, on: name, owner: owner, required: required)
    let bgp = state.bgpDecision(
      of: subject, on: name, peers: state.peers(ofNode: name), required: bgpRequired)
    let isOwn = name == node
    let incomplete: Decision? = isOwn && !isComplete ? Decision(.sourcesIncomplete) : nil
    let local = subject.claimants.map { $0.endpoints.onNode(name) }
    return NodeReport(
      node: name, layer2: incomplete ?? layer2.decision,
      bgp: incomplete
        ?? (isOwn
          ? state.withSessions(bgp.decision, routes: bgp.selection.routes.map(\.key))
          : bgp.decision),
      readyEndpoints: local.reduce(0) { $0 + $1.ready + $1.speakerlessReady },
      terminatingEndpoints: local.reduce(0) { $0 + $1.terminating + $1.speakerlessTerminating },
      fitness: layer2.fit?.key.fitness,
      weight: state.profiles[name]
        .map { PreferredNodes.weight(of: $0, advertisements: subject.layer2) } ?? 0,
      rank: rank)
  }

  /// The part of a node in an elected address: what it says itself, or what is known of others.
  private func elected(
    _ name: String, of subject: Subject, required: [Int]
  ) -> (decision: Decision, fit: Layer2Fit?) {
    var ownership = ownerships[subject.address]
    if name != node, let owner = ownership?.owner { ownership?.answersHere = owner == name }
    let found = state.electedDecision(
      of: subject, on: name, ownership: ownership, required: required)
    return (found.decision, found.fit)
  }

  // MARK: Routes

  private func routeReports(_ selection: RouteSelection) -> [RouteReport] {
    let announced = selection.routes.map { route in
      RouteReport(
        key: route.key, attributes: routes.announced(route.key), decision: decision(route.key),
        addresses: routes.addresses(of: route.key))
    }
    let refused = selection.refused.map {
      RouteReport(
        key: $0.key, attributes: routes.announced($0.key), decision: Decision($0.refusal),
        addresses: routes.addresses(of: $0.key))
    }
    return (announced + refused).sorted { $0.key < $1.key }
  }

  /// How an announced route stands: without a session, by contradictory advertisements, or well.
  private func decision(_ key: RouteKey) -> Decision {
    if let found = routes.disagreement(about: key) {
      return state.withSessions(
        Decision(
          .announces, .conflictingAdvertisements,
          "\(key.prefix) is announced to BGPPeer \(key.peer) with the most attractive of the"
            + " values of \(found.attribute.rawValue) that its addresses ask for:"
            + " \(found.firstValue ?? "none") for \(found.first),"
            + " \(found.secondValue ?? "none") for \(found.second)"),
        routes: [key])
    }
    return state.withSessions(
      Decision(.announces, .announced, "\(key.prefix) is announced to BGPPeer \(key.peer)"),
      routes: [key])
  }
}
