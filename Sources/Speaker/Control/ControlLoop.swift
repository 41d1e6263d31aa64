import Addresses
import Assignment
import BGP
import LinuxIO
import Logging
import NIOCore
import Resources
import Status

/// Owns all control state of a speaker on one event loop: what is known of the cluster, what is
/// announced, the BGP sessions and the interfaces. Other tasks send it events.
actor ControlLoop {
  /// The event loop that the actor runs on; its channels and timers are on it too.
  nonisolated let eventLoop: any EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    eventLoop.executor.asUnownedSerialExecutor()
  }

  let options: SpeakerOptions
  let startedAt: Timestamp
  private let logger: Logger
  private(set) var assignment: Assignment
  private(set) var histories: [IPAddress: AddressHistory] = [:]
  private(set) var source = SourceState()
  private(set) var interfaces: [NetworkInterface] = []
  let peers: PeerTable
  let neighbours: NeighbourTable
  let listener: BGPListener
  let bfd: BFDTable
  let links: LinkTable
  let election: ElectionTable?
  /// The questions to health check node ports; nil where announcements do not wait for them.
  let health: HealthChecks?
  /// The addresses whose announcement may be another one than was last asked for.
  var changedAddresses: Set<IPAddress> = []
  /// Hears when ``changedAddresses`` is no longer empty.
  var onAnnouncements: (@Sendable () -> Void)?
  /// Whether each node of the cluster is Ready.
  private(set) var nodes: [String: Bool] = [:]
  let relay: Relay?
  let metrics: EventMetrics
  /// What was decided and heard lately.
  let journal: EventJournal
  /// When the control loop last turned.
  nonisolated let pulse = Pulse()
  /// What the source says of its streams.
  private(set) var streams: (@Sendable () async -> [StreamStatus])?
  /// The drain of this node; nil when it is not drained.
  private(set) var drain: Drain?
  /// Why the file of the keys of the peer plane is not followed, or could not be read again.
  private(set) var keyProblem: String?
  /// Whether fitness is held, since the source is not believed.
  private(set) var fitnessHold = FitnessHold()
  /// Whether the source can be asked.
  private(set) var isSourceReachable = true
  /// The default gateways, under the policy `gateway`.
  private(set) var gatewayRounds = GatewayRounds()
  private var configuration = Configuration()
  private var ownNode: Node?
  private(set) var isStopping = false
  private var segmentWatch: RepeatedTask?
  private var credenceWatch: RepeatedTask?
  private var knowsInterfaces = false
  private var hasReadSource = false
  private var loggedKernelResponders: Set<String> = []

  /// Whether everything was read once, and decided upon.
  var isReady: Bool { assignment.isComplete }

  /// Whether what is decided may be told to the source: it was not read from disk.
  var mayReport: Bool { isReady && source.objectsAsOf == nil }

  /// Whether the source has the Node of this speaker.
  var knowsOwnNode: Bool { ownNode != nil }

  /// A control loop that knows nothing and announces nothing yet.
  init(
    options: SpeakerOptions, plane: PeerPlane?, relay: Relay? = nil, eventLoop: any EventLoop,
    logger: Logger, metrics: EventMetrics = .ignored
  ) {
    self.metrics = metrics
    journal = EventJournal(node: options.node, eventLoop: eventLoop)
    self.relay = relay
    self.options = options
    self.eventLoop = eventLoop
    self.logger = logger
    startedAt = .now
    assignment = Assignment(
      node: options.node,
      options: .init(
        loadBalancerClass: options.loadBalancerClass,
        ignoreExcludeLabel: options.ignoreExcludeLabel, hasElection: plane != nil,
        hasHealthGate: options.healthGate != nil))
    health = options.healthGate.map {
      HealthChecks($0, node: options.node, eventLoop: eventLoop)
    }
    election = plane.map {
      ElectionTable(
        node: options.node, speakerNodes: options.election?.speakerNodes ?? .all, plane: $0)
    }
    peers = PeerTable(node: options.node, eventLoop: eventLoop, logger: logger)
    neighbours = NeighbourTable(eventLoop: eventLoop, logger: logger)
    listener = BGPListener(
      addresses: options.bgpListen, eventLoop: eventLoop, logger: logger)
    bfd = BFDTable(eventLoop: eventLoop, logger: logger)
    links = LinkTable(
      node: options.node, options: options.layer2, lease: plane?.lease ?? ReplyLease(),
      eventLoop: eventLoop,
      logger: logger
    ) { frame, interface, receivedAt in
      plane?.receive(frame, on: interface, receivedAt: receivedAt)
    }
  }

  /// Begins to listen, to sessions and for neighbours. Call it once, before any event. Throws
  /// ``SpeakerStartError`` when an address cannot be listened on.
  func start() async throws {
    pulse.start(on: eventLoop)
    try await listener.open().get()
    // The hop keeps the machines from being entered while they are at work.
    peers.onSession = { [weak self] peer, isUp in
      Task { await self?.sessionChanged(peer: peer, isUp: isUp) }
    }
    neighbours.onChange = { [weak self] in
      Task { await self?.reconcilePeers() }
    }
    links.onChange = { [weak self] in
      Task { await self?.linksChanged() }
    }
    health?.onChange = { [weak self] in
      Task { await self?.healthChanged() }
    }
    health?.start()
    bfd.onChange = { [peers, journal] in
      peers.pathChanged(to: $0, isUp: $1)
      journal.note(path: $0, isUp: $1)
    }
    links.ownerOf = { [election] in election?.owner(of: $0) }
    links.onNews = { [journal] in journal.note(interface: $0, what: $1, why: $2) }
    links.onConflict = { [journal] in journal.note($0, interface: $1) }
    bfd.onState = { [metrics] in metrics.noteBFD("\($0)") }
    watchSegments()
    watchCredence()
    if let since = drainFile.read() {
      logger.notice("the node is drained", metadata: ["since": "\(since)"])
      setDrain(Drain(goingOnSince: since))
    }
  }

  /// Tells the election, as long as the process lives, whether the segments are alive.
  private func watchSegments() {
    guard let election else { return }
    let bound = NIOLoopBound((links, election), eventLoop: eventLoop)
    segmentWatch = eventLoop.scheduleRepeatedTask(
      initialDelay: .zero, delay: Self.segmentWatchInterval
    ) { _ in
      let (links, election) = bound.value
      if links.hasHeardSegment() { election.noteSegmentHeard() }
    }
  }

  /// What is believed for a time only, or of a minute, needs a look at the clock.
  private func watchCredence() {
    guard election != nil else { return }
    credenceWatch = eventLoop.scheduleRepeatedTask(
      initialDelay: .seconds(1), delay: .seconds(1)
    ) { [weak self] _ in
      Task { await self?.secondPassed() }
    }
  }

  private func secondPassed() {
    guard !isStopping, assignment.isComplete else { return }
    decide([], .source, since: .now())
  }

  private static let segmentWatchInterval: TimeAmount = .milliseconds(500)

  /// Takes in what changed in the source, and acts on it.
  func sourceChanged(_ update: SourceUpdate) {
    guard !isStopping else { return }
    logNewProblems(update.state)
    source = update.state
    sourceReachable(source.isReachable)
    guard update.isComplete else { return }
    var events = update.changes.events
    if let configuration = update.changes.configuration {
      self.configuration = configuration
      events.append(.configuration(configuration))
      events.append(reconcileLinks())
    }
    for node in update.changes.nodes.upserted { nodes[node.name] = node.ready == .yes }
    for name in update.changes.nodes.removed { nodes[name] = nil }
    for node in update.changes.nodes.upserted where node.name == options.node { ownNode = node }
    if update.changes.nodes.removed.contains(options.node) { ownNode = nil }
    if !hasReadSource {
      hasReadSource = true
      if health == nil { events.append(.sourcesComplete) }
      if ownNode == nil {
        logger.error("no Node of this name is known; check --node")
      }
    }
    health?.nodeAddresses = ownNode?.internalAddresses ?? []
    let news = election?.update(
      upserted: update.changes.nodes.upserted, removed: update.changes.nodes.removed)
    if let news { events += ownershipEvents(news) }
    reconcilePeers()
    decide(events, .source, since: update.receivedAt)
    completeSources()
    completeInitialTable()
    if update.changes.configuration != nil { noteAnnouncements(of: histories.keys) }
    logNewKernelResponders()
  }

  /// With a gate, nothing is decided before each service that is asked about was answered for: what an
  /// earlier speaker of this node announced must not end for want of a question.
  private func completeSources() {
    guard let health, hasReadSource, !assignment.isComplete, health.isPrimed else { return }
    decide(healthEvents(health) + [.sourcesComplete], .source, since: .now())
  }

  private func healthEvents(_ health: HealthChecks) -> [Assignment.Event] {
    health.takeChanges().map { service, health in
      if case .failing(let what) = health {
        logger.warning(
          "no endpoints by the health check node port",
          metadata: ["service": "\(service)", "port": "\(what)"])
      } else if health == .serving {
        logger.notice(
          "the health check node port tells of endpoints", metadata: ["service": "\(service)"])
      }
      return .health(service: service, health)
    }
  }

  /// Health check node ports answer otherwise than before, or all of them for the first time.
  private func healthChanged() {
    guard !isStopping, let health else { return }
    guard assignment.isComplete else {
      completeSources()
      return completeInitialTable()
    }
    let events = healthEvents(health)
    guard !events.isEmpty else { return }
    perform(assignment.handle(.batch(events)), .health, since: .now())
  }

  /// Takes in what the source or the time changed, and acts on it as far as the source is believed.
  private func decide(
    _ events: [Assignment.Event], _ event: EventMetrics.Event, since start: NIODeadline
  ) {
    let now = NIODeadline.now()
    let seconds = Int64(now.uptimeNanoseconds / 1_000_000_000)
    assignment.take(.batch([.time(seconds: seconds)] + events))
    // Whether a node lives that the source calls bad, only peers can say.
    if election != nil {
      let health = assignment.health
      let (nodes, endpoints) = Self.shares(health)
      let change = fitnessHold.update(
        nodes: nodes, endpoints: endpoints, failingServices: health.failingServices, now: now,
        wallClock: .now)
      if let change { logHold(change) }
    }
    perform(assignment.handle(.fitnessHeld(fitnessHold.isHeld)), event, since: start)
  }

  private func logHold(_ isHeld: Bool) {
    journal.note(isHeld: isHeld, shares: "\(fitnessHold.shares)")
    if isHeld {
      logger.error(
        "too much is bad at once: nodes and endpoints count as they were before",
        metadata: ["bad": "\(fitnessHold.shares)"])
    } else {
      logger.notice(
        "nodes and endpoints count as the source says again",
        metadata: ["bad": "\(fitnessHold.shares)"])
    }
  }

  /// Has documents ask for the streams of the source.
  func setStreams(_ streams: @escaping @Sendable () async -> [StreamStatus]) {
    self.streams = streams
  }

  func noteSource(isReachable: Bool) {
    isSourceReachable = isReachable
    journal.note(source: options.source.description, isReachable: isReachable)
    if isReachable {
      logger.notice("the API can be reached again")
    } else {
      logger.warning("the API cannot be reached: everything stays as it was last read")
    }
  }

  /// Ends a round of questions to the default gateways and begins the next; whether they answer, where
  /// that has changed.
  func nextGatewayRound(_ gateways: [DefaultGateway]) -> Bool? {
    guard !isStopping else { return nil }
    let change = gatewayRounds.next(
      gateways, interfaces: interfaces, links: links, now: .now)
    if let change {
      logger.log(
        level: change ? .notice : .warning,
        "\(change ? "a default gateway answers again" : "no default gateway answers")")
    }
    return change
  }

  /// Takes in the network interfaces of this machine, all of them.
  ///
  /// - Parameter moved: the indices of those that came to another port of the network.
  func interfacesChanged(_ interfaces: [NetworkInterface], moved: Set<Int>) {
    guard !isStopping else { return }
    guard !knowsInterfaces || interfaces != self.interfaces || !moved.isEmpty else { return }
    knowsInterfaces = true
    let returned = InterfaceStack.returnedMembers(from: self.interfaces, to: interfaces)
    self.interfaces = interfaces
    let start = NIODeadline.now()
    reconcilePeers()
    perform(assignment.handle(reconcileLinks()), .interface, since: start)
    completeInitialTable()
    links.announceAnew(on: InterfaceStack.above(moved.union(returned), in: interfaces))
    noteAnnouncements(of: histories.keys)
    logNewKernelResponders()
  }

  /// Once all that is to be announced has been said to sessions that exist, End-of-RIB may follow.
  private func completeInitialTable() {
    if knowsInterfaces, assignment.isComplete { peers.completeInitialTable() }
  }

  /// The interfaces cannot be listed: what was known of them stays, and sessions need not wait.
  func interfacesFailed() {
    guard !knowsInterfaces else { return }
    interfacesChanged([], moved: [])
  }

  /// Where the kernel of this node would answer for addresses of services.
  var kernelResponders: [KernelResponder] {
    links.kernelResponders { histories[$0] != nil }
  }

  /// Hands over what this node answers for, and says goodbye to all peers with `reason`, both at once;
  /// returns when that is done.
  func stop(reason: String) async {
    isStopping = true
    journal.close()
    async let isLeft: Void = leaveElection()
    await sayGoodbye(reason: reason)
    await isLeft
    segmentWatch?.cancel()
    credenceWatch?.cancel()
    health?.stop()
    links.close()
    pulse.stop()
  }

  private func sayGoodbye(reason: String) async {
    let wait = peers.beginGracefulShutdown()
    if wait > .zero {
      logger.info(
        "peers are told that the routes will go",
        metadata: ["wait": "\(wait.nanoseconds / 1_000_000_000) s"])
      try? await eventLoop.scheduleTask(in: wait) {}.futureResult.get()
    }
    // BFD ends first: a neighbour that hears of its end must not take it for a failure.
    let pathsEnded = bfd.stop()
    neighbours.close()
    try? await listener.close().get()
    try? await peers.stop(reason: reason).get()
    try? await pathsEnded.get()
  }

  /// Takes in what the election said.
  func electionSays(_ outputs: [PeerPlaneOutput]) {
    guard let election else { return }
    let start = NIODeadline.now()
    relay?.note(outputs)
    let news = election.take(outputs)
    perform(assignment.handle(.batch(ownershipEvents(news))), .election, since: start)
    note(news, at: start)
    journal.note(news)
    links.announceAgain(news.repeated)
    for frame in news.frames { links.broadcast(frame) }
    if !links.speakers.isSuperset(of: news.speakers) { links.speakers.formUnion(news.speakers) }
    for (address, move) in news.moves.sorted(by: { $0.key < $1.key }) {
      logger.info(
        "address has another owner",
        metadata: [
          "address": "\(address)", "cause": "\(move.causeName)",
          "owner": "\(move.to ?? "nobody")",
        ])
    }
  }

  private func ownershipEvents(_ news: ElectionTable.News) -> [Assignment.Event] {
    news.ownerships.sorted { $0.key < $1.key }.map { .ownership($0.key, $0.value) }
      + news.draining.sorted { $0.key < $1.key }.map { .draining(node: $0, isDraining: $1) }
      + news.deaths.map { .peerDeath(node: $0.node, $0.death) }
  }

  /// Begins to hand everything over and to take nothing, or takes part again.
  func setDrain(_ drain: Drain?) {
    self.drain = drain
    journal.note(isDrained: drain != nil)
    election?.drain(drain != nil)
    perform(
      assignment.handle(.draining(node: options.node, isDraining: drain != nil)), .drain,
      since: .now())
  }

  /// Notes what is wrong with the file of the keys; nil when all is well.
  func noteKeyProblem(_ problem: String?) { keyProblem = problem }

  /// Hands all addresses over, or has the others wait for the next process of this node.
  private func leaveElection() async {
    guard let election else { return }
    if let hold = options.election?.restartHold {
      election.announceRestart(hold: hold)
      return
    }
    election.drain(true)
    let deadline = NIODeadline.now() + Self.longestHandOver
    while election.isHandingOver, NIODeadline.now() < deadline {
      try? await eventLoop.scheduleTask(in: .milliseconds(5)) {}.futureResult.get()
    }
  }

  /// How long the addresses of a speaker that stops may take to find new owners.
  private static let longestHandOver: TimeAmount = .seconds(3)

  /// An interface broke, or may be mended.
  private func linksChanged() {
    guard !isStopping else { return }
    perform(assignment.handle(reconcileLinks()), .interface, since: .now())
    noteAnnouncements(of: histories.keys)
  }

  /// A session was established or lost.
  private func sessionChanged(peer: String, isUp: Bool) {
    guard !isStopping else { return }
    journal.note(session: peer, isUp: isUp, peers.entries[peer])
    perform(assignment.handle(.session(peer: peer, isUp: isUp)), .session, since: .now())
    noteAnnouncements(of: histories.keys)
    // A neighbour that had fallen silent was kept for the sake of the session.
    if !isUp { reconcilePeers() }
  }

  /// Brings the links in line with the interfaces and the configuration, and returns the event that
  /// tells of those that can be used; before the interfaces are known, that is not known either.
  private func reconcileLinks() -> Assignment.Event {
    guard !interfaces.isEmpty else { return .interfaces(node: options.node, names: nil) }
    let named = Set(configuration.l2Advertisements.flatMap(\.interfaces))
    let usable = links.reconcile(interfaces, named: named)
    relay?.post([.interfaces(links.stations)])
    return .interfaces(node: options.node, names: usable)
  }

  /// Before the interfaces are known there are no sessions: without the next hop of a family a session
  /// would not offer it, and a router that keeps routes over a restart would drop those of the family.
  private func reconcilePeers() {
    guard !isStopping, knowsInterfaces else { return }
    let labels = ownNode?.metadata.labels ?? [:]
    let selected = configuration.peers.filter { peer in
      ownNode != nil && peer.nodeSelectors.matchesAny(labels)
    }
    let located = neighbours.locate(selected, interfaces: interfaces) { [peers] name in
      peers.entries[name]?.transport.state == .established
    }
    peers.reconcile(
      peers: located, passwords: configuration.passwords,
      nodeAddresses: ownNode?.internalAddresses ?? [], interfaces: interfaces)
    listener.reconcile(peers.neighbours)
    bfd.reconcile(
      peers: located, profiles: configuration.bfdProfiles, interfaces: interfaces)
  }

  private func perform(
    _ actions: [Assignment.Action], _ event: EventMetrics.Event, since start: NIODeadline
  ) {
    var changes: [String: PeerTable.RouteChanges] = [:]
    for action in actions {
      switch action {
      case .announceLayer2(let address, let interfaces, _):
        links.take(address, on: interfaces)
      case .withdrawLayer2(let address, _):
        links.release(address)
      case .elect(let address, let eligibility, let nodes):
        election?.elect(address, eligibility, nodes)
        links.prepare(address, candidates: eligibility == .fit ? nodes : nil)
      case .endElection(let address):
        election?.forget(address)
        relay?.post([.removed(address)])
        links.prepare(address, candidates: nil)
      case .announceRoute(let peer, let prefix, let attributes):
        changes[peer, default: .init()].announced[prefix] = BGP.RouteAttributes(
          attributes, localAS: configuration.localAS(towards: peer))
      case .withdrawRoute(let peer, let prefix, let decision):
        if decision.stillForwards {
          changes[peer, default: .init()].departing.append(prefix)
        } else {
          changes[peer, default: .init()].withdrawn.append(prefix)
        }
      case .decisionsChanged(let addresses):
        noteChanges(of: addresses)
      }
    }
    links.flush()
    election?.flush()
    peers.update(changes)
    let isSaid = actions.contains(where: \.reachesTheWire)
    if isSaid { metrics.noteWire(event, since: start) }
    journal.commit(trigger: event, timeToWire: isSaid ? NIODeadline.now() - start : nil)
    health?.update(assignment.takeHealthPorts())
  }

  private func logNewKernelResponders() {
    let text = Problem.list(of: kernelResponders).map(\.message)
    for message in text where !loggedKernelResponders.contains(message) {
      logger.warning("\(message)")
    }
    loggedKernelResponders = Set(text)
  }

  /// Notes that these addresses may be announced otherwise than before.
  func noteAnnouncements(of addresses: some Sequence<IPAddress>) {
    guard let onAnnouncements else { return }
    let wasEmpty = changedAddresses.isEmpty
    changedAddresses.formUnion(addresses)
    if wasEmpty, !changedAddresses.isEmpty { onAnnouncements() }
  }

  private func noteChanges(of addresses: [IPAddress]) {
    let now = Timestamp.now
    noteAnnouncements(of: addresses)
    relay?.post(addresses.map { .standing($0, isOurs: mayRelay($0)) })
    for address in addresses {
      guard let summary = assignment.summary(of: address) else {
        links.prepare(address, candidates: nil)
        if histories.removeValue(forKey: address) != nil {
          logger.info("no service has the address any more", metadata: ["address": "\(address)"])
          journal.collect(address, [.forgotten(at: now)], isHeard: true)
        }
        continue
      }
      links.prepare(
        address,
        candidates: Layer2Verdict(summary.layer2) == .candidate ? summary.candidates : nil)
      let before = histories[address] ?? AddressHistory(now: now)
      let changes = histories[address, default: before].note(summary, now: now)
      if let history = histories[address] {
        noteVerdicts(from: before, to: history)
        journal.collect(address, changes, isHeard: history.isHeard(after: before))
      }
      for change in changes {
        logger.info(
          "\(change.what)", metadata: ["address": "\(address)", "reason": "\(change.why)"])
      }
    }
  }

  /// Whether connections to an address reach this node by layer 2 only: by BGP they come to several
  /// nodes at once, and belong where they arrive.
  private func mayRelay(_ address: IPAddress) -> Bool {
    guard let summary = assignment.summary(of: address) else { return false }
    return Layer2Verdict(summary.layer2) != .no && summary.routes.isEmpty
  }

  private func logNewProblems(_ state: SourceState) {
    let known = Set(source.problems.map(\.description))
    for problem in state.problems where !known.contains(problem.description) {
      var metadata: Logger.Metadata = ["file": "\(problem.file)"]
      metadata["line"] = problem.line.map { "\($0)" }
      metadata["object"] = problem.object.map { "\($0)" }
      metadata["field"] = problem.fieldPath.map { "\($0)" }
      logger.log(
        level: problem.severity == .error ? .error : .warning, "\(problem.message)",
        metadata: metadata)
    }
    if state.problems.isEmpty, !known.isEmpty {
      logger.info("all problems of the source are mended")
    }
    journal.note(state, after: source, of: options.source.description)
  }
}
