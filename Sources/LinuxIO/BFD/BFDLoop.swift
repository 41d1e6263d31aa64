import BFD
import NIOCore

/// What other threads ask of the thread of BFD.
enum BFDCommand: Sendable {
  case add(SessionID, Session.Configuration, BFDListener)
  case remove(SessionID)
  case change(SessionID, Session.Parameters)
  case setEnabled(SessionID, Bool)
  case status(EventLoopPromise<BFDStatus>)
  /// Ends the thread when all sessions have said farewell, and completes the promise.
  case shutDown(EventLoopPromise<Void>)
  /// Ends the thread.
  case close
}

/// Who is told of the changes of a session.
struct BFDListener: Sendable {
  let eventLoop: any EventLoop
  let onChange: @Sendable (Session.StateChange) -> Void

  func tell(_ change: Session.StateChange) {
    let onChange = onChange
    eventLoop.execute { onChange(change) }
  }
}

/// The body of the thread that all BFD sessions run on: it alone touches the machines, and waits for
/// nothing but the kernel and the mailbox.
struct BFDLoop: ~Copyable {
  /// A class, since changing a large value in a dictionary would allocate with every packet.
  private final class Channel {
    var sender: BFDSender
    /// Nil once the session was removed.
    var listener: BFDListener?

    init(sender: BFDSender, listener: BFDListener) {
      self.sender = sender
      self.listener = listener
    }
  }

  private let mailbox: Mailbox<BFDCommand>
  private let receivers: [BFDReceiver]
  private let priority: ThreadPriority
  private var queue: EventQueue
  private var sessions: Sessions
  private var channels: [SessionID: Channel] = [:]
  private var actions: [Action] = []
  private var outgoing = ByteBuffer()
  private let incoming: UnsafeMutableRawBufferPointer
  private var readable: [UInt64] = []
  private var echoesReflected: UInt64 = 0
  private var ending: EventLoopPromise<Void>?
  private var isClosed = false

  /// No socket may keep the others and the timers waiting for longer than this many packets.
  private static let batch = 32

  init(
    mailbox: Mailbox<BFDCommand>, receivers: [BFDReceiver], queue: EventQueue,
    priority: ThreadPriority
  ) {
    self.mailbox = mailbox
    self.receivers = receivers
    self.queue = queue
    self.priority = priority
    sessions = Sessions(seed: .random(in: .min ... .max))
    // The length field of a control packet has 8 bits; larger echo packets are cut off.
    incoming = .allocate(byteCount: 512, alignment: 8)
    actions.reserveCapacity(64)
    readable.reserveCapacity(16)
    outgoing.reserveCapacity(ControlPacket.byteCount + AuthenticationSection.byteCount)
  }

  deinit { incoming.deallocate() }

  mutating func run() {
    while !isClosed {
      queue.wait(until: sessions.nextDeadline, into: &readable)
      // Packets come before timers: after a pause of this thread, what waits in the sockets shows
      // that the peers are alive.
      for tag in readable {
        let index = Int(tag)
        if index < receivers.count { receive(receivers[index]) } else { obey() }
      }
      let now = NIODeadline.now()
      if let deadline = sessions.nextDeadline, deadline <= now {
        sessions.deadlineReached(now: now, into: &actions)
        perform()
      }
      if ending != nil, sessions.count == 0 { isClosed = true }
    }
    ending?.succeed()
  }

  // MARK: Packets

  private mutating func receive(_ receiver: BFDReceiver) {
    for _ in 0..<Self.batch {
      guard let (count, port, received) = receiver.socket.receive(into: incoming) else { break }
      let bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(incoming)[..<count])
      if receiver.service == .echo {
        reflect(bytes, to: port, received, by: receiver.socket)
        continue
      }
      var arrival = received
      arrival.isMultihop = receiver.service == .multihop
      sessions.receive(bytes.bytes, arrival, now: .now(), into: &actions)
    }
    perform()
  }

  private mutating func reflect(
    _ bytes: UnsafeRawBufferPointer, to port: UInt16, _ arrival: Arrival,
    by socket: DatagramSocket
  ) {
    guard sessions.reflectsEcho(arrival) else { return }
    let sender = SocketName(arrival.source, port: port, interface: arrival.interface)
    if socket.send(bytes, to: sender) == 0 { echoesReflected &+= 1 }
  }

  private mutating func perform() {
    for index in actions.indices {
      switch actions[index] {
      case .send(let id, let packet):
        if sessions.write(packet, of: id, into: &outgoing) {
          channels[id]?.sender.send(outgoing)
        }
      case .changed(let id, let change): channels[id]?.listener?.tell(change)
      case .removed(let id): channels[id] = nil
      }
    }
    actions.removeAll(keepingCapacity: true)
  }

  // MARK: Commands

  private mutating func obey() {
    for command in mailbox.take() {
      obey(command, now: .now())
      perform()
    }
  }

  private mutating func obey(_ command: BFDCommand, now: NIODeadline) {
    switch command {
    case .add(let id, let configuration, let listener):
      channels[id] = Channel(sender: BFDSender(configuration.path), listener: listener)
      do throws(ConfigurationError) {
        try sessions.add(id, configuration, now: now, into: &actions)
      } catch {
        preconditionFailure("the speaker has checked this: \(error)")
      }
    case .remove(let id):
      channels[id]?.listener = nil
      sessions.remove(id, now: now, into: &actions)
    case .change(let id, let parameters):
      do throws(ConfigurationError) {
        try sessions.change(id, parameters, now: now)
      } catch {
        preconditionFailure("the speaker has checked this: \(error)")
      }
    case .setEnabled(let id, let isEnabled):
      sessions.setEnabled(id, isEnabled, now: now, into: &actions)
    case .status(let promise):
      promise.succeed(status)
    case .shutDown(let promise):
      ending = promise
      for (id, _) in sessions.statuses { sessions.remove(id, now: now, into: &actions) }
    case .close:
      isClosed = true
    }
  }

  private var status: BFDStatus {
    let entries = sessions.statuses.map { id, status in
      let sender = channels[id]?.sender
      return BFDStatus.Entry(
        id: id, session: status, sendFailures: sender?.failures ?? 0,
        lastSendError: sender?.lastError)
    }
    return BFDStatus(
      sessions: entries, dropped: sessions.dropped, echoesReflected: echoesReflected,
      priority: priority)
  }
}
