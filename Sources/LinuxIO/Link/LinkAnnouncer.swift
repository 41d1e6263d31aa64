public import Addresses
public import LinkLayer
public import NIOCore

/// Announces addresses on one interface: answers for them, joins their multicast groups, sends their
/// gratuitous packets, and watches over others who use them.
///
/// An instance belongs to one event loop and is made, used and released there; that loop's thread must
/// be in the network namespace of the interface. Replies are sent on the capture thread, so they do not
/// wait for the loop; see `ReplyPath` for what the two share.
public final class LinkAnnouncer {
  /// How an announcer goes about it.
  public struct Configuration: Hashable, Sendable {
    /// When gratuitous packets go out, and how fast.
    public var schedule: GratuitousSchedule.Configuration
    /// What is done when somebody else uses an address.
    public var conflicts: ConflictDetector.Configuration

    /// A configuration with these values.
    public init(
      schedule: GratuitousSchedule.Configuration = .init(),
      conflicts: ConflictDetector.Configuration = .init()
    ) {
      self.schedule = schedule
      self.conflicts = conflicts
    }
  }

  /// What is called on the loop, until ``close()``.
  public struct Callbacks {
    /// Something went wrong.
    public var onProblem: (LinkProblem) -> Void
    /// Somebody else uses an address.
    public var onConflict: (ConflictEvent) -> Void

    /// Callbacks that do this.
    public init(
      onProblem: @escaping (LinkProblem) -> Void,
      onConflict: @escaping (ConflictEvent) -> Void = { _ in }
    ) {
      self.onProblem = onProblem
      self.onConflict = onConflict
    }
  }

  /// The interface as it was last seen.
  public private(set) var interface: NetworkInterface
  /// The addresses that are owned here.
  public var owned: OwnedAddresses { responder.owned }
  /// The addresses whose groups are joined so that they can be taken without delay.
  public private(set) var prepared: Set<IPv6Address> = []

  private let eventLoop: any EventLoop
  private let relay: Relay
  private let replyPath: ReplyPath
  private let lease: ReplyLease
  private let socket: PacketSocket
  private let groups: GroupMemberships
  private var joins = JoinQueue()
  private var joinTimer: Scheduled<Void>?
  private var responder: Responder
  private var schedule: GratuitousSchedule
  private var detector: ConflictDetector
  private var timer: Scheduled<Void>?
  private var gratuitousSent: UInt64 = 0
  private var gratuitousByAddress: [IPAddress: UInt64] = [:]
  private var isClosed = false

  /// Sightings are fetched this long after the first, so that a storm of them is one event.
  private static let sightingDelay = TimeAmount.milliseconds(10)
  /// What speakers say to each other must come in whole, and is longer than any question.
  private static let snapshotLength = 2048

  /// Opens the interface and answers for nothing yet.
  ///
  /// - Parameters:
  ///   - interface: an Ethernet interface that is up.
  ///   - eventLoop: the loop that this runs on.
  ///   - configuration: see ``Configuration``.
  ///   - lease: until when this node may answer.
  ///   - onSpeakerFrame: called on the capture thread with what other speakers say on the segment, and
  ///     when the kernel received it, on the clock of ``ReplyLease/now``.
  ///   - callbacks: called on the loop with what comes later.
  public init(
    interface: NetworkInterface, eventLoop: any EventLoop,
    configuration: Configuration = .init(), lease: ReplyLease = ReplyLease(),
    onSpeakerFrame: @escaping @Sendable (SpeakerFrame, _ receivedAt: NIODeadline) -> Void = {
      _, _ in
    },
    callbacks: Callbacks
  ) throws(PacketSocketError) {
    eventLoop.preconditionInEventLoop()
    guard let mac = interface.macAddress else {
      throw .notEthernet(interface: interface.name)
    }
    let responder = Responder(interfaceMAC: mac)
    let relay = Relay(callbacks)
    let bound = NIOLoopBound(relay, eventLoop: eventLoop)
    let replyPath = ReplyPath(
      responder, lease: lease,
      onSighting: {
        eventLoop.execute {
          eventLoop.scheduleTask(in: Self.sightingDelay) { bound.value.announcer?.lookAround() }
        }
      }, onSpeakerFrame: onSpeakerFrame)
    socket = try PacketSocket(
      interface: interface.name, snapshotLength: Self.snapshotLength,
      onFailure: { error in
        eventLoop.execute { bound.value.callbacks?.onProblem(.captureEnded(error)) }
      },
      timedHandler: { replyPath.reply(to: $0, capturedAt: $1) })
    self.interface = interface
    self.eventLoop = eventLoop
    self.relay = relay
    self.replyPath = replyPath
    self.lease = lease
    self.responder = responder
    schedule = GratuitousSchedule(configuration.schedule)
    detector = ConflictDetector(configuration.conflicts)
    groups = GroupMemberships(interface: interface)
    relay.announcer = self
    narrowFilter()
  }

