import Addresses
import Assignment
import LinkLayer
import LinuxIO
import Logging
import NIOCore
import Status

/// The interfaces of this node and what is announced on each.
///
/// An instance belongs to the event loop of the control state.
final class LinkTable {
  private let eventLoop: any EventLoop
  private let logger: Logger
  private var interfaces: [NetworkInterface] = []
  private var links: [String: LinkAnnouncer] = [:]
  private var failures: [String: String] = [:]
  private var selections: [IPAddress: InterfaceSelection] = [:]
  private var touched: Set<IPAddress> = []
  private var named: Set<String> = []
  /// What is left out unless it is named.
  private var defaults = InterfaceDefaults.standard
  private var prepared: PreparedAddresses
  private var isPreparing = false
  private let options: Layer2Options
  private var retry: Scheduled<Void>?
  private var framesReceived: [String: UInt64] = [:]
  /// The indices of interfaces that broke while they were in use, until they are tried again.
  private var resting: Set<Int> = []

  /// Called when ``reconcile(_:named:)`` may give another answer for the same interfaces.
  var onChange: (() -> Void)?
  /// Hears what becomes of an interface, in words.
  var onNews: (_ interface: String, _ what: String, _ why: String) -> Void = { _, _, _ in }
  /// Says which node has an address.
  var ownerOf: (IPAddress) -> String? = { _ in nil }
  /// Hears who else uses our addresses.
  var onConflict: (_ event: ConflictEvent, _ interface: String) -> Void = { _, _ in }

  /// Until when this node may answer. Whoever keeps it may move its end from any thread.
  private let lease: ReplyLease
  private let onSpeakerFrame: SpeakerFrameHandler

  /// Gets what another speaker says on the segment of an interface.
  typealias SpeakerFrameHandler =
    @Sendable (SpeakerFrame, _ interface: String, _ receivedAt: NIODeadline) -> Void

  /// The MAC addresses of the other speakers, whose claims are no conflicts.
  var speakers: Set<MACAddress> = [] {
    didSet { tellPeers() }
  }

  /// How often an interface that cannot be opened is tried again.
  private static let retryInterval = TimeAmount.seconds(5)

  /// A table without interfaces.
  ///
  /// - Parameters:
  ///   - node: The name of this node.
  ///   - lease: Until when this node may answer.
  ///   - onSpeakerFrame: Called on other threads with what other speakers say on a segment.
  init(
    node: String, options: Layer2Options, lease: ReplyLease, eventLoop: any EventLoop,
    logger: Logger, onSpeakerFrame: @escaping SpeakerFrameHandler
  ) {
    prepared = PreparedAddresses(node: node)
    self.options = options
    self.lease = lease
    self.onSpeakerFrame = onSpeakerFrame
    self.eventLoop = eventLoop
    self.logger = logger
  }

  /// Answers for `address` on these interfaces, and announces it there, from the next ``flush()`` on.
  func take(_ address: IPAddress, on selection: InterfaceSelection) {
    selections[address] = selection
    touched.insert(address)
  }

  /// Answers for `address` no more, from the next ``flush()`` on.
  func release(_ address: IPAddress) {
    selections[address] = nil
    touched.insert(address)
  }

  /// These nodes may own the address, of which this is one, and it joins the multicast group from the
  /// next ``flush()`` on; with nil it is none of them.
  func prepare(_ address: IPAddress, candidates: [FitNode]?) {
    guard case .v6(let address) = address else { return }
    if prepared.set(address, candidates: candidates) { isPreparing = true }
  }

  /// Announces all addresses of the interfaces with these indices from the beginning.
  func announceAnew(on indices: Set<Int>) {
    for (name, link) in links.sorted(by: { $0.key < $1.key })
    where indices.contains(link.interface.index) {
      logger.info("interface has moved: announcing anew", metadata: ["interface": "\(name)"])
      link.announceAnew()
    }
  }

  /// Brings what was taken and released since the last call to the interfaces, each in one batch.
  func flush() {
    guard !touched.isEmpty || isPreparing else { return }
    // What is owned needs no room any more, and what was needs it again.
    if prepared.isOverLimit, touched.contains(where: { $0.family == .ipv6 }) { isPreparing = true }
    let groups = isPreparing ? preparedGroups() : []
    for (name, link) in links {
      let taken = touched.filter { belongs($0, to: name) && !link.owned.contains($0) }
      if !taken.isEmpty { link.take(taken.sorted()) }
      // Between the two, so that no group is left and joined again.
      if isPreparing { link.prepare(groups) }
      let released = touched.filter { !belongs($0, to: name) && link.owned.contains($0) }
      if !released.isEmpty { link.release(released.sorted()) }
    }
    touched = []
    isPreparing = false
  }

  /// Announces addresses once more that are answered for.
  func announceAgain(_ addresses: [IPAddress]) {
    guard !addresses.isEmpty else { return }
    for link in links.values {
      let owned = addresses.filter { link.owned.contains($0) }
      if !owned.isEmpty { link.take(owned.sorted()) }
    }
  }

