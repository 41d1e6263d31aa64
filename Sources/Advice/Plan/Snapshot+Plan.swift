public import Assignment
import Addresses
import Resources
public import Status

extension Snapshot {
  /// Who would announce what, by the decisions that speakers make: every speaker, interface and
  /// session is presumed to be up, and nobody to have an address yet.
  public func plan(_ options: Assignment.Options = Assignment.Options()) -> PlanDocument {
    // No Node has an empty name, so that all nodes are others to this machine.
    var assignment = Assignment(node: "", options: options)
    var events: [Assignment.Event] = [.configuration(configuration)]
    events += nodes.map { .node($0) }
    events += services.map { .service($0) }
    events += endpointSlices.map { .endpointSlice($0) }
    _ = assignment.handle(.batch(events + [.sourcesComplete]))
    return PlanDocument(
      source: source, nodes: nodes.map(\.name),
      addresses: assignment.addresses().compactMap { summary in
        assignment.report(for: summary.address).map {
          planned($0, assignment.announcements(of: summary.address))
        }
      },
      servicesWithoutAddress: assignment.servicesWithoutAddress().compactMap { name in
        guard let report = assignment.report(for: name)?.service, let refusal = report.refusal
        else { return nil }
        return ServiceStatus(
          service: "\(name)",
          externalTrafficPolicy: TrafficPolicy(report.externalTrafficPolicy),
          reason: refusal.reason.rawValue, sentence: refusal.sentence)
      },
      problems: problems.map(Problem.init))
  }

  private func planned(
    _ report: AddressReport, _ announcements: [NodeAnnouncement]
  ) -> PlannedAddress {
    let summary = report.summary
    let nodes = report.nodes.filter { !$0.node.isEmpty }
    let selections = Dictionary(
      announcements.map { ($0.node, $0.interfaces) }, uniquingKeysWith: { first, _ in first })
    let candidates = nodes.compactMap { node -> PlannedCandidate? in
      guard node.rank != nil else { return nil }
      var interfaces: [String]?
      if case .names(let names) = selections[node.node] ?? nil { interfaces = names }
      return PlannedCandidate(
        node: node.node, fitness: node.fitness?.description ?? "", weight: node.weight,
        readyEndpoints: node.readyEndpoints, interfaces: interfaces)
    }
    return PlannedAddress(
      address: summary.address, services: summary.services.map(\.description),
      externalTrafficPolicy: TrafficPolicy(of: summary.policies.map(TrafficPolicy.init))
        ?? .cluster,
      pool: summary.pool, candidates: candidates, routes: routes(announcements),
      refusals: refusals(.layer2, nodes.filter { $0.rank == nil }.map { ($0.node, $0.layer2) })
        + refusals(.bgp, nodes.filter { $0.bgp.verdict != .announces }.map { ($0.node, $0.bgp) }))
  }

  private func routes(_ announcements: [NodeAnnouncement]) -> [PlannedRoute] {
    var nodes: [NodeAnnouncement.Route: [String]] = [:]
    for announcement in announcements {
      for route in announcement.routes { nodes[route, default: []].append(announcement.node) }
    }
    return nodes.map { route, nodes in
      PlannedRoute(
        peer: route.key.peer, prefix: route.key.prefix, nodes: nodes,
        attributes: route.attributes.texts, weight: route.attributes.endpointCount)
    }
  }

  private func refusals(
    _ kind: PlannedRefusal.AnnouncementProtocol, _ decisions: [(node: String, Decision)]
  ) -> [PlannedRefusal] {
    Dictionary(grouping: decisions) { $0.1.reason }.compactMap { reason, refused in
      let sorted = refused.sorted { $0.node < $1.node }
      guard let first = sorted.first else { return nil }
      return PlannedRefusal(
        kind, reason: reason.rawValue, sentence: first.1.sentence, nodes: sorted.map(\.node))
    }
  }
}

extension RouteAttributes {
  /// What is set, in words.
  fileprivate var texts: [String] {
    var texts: [String] = []
    if let localPreference { texts.append("local preference \(localPreference)") }
    if let multiExitDiscriminator { texts.append("MED \(multiExitDiscriminator)") }
    if let prependCount { texts.append("prepend \(prependCount)") }
    if let nextHopIPv4 { texts.append("next hop \(nextHopIPv4)") }
    if let nextHopIPv6 { texts.append("next hop \(nextHopIPv6)") }
    let communities =
      communities.map(\.description) + extendedCommunities.map(\.description)
    if !communities.isEmpty { texts.append("communities \(communities.joined(separator: ","))") }
    return texts
  }
}