  deinit {
    timer?.cancel()
    joinTimer?.cancel()
  }

  // MARK: Addresses

  /// Answers for the addresses from now on, and announces them; again for those that are owned already.
  public func take(_ addresses: some Sequence<IPAddress>) {
    eventLoop.preconditionInEventLoop()
    guard !isClosed else { return }
    let addresses = Array(addresses)
    for address in addresses { responder.owned.insert(address) }
    narrowFilter()
    replyPath.replace(responder)
    for case .v6(let address) in addresses { join(address) }
    let now = NIODeadline.now()
    schedule.take(addresses.filter { responder.owned.right(to: $0) != .yielded }, now: now)
    detector.take(addresses, now: now)
    work()
  }

  /// Answers for the addresses no more. Others are not told: who takes them announces them.
  public func release(_ addresses: some Sequence<IPAddress>) {
    eventLoop.preconditionInEventLoop()
    let released = addresses.filter { responder.owned.remove($0) }
    for address in released { gratuitousByAddress[address] = nil }
    replyPath.replace(responder)
    replyPath.forget(released)
    narrowFilter()
    schedule.release(released)
    detector.release(released)
    for case .v6(let address) in released where !prepared.contains(address) {
      groups.leave(address)
    }
    arm()
  }

  /// Makes ready to take these addresses, and no others: joins their groups in this order, some at a
  /// time, so that a switch that snoops on MLD lets the first question through. Owned addresses need
  /// not be among them.
  public func prepare(_ addresses: some Sequence<IPv6Address>) {
    eventLoop.preconditionInEventLoop()
    guard !isClosed else { return }
    let inOrder = Array(addresses)
    let wanted = Set(inOrder)
    let dropped = prepared.subtracting(wanted)
    prepared = wanted
    for address in dropped where !owned.contains(address) { groups.leave(address) }
    joins.replace(with: inOrder.filter { !groups.contains($0) })
    if joinTimer == nil { joinSome() }
  }

  /// Joins the groups of prepared addresses whose turn it is.
  private func joinSome() {
    joinTimer = nil
    guard !isClosed else { return }
    for address in joins.next() { join(address) }
    guard !joins.isEmpty else { return }
    let bound = NIOLoopBound(relay, eventLoop: eventLoop)
    joinTimer = eventLoop.scheduleTask(in: .milliseconds(JoinQueue.interval)) {
      bound.value.announcer?.joinSome()
    }
  }

  // MARK: The interface

  /// Takes note of what became of the interface, which still has its index: one that was removed and
  /// made again needs a new announcer. With another MAC address, or another active member of a bond,
  /// or running again after it was not, all owned addresses are announced anew.
  public func interfaceChanged(to interface: NetworkInterface) {
    eventLoop.preconditionInEventLoop()
    let before = self.interface
    self.interface = interface
    if let mac = interface.macAddress { responder.interfaceMAC = mac }
    let isBack = interface.isRunning && !before.isRunning
    guard
      isBack || interface.macAddress != before.macAddress
        || interface.activeMember != before.activeMember
    else { return }
    announceAnew()
  }

  /// Announces all owned addresses from the beginning: they may be at another port of the switch.
  public func announceAnew() { take(owned.sorted) }

  // MARK: Others

  /// Says something to the other speakers on the segment.
  public func broadcast(_ payload: ByteBuffer) {
    eventLoop.preconditionInEventLoop()
    guard !isClosed else { return }
    // The socket counts what the kernel refuses; what matters is said again.
    try? socket.send(SpeakerFrame(source: responder.interfaceMAC, payload: payload).frame)
  }

  /// The MAC addresses of our own interfaces and of the other speakers: what they say of our addresses
  /// is no conflict.
  public var peers: Set<MACAddress> {
    get { detector.peers }
    set { detector.peers = newValue }
  }

  /// Who else uses our addresses.
  public var conflicts: [Conflict] { detector.conflicts }

  /// Who else uses this address of ours.
  public func conflicts(of address: IPAddress) -> [Conflict] { detector.conflicts(of: address) }

  /// Why Neighbor Solicitations by multicast may not reach us for some addresses; nil when they do.
  public var groupFailure: LinuxError? { groups.failure }

  /// What was counted so far.
  public var statistics: LinkStatistics {
    let sockets = socket.statistics
    return LinkStatistics(
      responder: replyPath.statistics, gratuitousSent: gratuitousSent,
      conflicts: detector.counters, lostSightings: replyPath.lostSightings,
      droppedByKernel: sockets.droppedByKernel, sendFailures: sockets.sendFailures)
  }

  /// What came and went for an address since it is owned: requests, those that were answered, and
  /// unasked announcements.
  public func traffic(
    of address: IPAddress
  ) -> (requests: UInt64, replies: UInt64, gratuitous: UInt64) {
    let asked = replyPath.traffic(of: address)
    return (asked.requests, asked.replies, gratuitousByAddress[address] ?? 0)
  }

