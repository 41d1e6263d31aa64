import Addresses
import Assignment
import BGP
import NIOCore
import Resources
import Status

#if canImport(Glibc)
  import Glibc
#endif

/// Makes the documents that the status server serves: the one truth about this speaker.
extension ControlLoop {
  /// What the speaker does, and why.
  func statusDocument() async -> StatusDocument {
    var plane = await planeView()
    plane?.relayedSegments = await relay?.relayedSegments()
    let streams = await streams?() ?? source.streams
    return StatusDocument(
      node: options.node, programVersion: speakerVersion, pid: getpid(), startedAt: startedAt,
      source: SourceStatus(
        directory: options.source.description, objects: source.objects, complete: source.isComplete,
        isReachable: source.isReachable, streams: streams, objectsAsOf: source.objectsAsOf),
      addresses: assignment.addresses().map { addressStatus($0, plane) },
      servicesWithoutAddress: assignment.servicesWithoutAddress().compactMap(serviceStatus),
      peers: peers.entries.map(peerStatus) + peers.waiting.map(peerStatus),
      listeners: listener.isConfigured ? listener.status() : nil, interfaces: links.status(),
      election: plane?.document, drain: drainStatus(plane),
      problems: problems(plane),
      counters: source.counters)
  }

  /// All that is wrong, errors first.
  func problems(_ plane: PlaneView?) -> [Problem] {
    let all =
      source.statusProblems + links.problems() + Problem.list(of: kernelResponders)
      + peers.problems() + neighbours.problems() + listener.problems() + bfd.problems()
      + keyProblems + relayProblems + unguardedSessions + ownProblems + reachabilityProblems
      + gatewayRounds.problems(node: options.node) + memberProblems(plane)
    return all.sorted()
  }

  /// Why `target`, an address or `namespace/name`, is announced or not; nil if it is unknown.
  func explain(_ target: String) async -> ExplainDocument? {
    let plane = await planeView()
    let circumstances = circumstances(plane)
    if let address = IPAddress(target) {
      guard let report = assignment.report(for: address) else { return nil }
      return ExplainDocument(
        node: options.node, subject: target, services: report.services.map(explanation),
        addresses: [explanation(report, plane)], circumstances: circumstances)
    }
    let parts = target.split(separator: "/", omittingEmptySubsequences: false)
    let name =
      parts.count == 2
      ? ObjectName(namespace: String(parts[0]), name: String(parts[1]))
      : ObjectName(namespace: "default", name: target)
    guard parts.count <= 2, let report = assignment.report(for: name) else { return nil }
    return ExplainDocument(
      node: options.node, subject: "\(name)", services: [explanation(report.service)],
      addresses: report.addresses.map { explanation($0, plane) }, circumstances: circumstances)
  }

  /// Why a service or an address may not be known, or how else it may have been meant.
  func whyUnknown(_ target: String) -> String {
    guard assignment.isComplete else { return "the sources have not been read to the end yet" }
    var words: [String] = []
    if IPAddress(target) != nil {
      words.append(
        "no Service has it in status.loadBalancer.ingress; 'bellman status' lists the addresses")
    } else if let flaw = Self.flaw(ofAddress: target) {
      words.append(flaw)
    } else {
      let name = target.split(separator: "/").last.map(String.init) ?? target
      let alike = assignment.services().filter { $0.name == name }.prefix(3).map(\.description)
      let near = NearestName.of(target, in: assignment.services().map(\.description))
      if !alike.isEmpty || near != nil {
        let names = alike.isEmpty ? [near].compactMap(\.self) : Array(alike)
        words.append("did you mean \(names.joined(separator: ", "))?")
      } else {
        words.append("a service is named as NAMESPACE/NAME")
      }
    }
    let errors = source.problems.filter { $0.severity == .error }
    if let first = errors.first {
      let rest = errors.count > 1 ? ", and \(errors.count - 1) more" : ""
      words.append("what is in error is not read: \(first)\(rest)")
    }
    return words.joined(separator: "; ")
  }

  /// What is wrong with what looks like an address; nil where it does not.
  private static func flaw(ofAddress target: String) -> String? {
    if IPPrefix(target) != nil { return "it is a prefix; give one address" }
    // No name of a Service has either sign.
    if target.contains(":") { return "it is no IPv6 address" }
    guard target.contains("."), target.allSatisfy({ $0 == "." || $0.isASCII && $0.isNumber }) else {
      return nil
    }
    return "it is no IPv4 address, which has four numbers of 0 to 255"
  }

