import Addresses
import Election
import LinkLayer
import NIOCore

/// The body of the thread of the peer plane: it alone touches the machine, and waits for nothing but
/// the kernel and the mailbox.
struct PeerPlaneLoop: ~Copyable {
  private let mailbox: Mailbox<PeerPlaneCommand>
  private let frames: Mailbox<HeardFrame>
  private let lease: ReplyLease
  private let deliver: @Sendable ([PeerPlaneOutput]) -> Void
  private let sockets: [AddressFamily: PeerSocket]
  private let probes: [AddressFamily: HostProbe]
  private let port: UInt16
  private let node: String
  private let recorded: Record?
  private var queue: EventQueue
  private var election: Election
  private var channel: PeerChannel
  private var addresses: [MemberID: [IPAddress]] = [:]
  private var membersByAddress: [IPAddress: MemberID] = [:]
  private var speakers: Set<MACAddress> = []
  private var stations = StationTable()
  private var lost: Set<MemberID> = []
  private var actions: [Election.Action] = []
  private var outputs: [PeerPlaneOutput] = []
  private var handOvers: HandOverClock
  private var ready: [UInt64] = []
  private var traffic = PeerPlaneTraffic()
  private var lateness = PeerPlaneLateness()
  private var keys: PeerKeys
  private var keysSince = BootClock.now()
  /// Who was being drained when it was looked last, and what was told of it.
  private var draining: (seen: Set<String>, told: Set<String>) = ([], [])
  private var nextDrainCheck = BootClock.now()
  private var deaths = DeathWatch()
  private var nextDeathCheck = BootClock.now()
  /// Whether the lease was held when it was looked last; nil before it ever was.
  private var isLeaseHeld: Bool?
  private let priority: ThreadPriority
  private let incoming = UnsafeMutableRawBufferPointer.allocate(byteCount: 2048, alignment: 8)
  private var isClosed = false

  /// No socket keeps the timers waiting for longer than this many packets, and no segment for longer
  /// than this many frames.
  private static let batch = 64
  /// At most one look at who is held dead in this time.
  private static let deathCheckInterval = TimeAmount.milliseconds(50)
  /// More interfaces of speakers than these are not remembered.
  private static let speakerLimit = 4096

  init(
    _ settings: PeerPlane.Settings, links: PeerPlaneLinks, mailbox: Mailbox<PeerPlaneCommand>,
    frames: Mailbox<HeardFrame>, lease: ReplyLease, priority: ThreadPriority,
    deliver: @escaping @Sendable ([PeerPlaneOutput]) -> Void
  ) {
    self.mailbox = mailbox
    self.frames = frames
    self.lease = lease
    self.deliver = deliver
    queue = links.queue
    sockets = links.sockets
    probes = links.probes
    port = settings.port
    node = settings.configuration.node
    recorded = settings.recorded
    election = Election(
      configuration: settings.configuration, seed: .random(in: .min ... .max),
      now: BootClock.now())
    handOvers = HandOverClock(member: MemberID(name: settings.configuration.node))
    channel = PeerChannel(
      node: node, incarnation: settings.configuration.incarnation, keys: settings.keys)
    keys = settings.keys
    self.priority = priority
  }

  deinit { incoming.deallocate() }

  mutating func run() {
    if let recorded { handle(.recorded(recorded)) }
    while !isClosed {
      queue.wait(until: election.nextDeadline, into: &ready)
      noteLateness()
      // Packets come before timers: after a pause of this thread, what waits in the sockets shows
      // that the others are alive.
      for tag in ready.compactMap(PeerPlaneLinks.Tag.init) {
        switch tag {
        case .mailbox: obey()
        case .frames: receiveFrames()
        case .socketIPv4: receive(.ipv4)
        case .socketIPv6: receive(.ipv6)
        case .probeIPv4: receiveAnswers(.ipv4)
        case .probeIPv6: receiveAnswers(.ipv6)
        }
      }
      if election.nextDeadline <= BootClock.now() { handle(.deadlineReached) }
      reportDraining()
      reportDeaths()
      reportLease()
      if !outputs.isEmpty {
        deliver(outputs)
        outputs = []
      }
    }
  }