  /// Whether anything has come in on any segment since the last call.
  func hasHeardSegment() -> Bool {
    var counts: [String: UInt64] = [:]
    for name in links.keys { counts[name] = InterfaceTraffic.framesReceived(on: name) }
    defer { framesReceived = counts }
    return counts.contains { name, count in framesReceived[name].map { count > $0 } ?? false }
  }

  /// Whether this interface takes part.
  func takesPart(_ interface: String) -> Bool { links[interface] != nil }

  /// Listens to these neighbours from now on, and to no others.
  func hear(_ neighbors: [GatewayWatch.Gateway]) {
    for (name, link) in links {
      let wanted = Set(neighbors.filter { $0.interface == name }.map(\.address))
      if link.heardNeighbors != wanted { link.heardNeighbors = wanted }
    }
  }

  /// Where those of the neighbours are that were heard since the last call.
  func takeHeardNeighbors() -> [GatewayWatch.Gateway: MACAddress] {
    var heard: [GatewayWatch.Gateway: MACAddress] = [:]
    for (name, link) in links {
      for (address, mac) in link.takeHeardNeighbors() {
        heard[GatewayWatch.Gateway(interface: name, address: address)] = mac
      }
    }
    return heard
  }

  /// Asks for a neighbour.
  func ask(_ question: GatewayWatch.Question) {
    links[question.gateway.interface]?
      .ask(for: question.gateway.address, at: question.destination)
  }

  /// Says something to the other speakers on all segments.
  func broadcast(_ payload: ByteBuffer) {
    for link in links.values { link.broadcast(payload) }
  }

  /// Opens, follows and closes interfaces as they come, change and go.
  ///
  /// - Parameter named: the interfaces that an L2Advertisement names, which overrules that a name
  ///   is left out by default.
  /// - Returns: the names of the interfaces on which addresses can be announced now.
  func reconcile(_ interfaces: [NetworkInterface], named: Set<String>) -> Set<String> {
    self.interfaces = interfaces
    defaults = .standard(among: interfaces)
    var usable: Set<String> = []
    var present: Set<String> = []
    for interface in interfaces where exclusion(of: interface, named: named) == nil {
      present.insert(interface.name)
      if let link = links[interface.name], link.interface.index == interface.index {
        link.interfaceChanged(to: interface)
      } else {
        close(interface.name)
        if !resting.contains(interface.index) { open(interface) }
      }
      if links[interface.name] != nil, interface.isRunning { usable.insert(interface.name) }
    }
    for name in links.keys.sorted() where !present.contains(name) {
      logger.info("interface no longer takes part", metadata: ["interface": "\(name)"])
      let cause = interfaces.first { $0.name == name }.flatMap { exclusion(of: $0, named: named) }
      onNews(name, "no longer takes part", cause.map { "it \($0)" } ?? "it is gone")
      close(name)
    }
    for name in failures.keys where !present.contains(name) { failures[name] = nil }
    self.named = named
    tellPeers()
    scheduleRetry()
    return usable
  }

  /// The MAC addresses of the interfaces that take part, by name.
  var stations: [String: MACAddress] { links.compactMapValues(\.interface.macAddress) }

  /// Stops answering on all interfaces.
  func close() {
    retry?.cancel()
    for name in links.keys.sorted() { close(name) }
  }

  /// The interfaces on which this node answers for `address`, sorted.
  func names(holding address: IPAddress) -> [String] {
    links.filter { $0.value.owned.contains(address) }.map(\.key).sorted()
  }

  /// What came and went for `address` on all interfaces that hold it; nil where none does.
  func traffic(
    of address: IPAddress
  ) -> (requests: UInt64, replies: UInt64, gratuitous: UInt64)? {
    let holders = links.values.filter { $0.owned.contains(address) }
    guard !holders.isEmpty else { return nil }
    return holders.map { $0.traffic(of: address) }.reduce((0, 0, 0)) {
      ($0.0 &+ $1.requests, $0.1 &+ $1.replies, $0.2 &+ $1.gratuitous)
    }
  }

  /// Who else was seen to use `address`, or to want it.
  func conflicts(of address: IPAddress) -> [ConflictStatus] {
    links.flatMap { name, link in
      link.conflicts(of: address).map { ConflictStatus($0, interface: name) }
    }
  }

  /// Where the kernel of this node would answer, on the interfaces that take part, for addresses that
  /// `isAnnounced` holds for.
  func kernelResponders(isAnnounced: (IPAddress) -> Bool) -> [KernelResponder] {
    guard !links.isEmpty else { return [] }
    return KernelResponder.find(
      interfaces: interfaces, answering: Set(links.keys), arpIgnore: KernelResponder.arpIgnore,
      isAnnounced: isAnnounced)
  }

  /// Every interface of the node and its part.
  func status() -> [InterfaceStatus] {
    interfaces.map { interface in
      let link = links[interface.name]
      let statistics = link?.statistics
      let reason =
        exclusion(of: interface, named: named)?.description
        ?? failures[interface.name] ?? "listens and answers"
      return InterfaceStatus(
        name: interface.name, mac: interface.macAddress, up: interface.isRunning,
        takesPart: link != nil, reason: reason,
        counters: statistics.map(Layer2Counters.init) ?? Layer2Counters())
    }
  }