  /// What holds for more than one address and may be behind what is explained.
  private func circumstances(_ plane: PlaneView?) -> [Circumstance] {
    var found = plane?.circumstances ?? []
    if !isSourceReachable {
      found.append(
        Circumstance(
          .sourceUnreachable,
          sentence: source.objectsAsOf.map {
            "the API has not been reached since the start, and \($0.objectsFromDisk), are in use"
          } ?? "the API cannot be reached, and services, endpoints and nodes stay as last read"))
    }
    return found + source.circumstances
  }

  /// What the election says, once for a document; nil without an election, and when it has ended.
  func planeView(includesAddresses: Bool = true) async -> PlaneView? {
    guard
      let status = try? await election?
        .status(on: eventLoop, includesAddresses: includesAddresses).get()
    else { return nil }
    return PlaneView(
      node: options.node, status: status, keyProblem: keyProblem,
      hold: fitnessHold.disagreement, objectsAsOf: source.objectsAsOf)
  }

  private func claim(of summary: AddressSummary, _ plane: PlaneView?) -> ClaimStatus? {
    plane?.claim(of: summary, lastMove: election?.lastMove(of: summary.address))
  }

  /// Sessions that should be guarded and are not: they work, and a dead path goes unnoticed for as long
  /// as the hold time.
  private var unguardedSessions: [Problem] {
    peers.entries.compactMap { name, entry in
      guard entry.transport.state == .established, let session = bfd.status(of: name),
        session.state != "Up"
      else { return nil }
      return Problem(
        severity: .warning, object: "BGPPeer \(name)",
        message: "BFD is \(session.state) while the session is established, so a dead path is "
          + "noticed by the hold timer only; does the router run BFD with this node?")
    }
  }

  /// Keys that are not followed are found out when they are changed, which is too late.
  private var keyProblems: [Problem] {
    keyProblem.map {
      [Problem(severity: .error, file: options.election?.keyFile, message: $0)]
    } ?? []
  }

  private var relayProblems: [Problem] {
    let obstacle = options.relayObstacle.map {
      Problem(severity: .warning, object: "relay", message: $0)
    }
    let failure = relay?.problem.map { Problem(severity: .error, object: "relay", message: $0) }
    return [obstacle, failure].compactMap(\.self)
  }

  /// What is wrong with who takes part in the election.
  private func memberProblems(_ plane: PlaneView?) -> [Problem] {
    guard let election, let plane else { return [] }
    let unheard = election.overdue(plane.unheardWitnesses)
    return [
      UnheardWitnesses.problem(
        node: options.node, unheard: unheard, of: plane.witnessCount),
      election.selectsOwnNode ? nil : UnheardWitnesses.exclusion(node: options.node),
    ].compactMap(\.self)
  }

  /// What is wrong with this speaker itself.
  private var ownProblems: [Problem] {
    guard assignment.isComplete, !knowsOwnNode else { return [] }
    return [
      Problem(
        severity: .error, object: "Node \(options.node)",
        message: "no Node of this name is known, so that nothing is announced; "
          + "check --node")
    ]
  }

  private func addressStatus(_ summary: AddressSummary, _ plane: PlaneView?) -> AddressStatus {
    let history = histories[summary.address]
    let traffic = links.traffic(of: summary.address)
    let told = summary.routes.filter { peers.hasSent($0.prefix, to: $0.peer) }
    let bgp = BGPStanding(summary.bgp, routes: summary.routes, obstacle: peers.obstacle(to:of:))
    // The history is that of the decision, which knows whether a session is up and no more.
    let isAsDecided = bgp.verdict == BGPVerdict(summary.bgp)
    return AddressStatus(
      address: summary.address, services: summary.services.map(\.description),
      externalTrafficPolicy: TrafficPolicy(of: summary.policies.map(TrafficPolicy.init))
        ?? .cluster,
      pool: summary.pool,
      layer2: Layer2Status(
        verdict: Layer2Verdict(summary.layer2), reason: summary.layer2.reason.rawValue,
        sentence: summary.layer2.sentence, owner: summary.owner,
        interfaces: links.names(holding: summary.address), since: history?.layer2Since,
        claim: claim(of: summary, plane), conflicts: links.conflicts(of: summary.address),
        requestsReceived: traffic?.requests, repliesSent: traffic?.replies,
        gratuitousSent: traffic?.gratuitous),
      bgp: BGPStatus(
        verdict: bgp.verdict, reason: bgp.reason, sentence: bgp.sentence,
        peers: Set(told.map(\.peer)).sorted(),
        prefixes: Set(summary.routes.map(\.prefix)).sorted(),
        since: isAsDecided ? history?.bgpSince : nil),
      since: history?.since ?? startedAt, lastChange: history?.lastChange)
  }

