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
  private var configuration = Configuration()
  private var ownNode: Node?
  private var isStopping = false
  private var knowsInterfaces = false
  private var loggedKernelResponders: Set<String> = []

  /// Whether the source has the Node of this speaker.
  var knowsOwnNode: Bool { ownNode != nil }

  /// A control loop that knows nothing and announces nothing yet.
  init(options: SpeakerOptions, eventLoop: any EventLoop, logger: Logger) {
    self.options = options
    self.eventLoop = eventLoop
    self.logger = logger
    startedAt = .now
    assignment = Assignment(
      node: options.node,
      options: .init(
        loadBalancerClass: options.loadBalancerClass,
        ignoreExcludeLabel: options.ignoreExcludeLabel))
    peers = PeerTable(node: options.node, eventLoop: eventLoop, logger: logger)
    neighbours = NeighbourTable(eventLoop: eventLoop, logger: logger)
    listener = BGPListener(
      addresses: options.bgpListen, eventLoop: eventLoop, logger: logger)
    bfd = BFDTable(eventLoop: eventLoop, logger: logger)
    links = LinkTable(options: options.layer2, eventLoop: eventLoop, logger: logger)
  }

  /// Begins to listen, to sessions and for neighbours. Call it once, before any event. Throws
  /// ``SpeakerStartError`` when an address cannot be listened on.
  func start() async throws {
    try await listener.open().get()
    // The hop keeps the machines from being entered while they are at work.
    peers.onSession = { [weak self] peer, isUp in
      Task { await self?.sessionChanged(peer: peer, isUp: isUp) }
    }
    links.onChange = { [weak self] in
      Task { await self?.linksChanged() }
    }
    neighbours.onChange = { [weak self] in
      Task { await self?.reconcilePeers() }
    }
    bfd.onChange = { [peers] in peers.pathChanged(to: $0, isUp: $1) }
  }

  /// Takes in what changed in the source, and acts on it.
  func sourceChanged(_ update: SourceUpdate) {
    guard !isStopping else { return }
    logNewProblems(update.state.problems)
    source = update.state
    var events = update.changes.events
    if let configuration = update.changes.configuration {
      self.configuration = configuration
      events.append(.configuration(configuration))
      events.append(reconcileLinks())
    }
    for node in update.changes.nodes.upserted where node.name == options.node { ownNode = node }
    if update.changes.nodes.removed.contains(options.node) { ownNode = nil }
    if !assignment.isComplete {
      events.append(.sourcesComplete)
      if ownNode == nil {
        logger.error("no Node of this name is in the manifests; check --node")
      }
    }
    reconcilePeers()
    perform(assignment.handle(.batch(events)))
    completeInitialTable()
    logNewKernelResponders()
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
    reconcilePeers()
    perform(assignment.handle(reconcileLinks()))
    completeInitialTable()
    links.announceAnew(on: InterfaceStack.above(moved.union(returned), in: interfaces))
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

  /// Stops answering, and says goodbye to all peers with `reason`; returns when that is done.
  func stop(reason: String) async {
    isStopping = true
    links.close()
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

  /// An interface broke, or may be mended.
  private func linksChanged() {
    guard !isStopping else { return }
    perform(assignment.handle(reconcileLinks()))
  }

  /// A session was established or lost.
  private func sessionChanged(peer: String, isUp: Bool) {
    guard !isStopping else { return }
    perform(assignment.handle(.session(peer: peer, isUp: isUp)))
    // A neighbour that had fallen silent was kept for the sake of the session.
    if !isUp { reconcilePeers() }
  }

  /// Brings the links in line with the interfaces and the configuration, and returns the event that
  /// tells of those that can be used; before the interfaces are known, that is not known either.
  private func reconcileLinks() -> Assignment.Event {
    guard !interfaces.isEmpty else { return .interfaces(node: options.node, names: nil) }
    let named = Set(configuration.l2Advertisements.flatMap(\.interfaces))
    return .interfaces(node: options.node, names: links.reconcile(interfaces, named: named))
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

  private func perform(_ actions: [Assignment.Action]) {
    var changes: [String: PeerTable.RouteChanges] = [:]
    for action in actions {
      switch action {
      case .announceLayer2(let address, let interfaces, _):
        links.take(address, on: interfaces)
      case .withdrawLayer2(let address, _):
        links.release(address)
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
    peers.update(changes)
  }

  private func logNewKernelResponders() {
    let text = Problem.list(of: kernelResponders).map(\.message)
    for message in text where !loggedKernelResponders.contains(message) {
      logger.warning("\(message)")
    }
    loggedKernelResponders = Set(text)
  }

  private func noteChanges(of addresses: [IPAddress]) {
    let now = Timestamp.now
    for address in addresses {
      guard let summary = assignment.summary(of: address) else {
        links.setPrepared(false, address)
        if histories.removeValue(forKey: address) != nil {
          logger.info("no service has the address any more", metadata: ["address": "\(address)"])
        }
        continue
      }
      links.setPrepared(Layer2Verdict(summary.layer2) == .candidate, address)
      let changes = histories[address, default: AddressHistory(now: now)].note(summary, now: now)
      for change in changes {
        logger.info(
          "\(change.what)", metadata: ["address": "\(address)", "reason": "\(change.why)"])
      }
    }
  }

  private func logNewProblems(_ problems: [Diagnostic]) {
    let known = Set(source.problems.map(\.description))
    for problem in problems where !known.contains(problem.description) {
      var metadata: Logger.Metadata = ["file": "\(problem.file)"]
      metadata["line"] = problem.line.map { "\($0)" }
      metadata["object"] = problem.object.map { "\($0)" }
      metadata["field"] = problem.fieldPath.map { "\($0)" }
      logger.log(
        level: problem.severity == .error ? .error : .warning, "\(problem.message)",
        metadata: metadata)
    }
    if problems.isEmpty, !known.isEmpty { logger.info("all problems of the source are mended") }
  }
}