  private mutating func noteLateness() {
    let now = BootClock.now()
    guard now - election.nextDeadline > lateness.longest else { return }
    lateness.longest = now - election.nextDeadline
    lateness.at = now
  }

  /// Tells who is being drained or dead, once a second. Who is seen so only once may be stopping, and gone
  /// before anybody looks.
  private mutating func reportDraining() {
    let now = BootClock.now()
    guard now >= nextDrainCheck else { return }
    nextDrainCheck = now + .seconds(1)
    let present = Set(election.drainingMembers(at: now))
    let lost = election.lostMembers(at: now)
    if lost != self.lost {
      self.lost = lost
      outputs.append(.lost(lost))
    }
    let lasting = present.intersection(draining.seen)
    draining.seen = present
    guard lasting != draining.told else { return }
    draining.told = lasting
    outputs.append(.draining(lasting.sorted()))
  }

  /// Tells who is held dead, and asks their hosts: where only a speaker is gone, its node forwards on.
  private mutating func reportDeaths() {
    let now = BootClock.now()
    guard now >= nextDeathCheck else { return }
    nextDeathCheck = now + Self.deathCheckInterval
    let found = deaths.update(dead: election.deadMembers(at: now), now: now)
    for member in found.asked {
      for address in addresses[member] ?? [] { probes[address.family]?.send(to: address) }
    }
    if let news = found.news {
      outputs.append(.dead(speakers: news.speakers, hosts: news.hosts))
    }
  }

  private mutating func reportLease() {
    let lease = election.lease(at: BootClock.now())
    guard lease.isHeld != isLeaseHeld ?? false else { return }
    if isLeaseHeld != nil { outputs.append(.lease(lease)) }
    isLeaseHeld = lease.isHeld
  }

  // MARK: Packets