  private func serviceStatus(_ name: ObjectName) -> ServiceStatus? {
    guard let report = assignment.report(for: name)?.service, let refusal = report.refusal else {
      return nil
    }
    return ServiceStatus(
      service: "\(name)", externalTrafficPolicy: TrafficPolicy(report.externalTrafficPolicy),
      reason: refusal.reason.rawValue, sentence: refusal.sentence)
  }

  private func peerStatus(_ name: String, _ entry: PeerTable.Entry) -> PeerStatus {
    let transport = entry.transport
    let statistics = transport.statistics
    let error = entry.lastError.map { PeerError(at: entry.lastErrorAt ?? startedAt, text: $0) }
    return PeerStatus(
      name: name, address: entry.endpoint.address, interface: entry.endpoint.scope?.name,
      port: entry.endpoint.port, localAS: entry.configuration.localAS,
      remoteAS: transport.negotiated?.remoteAS ?? entry.configuration.knownRemoteAS,
      state: PeerStatus.State(transport.state), since: entry.stateSince,
      lastError: error,
      negotiated: transport.negotiated.map {
        NegotiatedStatus($0, configuration: entry.configuration)
      },
      prefixesAnnounced: PrefixCounts(
        ipv4: transport.advertisedCount(.ipv4), ipv6: transport.advertisedCount(.ipv6)),
      prefixesWithdrawn: statistics.prefixesWithdrawn,
      messagesReceived: statistics.received.total, messagesSent: statistics.sent.total,
      routesReceived: statistics.routesReceived, flaps: statistics.flaps,
      nextRetryAt: transport.retryAt.map(Timestamp.init), bfd: bfd.status(of: name),
      updatesSent: statistics.sent.update,
      connection: PeerConnection(entry.configuration, entry.endpoint))
  }

  private func peerStatus(_ name: String, _ waiting: PeerTable.Waiting) -> PeerStatus {
    let peer = waiting.peer
    var address: IPAddress?
    var interface: String?
    switch peer.endpoint {
    case .address(let known): address = known
    case .interface(let name): interface = name
    }
    let localAS = peer.localASN ?? peer.myASN
    let remoteAS: UInt32? =
      switch peer.remoteAS {
      case .number(let number): number
      case .internal: localAS
      case .external: nil
      }
    return PeerStatus(
      name: name, address: address, interface: interface, port: peer.peerPort, localAS: localAS,
      remoteAS: remoteAS, state: .idle, since: Timestamp(waiting.since),
      lastError: PeerError(at: Timestamp(waiting.since), text: waiting.reason),
      connection: PeerConnection(peer))
  }

  private func explanation(_ report: ServiceReport) -> ServiceExplanation {
    ServiceExplanation(
      service: "\(report.name)",
      externalTrafficPolicy: TrafficPolicy(report.externalTrafficPolicy),
      internalTrafficPolicy: TrafficPolicy(report.internalTrafficPolicy),
      insideCallers: report.internalTraffic,
      endpoints: report.endpoints.map {
        EndpointCount(family: $0.family, ready: $0.ready, terminating: $0.terminating)
      },
      reason: report.refusal?.reason.rawValue, sentence: report.refusal?.sentence)
  }

  private func explanation(_ report: AddressReport, _ plane: PlaneView?) -> AddressExplanation {
    let summary = report.summary
    let placement = plane?.placement(of: report)
    var nodes: [NodeExplanation] = []
    var rank = 0
    for node in report.nodes {
      let explanation = explanation(node, of: report, placement, plane, rank: rank + 1)
      if explanation.rank != nil { rank += 1 }
      nodes.append(explanation)
    }
    return AddressExplanation(
      address: summary.address, services: summary.services.map(\.description),
      externalTrafficPolicy: TrafficPolicy(of: summary.policies.map(TrafficPolicy.init))
        ?? .cluster,
      pool: summary.pool, owner: summary.owner, claim: claim(of: summary, plane),
      nodes: nodes,
      routes: report.routes.map(explanation), conflicts: links.conflicts(of: summary.address))
  }