  /// Every interface of the node, and all that it is used for; `peers` tells who is reached over it.
  func uses(peers: (NetworkInterface) -> [String]) -> [InterfaceUse] {
    zip(interfaces, status()).map { interface, status in
      let link = links[interface.name]
      return InterfaceUse(
        status, kind: interface.kind, mtu: interface.mtu,
        addresses: interface.addresses.map(\.description),
        announced: selections.keys.filter { link?.owned.contains($0) ?? false },
        peers: peers(interface),
        conflicts: link?.conflicts.map {
          InterfaceConflict($0.address, ConflictStatus($0, interface: interface.name))
        } ?? [])
    }
  }

  /// The interfaces that should take part and cannot, or not wholly, and who else uses our addresses.
  func problems() -> [Problem] {
    let failed = failures.map { name, text in
      Problem(severity: .error, object: "interface \(name)", message: text)
    }
    let deaf = links.compactMap { name, link in
      link.groupFailure.map {
        Problem(severity: .error, object: "interface \(name)", message: $0.description)
      }
    }
    let conflicts = links.sorted { $0.key < $1.key }.flatMap { name, link in
      link.conflicts.map { ($0.address, ConflictStatus($0, interface: name)) }
    }
    let late = links.isEmpty ? nil : prepared.problem
    return failed + deaf + [late].compactMap(\.self) + Problem.list(of: conflicts)
  }

  private func exclusion(
    of interface: NetworkInterface, named: Set<String>
  ) -> InterfaceExclusion? {
    interface.exclusion(defaults: named.contains(interface.name) ? .none : defaults)
  }

  private func belongs(_ address: IPAddress, to interface: String) -> Bool {
    switch selections[address] {
    case nil: false
    case .all: true
    case .names(let names): names.contains(interface)
    }
  }

  private func open(_ interface: NetworkInterface) {
    let name = interface.name
    do {
      let link = try LinkAnnouncer(
        interface: interface, eventLoop: eventLoop, configuration: options.announcer,
        lease: lease,
        onSpeakerFrame: { [onSpeakerFrame] in onSpeakerFrame($0, name, $1) },
        callbacks: .init(
          onProblem: { [weak self] in self?.failed(name, $0) },
          onConflict: { [weak self, logger] in
            ConflictReporter(interface: name, logger: logger).log($0)
            self?.onConflict($0, name)
          }))
      links[name] = link
      failures[name] = nil
      onNews(name, "takes part", "listens and answers")
      logger.info(
        "interface takes part",
        metadata: [
          "interface": "\(name)", "mac": "\(interface.macAddress?.description ?? "-")",
        ])
      let owned = selections.keys.filter { belongs($0, to: name) }
      link.prepare(preparedGroups())
      if !owned.isEmpty { link.take(owned.sorted()) }
    } catch {
      let text = "\(error)"
      if failures[name] != text {
        logger.error(
          "interface cannot take part", metadata: ["interface": "\(name)", "error": "\(text)"])
        onNews(name, "cannot take part", text)
      }
      failures[name] = text
    }
  }

  private func failed(_ name: String, _ problem: LinkProblem) {
    logger.error("\(problem)", metadata: ["interface": "\(name)"])
    guard case .captureEnded = problem else { return }
    if let index = links[name]?.interface.index { resting.insert(index) }
    onNews(name, "no longer takes part", "\(problem)")
    close(name)
    failures[name] = "\(problem)"
    scheduleRetry()
    onChange?()
  }

  /// What could not be opened may be possible later, although nothing tells of it.
  private func scheduleRetry() {
    guard retry == nil, !failures.isEmpty else { return }
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    retry = eventLoop.scheduleTask(in: Self.retryInterval) {
      bound.value.retry = nil
      bound.value.resting = []
      bound.value.onChange?()
    }
  }

  private func preparedGroups() -> [IPv6Address] {
    prepared.choose(isOwned: { selections[.v6($0)] != nil }, owner: { ownerOf(.v6($0)) })
  }

  /// What one interface of ours sends, another hears where both are on one segment.
  private func tellPeers() {
    let peers = speakers.union(interfaces.compactMap(\.macAddress))
    for link in links.values where link.peers != peers { link.peers = peers }
  }

  private func close(_ name: String) {
    links.removeValue(forKey: name)?.close()
  }
}

extension Layer2Counters {
  fileprivate init(_ statistics: LinkStatistics) {
    var drops: [String: UInt64] = [:]
    for reason in DropReason.allCases where statistics.responder[reason] > 0 {
      drops["\(reason)"] = statistics.responder[reason]
    }
    if statistics.droppedByKernel > 0 { drops["tooSlow"] = statistics.droppedByKernel }
    if statistics.sendFailures > 0 { drops["sendFailed"] = statistics.sendFailures }
    self.init(
      requestsReceived: statistics.responder.received, repliesSent: statistics.responder.replies,
      gratuitousSent: statistics.gratuitousSent,
      foreignClaims: statistics.conflicts.claims &+ statistics.conflicts.probes, drops: drops)
  }
}