  private mutating func receive(_ family: AddressFamily) {
    guard let socket = sockets[family] else { return }
    while let address = socket.nextRefusal() {
      if let member = membersByAddress[address] { handle(.portClosed(member)) }
    }
    for _ in 0..<Self.batch {
      let now = BootClock.now()
      guard let (count, source, receivedAt) = socket.receive(into: incoming, now: now) else {
        return
      }
      traffic.packetsReceived &+= 1
      traffic.octetsReceived &+= UInt64(count)
      let bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(incoming)[..<count])
      switch channel.open(ByteBuffer(bytes: bytes), now: now) {
      case .message(let message, let sender, let incarnation):
        handle(.packet(message, from: sender, incarnation: incarnation, receivedAt: receivedAt))
      case .greeting:
        break
      case .refused(_, let reply, _):
        // Where the packet came from, since that is who has to learn of this life.
        if let reply { send(reply, to: source, socket) }
      }
    }
  }

  private mutating func receiveFrames() {
    for heard in frames.take(atMost: Self.batch) {
      receive(heard.frame, on: heard.interface, at: heard.receivedAt)
    }
  }

  private mutating func receive(
    _ frame: SpeakerFrame, on interface: String, at receivedAt: NIODeadline
  ) {
    if case .message(let message, let sender, let incarnation) = channel.open(
      frame.payload, now: BootClock.now())
    {
      handle(.frame(message, from: sender, incarnation: incarnation, receivedAt: receivedAt))
      if speakers.count < Self.speakerLimit, speakers.insert(frame.source).inserted {
        outputs.append(.speaker(frame.source))
      }
      if stations.note(sender, from: frame.source, on: interface, at: receivedAt) {
        outputs.append(.heard(sender, from: frame.source, on: interface))
      }
    }
  }

  private mutating func receiveAnswers(_ family: AddressFamily) {
    while let address = probes[family]?.nextAnswer(into: incoming) {
      guard let member = membersByAddress[address] else { continue }
      handle(.hostAnswered(member))
      deaths.hostAnswered(member, now: BootClock.now())
    }
  }

  private mutating func send(_ packet: ByteBuffer, to address: IPAddress, _ socket: PeerSocket) {
    if socket.send(packet, to: SocketName(address, port: port)) == 0 {
      traffic.packetsSent &+= 1
      traffic.octetsSent &+= UInt64(packet.readableBytes)
    } else {
      traffic.sendFailures &+= 1
    }
  }

  // MARK: The machine

  private mutating func handle(_ event: Election.Event) {
    election.handle(event, now: BootClock.now(), actions: &actions)
    // In this order: a lease that goes on must not find an address that this event takes away.
    for index in actions.indices {
      switch actions[index] {
      case .silence(let address, _): lease.silence(address)
      case .answer(let address, _): lease.allow(address)
      default: break
      }
    }
    lease.setEnd(election.answersUntil)
    for index in actions.indices {
      perform(actions[index])
      if let done = handOvers.note(actions[index], now: BootClock.now()) {
        outputs.append(.handedOver(done.address, after: done.time))
      }
    }
  }

  private mutating func perform(_ action: Election.Action) {
    switch action {
    case .send(let message, let member):
      guard let address = addresses[member]?.first(where: { sockets[$0.family] != nil }),
        let socket = sockets[address.family]
      else { return }
      send(channel.packet(message, to: member), to: address, socket)
    case .broadcast(let message):
      for part in message.frameParts { outputs.append(.frame(channel.frame(part))) }
    case .answer(let address, _): outputs.append(.answer(address))
    case .silence(let address, let time): outputs.append(.silence(address, forwardFor: time))
    case .probeHost(let member):
      for address in addresses[member] ?? [] { probes[address.family]?.send(to: address) }
    case .claimed(let address, let claim, let cause, let grounds):
      outputs.append(
        .claimed(address, owner: claim.owner, isVacant: claim.isVacant, cause, grounds))
    case .witnessesChanged: outputs.append(.witnessesChanged)
    }
  }

  // MARK: Commands

  private mutating func obey() {
    for command in mailbox.take() {
      switch command {
      case .events(let events):
        for event in events {
          handle(event)
          // The tables have lost it before the election did.
          if case .addressRemoved(let address) = event {
            lease.allow(address)
            handOvers.forget(address)
          }
        }
      case .members(let members): setMembers(members)
      case .keys(let keys): use(keys)
      case .status(let promise, let includesAddresses):
        promise.succeed(status(includesAddresses: includesAddresses))
      case .record(let promise): promise.succeed(election.record)
      case .close: isClosed = true
      }
    }
  }

  private mutating func setMembers(_ members: [PeerPlaneMember]) {
    addresses = [:]
    membersByAddress = [:]
    for member in members {
      let id = MemberID(name: member.name)
      addresses[id] = member.addresses
      for address in member.addresses { membersByAddress[address] = id }
    }
    channel.setMembers(members.map { MemberID(name: $0.name) })
    handle(.members(members.map(\.name)))
  }

  private mutating func use(_ keys: PeerKeys) {
    // The folder of the key changes for other reasons too.
    if keys.fingerprints == self.keys.fingerprints { return }
    channel.use(keys)
    self.keys = keys
    keysSince = BootClock.now()
  }

  private func status(includesAddresses: Bool) -> PeerPlaneStatus {
    let now = BootClock.now()
    return PeerPlaneStatus(
      time: now, wallClock: WallClock.read(), port: port, policy: election.configuration.policy,
      timers: election.configuration.timers, keyFingerprints: keys.fingerprints,
      keysSince: keysSince, traffic: traffic, counters: election.counters,
      refusals: channel.refusals, framesLost: frames.lost, lateness: lateness, priority: priority,
      members: election.members(at: now), lease: election.lease(at: now),
      addresses: includesAddresses ? election.addresses(at: now) : [],
      rebalancingLoads: election.rebalancingLoads,
      disagreements: election.disagreements(at: now))
  }
}