  private func explanation(
    _ report: NodeReport, of address: AddressReport, _ placement: Placement?, _ plane: PlaneView?,
    rank: Int
  ) -> NodeExplanation {
    let isPlain = report.layer2.reason == .owner || report.layer2.reason == .candidate
    let why = isPlain ? placement?.sentence(for: report.node) : nil
    var layer2 = ExplainedVerdict(
      Layer2Verdict(report.layer2), reason: report.layer2.reason.rawValue,
      sentence: why ?? report.layer2.sentence)
    // What the sessions of another node carry is not known.
    let routes = report.node == options.node ? address.summary.routes : []
    let standing = BGPStanding(report.bgp, routes: routes, obstacle: peers.obstacle(to:of:))
    var bgp = ExplainedVerdict(
      standing.verdict, reason: standing.reason, sentence: standing.sentence)
    // What its objects allow a node, it does not do while it is dead or drained.
    if let absence = plane?.absence(of: report.node) {
      // An owner that is drained answers until it has handed over.
      let mayKeep = absence.reason == Reason.nodeDraining.rawValue && layer2.verdict == .owner
      if layer2.verdict != .no, !mayKeep {
        layer2 = ExplainedVerdict(.no, reason: absence.reason, sentence: absence.sentence)
      }
      if bgp.verdict != .no {
        bgp = ExplainedVerdict(.no, reason: absence.reason, sentence: absence.sentence)
      }
    }
    return NodeExplanation(
      node: report.node, rank: layer2.verdict == .no || report.rank == nil ? nil : rank,
      fitness: report.fitness?.description, weight: report.weight, layer2: layer2, bgp: bgp,
      readyEndpoints: report.readyEndpoints, terminatingEndpoints: report.terminatingEndpoints,
      addresses: plane?.loads[report.node],
      note: bgp.verdict == BGPVerdict(report.bgp) ? note(about: report, of: address) : nil)
  }

  /// What else is to be said of a node's part by BGP: that nobody could take its place, or that packets
  /// come to it although it announces nothing of the address.
  private func note(about report: NodeReport, of address: AddressReport) -> String? {
    switch BGPVerdict(report.bgp) {
    case .announced:
      let others = address.nodes.contains { $0.node != report.node && BGPVerdict($0.bgp) != .no }
      return others ? nil : "if it went, no other node may announce it"
    case .fit: return nil
    case .no:
      guard report.node == options.node else { return nil }
      let prefixes = Set(assignment.addresses().flatMap(\.routes).map(\.prefix)).sorted()
        .filter { $0.contains(address.summary.address) }
      guard !prefixes.isEmpty else { return nil }
      return
        "it announces \(prefixes.map(\.description).joined(separator: ", ")) for other addresses, "
        + "so that packets for this one may come to it all the same"
    }
  }

  private func explanation(_ report: RouteReport) -> RouteExplanation {
    // It is for routers of our own AS only (RFC 4271, section 5.1.5).
    let isInternal = peers.entries[report.key.peer]?.configuration.isInternal ?? true
    let standing = BGPStanding(
      report.decision, routes: [report.key], obstacle: peers.obstacle(to:of:))
    return RouteExplanation(
      peer: report.key.peer, prefix: report.key.prefix,
      decision: ExplainedVerdict(
        standing.verdict, reason: standing.reason, sentence: standing.sentence),
      localPreference: isInternal ? report.attributes?.localPreference : nil,
      multiExitDiscriminator: report.attributes?.multiExitDiscriminator,
      prependCount: report.attributes?.prependCount,
      nextHops: [
        report.attributes?.nextHopIPv4?.description, report.attributes?.nextHopIPv6?.description,
      ].compactMap(\.self),
      communities: (report.attributes?.communities.map(\.description) ?? [])
        + (report.attributes?.extendedCommunities.map(\.description) ?? []),
      weight: report.attributes?.endpointCount,
      obstacle: report.decision.isFit
        ? peers.obstacle(to: report.key.prefix.family, of: report.key.peer) : nil)
  }
}

extension PeerStatus.State {
  init(_ state: SessionState) {
    switch state {
    case .idle: self = .idle
    case .connect: self = .connect
    case .active: self = .active
    case .openSent: self = .openSent
    case .openConfirm: self = .openConfirm
    case .established: self = .established
    }
  }
}

extension NegotiatedStatus {
  fileprivate init(_ session: NegotiatedSession, configuration: PeerConfiguration) {
    let configured = configuration.keepaliveTime.map {
      UInt16(clamping: $0.nanoseconds / 1_000_000_000)
    }
    self.init(
      holdTimeSeconds: session.holdTime,
      keepaliveSeconds: min(session.holdTime / 3, configured ?? .max),
      families: session.families, capabilities: session.remoteCapabilities.map(\.description),
      routerID: session.remoteRouterID)
  }
}

extension PeerConfiguration {
  /// The neighbour's AS where the configuration alone tells it.
  fileprivate var knownRemoteAS: UInt32? {
    switch remoteAS {
    case .number(let number): number
    case .internal: localAS
    case .external: nil
    }
  }
}