  /// Stops answering and announcing, and waits for the capture thread, which is prompt.
  public func close() {
    prepare([])
    release(owned.sorted)
    isClosed = true
    relay.callbacks = nil
    relay.announcer = nil
    socket.close()
  }

  // MARK: Neighbours

  /// The neighbours whose own words are listened to, such as a default gateway's.
  public var heardNeighbors: Set<IPAddress> = [] {
    didSet {
      guard heardNeighbors != oldValue, !isClosed else { return }
      narrowFilter()
      replyPath.hear(heardNeighbors)
    }
  }

  /// The MAC addresses of those of ``heardNeighbors`` that were heard since the last call.
  public func takeHeardNeighbors() -> [IPAddress: MACAddress] { replyPath.takeHeard() }

  /// Asks for a neighbour in the name of this host: the one with this MAC address, or all hosts.
  public func ask(for neighbor: IPAddress, at mac: MACAddress?) {
    eventLoop.preconditionInEventLoop()
    guard !isClosed else { return }
    // The socket counts what the kernel refuses; it is asked again.
    try? socket.send(
      NeighborQuestion.frame(
        for: neighbor, from: responder.interfaceMAC, source: interface.source(toward: neighbor),
        to: mac))
  }

  // MARK: At work

  private func narrowFilter() {
    do throws(PacketSocketError) {
      try socket.attach(
        AddressFilter.program(for: responder.owned, hearing: heardNeighbors))
    } catch {
      relay.callbacks?.onProblem(.filterRefused(error))
    }
  }

  private func join(_ address: IPv6Address) {
    let hadFailed = groups.hasFailed
    groups.join(address)
    if !hadFailed, let failure = groups.failure {
      relay.callbacks?.onProblem(.groupNotJoined(failure))
    }
  }

  /// Takes in what others said of our addresses.
  private func lookAround() {
    guard !isClosed else { return }
    for (sighting, count) in replyPath.takeSightings() {
      perform(detector.handle(sighting, count: count, now: .now()))
    }
    arm()
  }

  /// Does what is due.
  private func work() {
    guard !isClosed else { return }
    let now = NIODeadline.now()
    for address in schedule.due(now: now) {
      if case .v6(let address) = address { join(address) }
      announce(address)
    }
    perform(detector.due(now: now))
    arm()
  }

  private func announce(_ address: IPAddress) {
    guard mayAnnounce(address) else { return }
    for frame in GratuitousFrames.frames(for: address, from: responder.interfaceMAC) {
      // The socket counts what the kernel refuses; the repeats make up for it.
      try? socket.send(frame)
    }
    gratuitousSent &+= 1
    gratuitousByAddress[address, default: 0] &+= 1
  }

  /// An announcement is as good as an answer, and as much forbidden without a lease.
  private func mayAnnounce(_ address: IPAddress) -> Bool {
    let now = ReplyLease.now
    guard lease.end.map({ now < $0 }) ?? true, !lease.isSilenced(address) else { return false }
    switch responder.owned.right(to: address) {
    case .unlimited: return true
    case .until(let end): return now < end
    case .yielded, nil: return false
    }
  }

  private func perform(_ actions: [ConflictDetector.Action]) {
    for action in actions {
      switch action {
      case .report(let conflict):
        relay.callbacks?.onConflict(.found(conflict))
      case .defend(let address):
        announce(address)
        relay.callbacks?.onConflict(.defended(address))
      case .probe(let address, let mac):
        try? socket.send(ProbeFrames.frame(for: address, from: responder.interfaceMAC, to: mac))
      case .yield(let address, let mac):
        responder.owned.setRight(.yielded, to: address)
        replyPath.replace(responder)
        schedule.release([address])
        relay.callbacks?.onConflict(.yielded(address, to: mac))
      case .resume(let address):
        responder.owned.setRight(.unlimited, to: address)
        replyPath.replace(responder)
        schedule.take([address], now: .now())
        relay.callbacks?.onConflict(.resumed(address))
      }
    }
  }

  private func arm() {
    timer?.cancel()
    timer = nil
    let deadlines = [schedule.nextDeadline, detector.nextDeadline].compactMap(\.self)
    guard !isClosed, let deadline = deadlines.min() else { return }
    let bound = NIOLoopBound(relay, eventLoop: eventLoop)
    timer = eventLoop.scheduleTask(deadline: deadline) { bound.value.announcer?.work() }
  }
}

/// What timers and the capture thread come back to: it does not keep the announcer alive, and one that
/// was closed tells of nothing any more.
private final class Relay {
  var callbacks: LinkAnnouncer.Callbacks?
  weak var announcer: LinkAnnouncer?

  init(_ callbacks: LinkAnnouncer.Callbacks) { self.callbacks = callbacks }
}
