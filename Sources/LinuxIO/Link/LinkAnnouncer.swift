public import Addresses
public import LinkLayer
public import NIOCore

/// Announces addresses on one interface: answers for them, joins their multicast groups, and sends
/// their gratuitous packets.
///
/// An instance belongs to one event loop and is made, used and released there; that loop's thread must
/// be in the network namespace of the interface. Replies are sent on the capture thread, so they do not
/// wait for the loop; see `ReplyPath` for what the two share.
public final class LinkAnnouncer {
  /// The interface as it was last seen.
  public private(set) var interface: NetworkInterface
  /// The addresses that are answered for.
  public var owned: OwnedAddresses { responder.owned }

  private let eventLoop: any EventLoop
  private let problems: ProblemReporter
  private let replyPath: ReplyPath
  private let socket: PacketSocket
  private let groups: SolicitedNodeGroups
  private var responder: Responder
  private var joined: Set<IPv6Address> = []
  private var schedule: GratuitousSchedule
  private var timer: Scheduled<Void>?
  private var gratuitousSent: UInt64 = 0
  private var isClosed = false

  /// Opens the interface and answers for nothing yet.
  ///
  /// - Parameters:
  ///   - interface: an Ethernet interface that is up.
  ///   - eventLoop: the loop that this runs on.
  ///   - schedule: when gratuitous packets go out, and how fast.
  ///   - onProblem: called on the loop with what goes wrong later, until ``close()``.
  public init(
    interface: NetworkInterface, eventLoop: any EventLoop,
    schedule: GratuitousSchedule.Configuration = .init(),
    onProblem: @escaping (LinkProblem) -> Void
  ) throws(PacketSocketError) {
    eventLoop.preconditionInEventLoop()
    guard let mac = interface.macAddress else {
      throw .notEthernet(interface: interface.name)
    }
    let responder = Responder(interfaceMAC: mac)
    let replyPath = ReplyPath(responder)
    let problems = ProblemReporter(onProblem)
    let bound = NIOLoopBound(problems, eventLoop: eventLoop)
    socket = try PacketSocket(
      interface: interface.name,
      onFailure: { error in
        eventLoop.execute { bound.value.report?(.captureEnded(error)) }
      },
      handler: { replyPath.reply(to: $0) })
    self.interface = interface
    self.eventLoop = eventLoop
    self.problems = problems
    self.replyPath = replyPath
    self.responder = responder
    self.schedule = GratuitousSchedule(schedule)
    groups = SolicitedNodeGroups(
      interfaceName: interface.name, interfaceIndex: interface.index)
  }

  deinit { timer?.cancel() }

  /// Makes `addresses` the ones that are answered for: takes the new ones, releases the others.
  public func setOwned(_ addresses: some Sequence<IPAddress>) {
    let wanted = OwnedAddresses(addresses)
    release(owned.sorted.filter { !wanted.contains($0) })
    take(wanted.sorted.filter { !owned.contains($0) })
  }

  /// Answers for the addresses from now on, and announces them; again for those that are owned already.
  public func take(_ addresses: some Sequence<IPAddress>) {
    eventLoop.preconditionInEventLoop()
    guard !isClosed else { return }
    let addresses = Array(addresses)
    for address in addresses { responder.owned.insert(address) }
    replyPath.replace(responder)
    for address in addresses { join(address) }
    schedule.take(addresses, now: .now())
    announce()
  }

  /// Answers for the addresses no more. Others are not told: who takes them announces them.
  public func release(_ addresses: some Sequence<IPAddress>) {
    eventLoop.preconditionInEventLoop()
    let released = addresses.filter { responder.owned.remove($0) }
    replyPath.replace(responder)
    schedule.release(released)
    for case .v6(let address) in released where joined.remove(address) != nil {
      groups.leave(address)
    }
    arm()
  }

  /// Takes note of what became of the interface, which still has its index: one that was removed and
  /// made again needs a new announcer. With another MAC address, or running again after it
  /// was not, all owned addresses are announced anew.
  public func interfaceChanged(to interface: NetworkInterface) {
    eventLoop.preconditionInEventLoop()
    let before = self.interface
    self.interface = interface
    if let mac = interface.macAddress { responder.interfaceMAC = mac }
    let isBack = interface.isRunning && !before.isRunning
    guard isBack || interface.macAddress != before.macAddress else { return }
    take(owned.sorted)
  }

  /// What was counted so far.
  public var statistics: LinkStatistics {
    let sockets = socket.statistics
    return LinkStatistics(
      responder: replyPath.statistics, gratuitousSent: gratuitousSent,
      droppedByKernel: sockets.droppedByKernel, sendFailures: sockets.sendFailures)
  }

  /// Stops answering and announcing, and waits for the capture thread, which is prompt.
  public func close() {
    release(owned.sorted)
    isClosed = true
    problems.report = nil
    socket.close()
  }

  private func join(_ address: IPAddress) {
    guard case .v6(let address) = address, !joined.contains(address) else { return }
    do throws(LinuxError) {
      try groups.join(address)
      joined.insert(address)
    } catch {
      problems.report?(.groupNotJoined(error))
    }
  }

  private func announce() {
    for address in schedule.due(now: .now()) {
      for frame in GratuitousFrames.frames(for: address, from: responder.interfaceMAC) {
        // The socket counts what the kernel refuses; the repeats make up for it.
        try? socket.send(frame)
      }
      gratuitousSent &+= 1
    }
    arm()
  }

  private func arm() {
    timer?.cancel()
    timer = nil
    guard let deadline = schedule.nextDeadline else { return }
    let bound = NIOLoopBound(WeakReference(self), eventLoop: eventLoop)
    timer = eventLoop.scheduleTask(deadline: deadline) { bound.value.object?.announce() }
  }
}

/// Where problems go. An announcer that was closed tells of none any more, although its capture thread
/// may just have found one.
private final class ProblemReporter {
  var report: ((LinkProblem) -> Void)?
  init(_ report: @escaping (LinkProblem) -> Void) { self.report = report }
}

/// Lets a timer not keep alive what it serves.
private struct WeakReference {
  weak var object: LinkAnnouncer?
  init(_ object: LinkAnnouncer) { self.object = object }
}
