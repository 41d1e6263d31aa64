public import NIOCore

/// A BFD session in asynchronous mode (RFC 5880 §6.8): a value that is told what happens and when,
/// and says what to send.
///
/// The owner calls ``deadlineReached(now:)`` when ``nextDeadline`` has come, looks at that again after
/// every call, and sends the packets of the reactions. Nothing here allocates, but for the digests of
/// an authenticated session. Time must not go back.
public struct Session: Sendable {
  /// What the session was made of, with the parameters as they were changed last.
  public private(set) var configuration: Configuration
  /// Our name of the session, My Discriminator of its packets.
  public let discriminator: UInt32
  /// The state of our side.
  public private(set) var state = State.down
  /// Why our side is in that state.
  public private(set) var diagnostic = Diagnostic.none
  /// What was counted.
  public internal(set) var statistics = Statistics()
  /// Whether the session was stopped and has told its peer; it does nothing any more.
  public private(set) var isFinished = false

  /// Whether the session was stopped.
  public var isStopping: Bool { isFinished || farewell != nil }

  private(set) var remote = RemoteSide()
  private var negotiation: Negotiation
  private var authenticator: Authenticator?
  private var random: RandomGenerator
  private var transmission = TransmitSchedule()
  /// When something valid came in last, whatever became of the peer since.
  private var lastReceived: NIODeadline?
  /// When the peer's silence has lasted for the detection time; nil while the peer is not heard.
  private var detectionDeadline: NIODeadline?
  /// When the sequence number of the peer's last packet counts no more (§6.8.1); the peer's own
  /// values are forgotten before that.
  private var sequenceEnd: NIODeadline?
  private var farewell: Farewell?

  /// The end of a session: its peer is told for one of its detection times.
  private struct Farewell: Sendable {
    let interval: TimeAmount
    let end: NIODeadline
  }

  /// A session that sends its first packet at once, if it is not passive.
  ///
  /// - Parameters:
  ///   - configuration: one that ``Configuration/validate()`` accepts.
  ///   - discriminator: a number that no other session of this host has; not 0.
  ///   - seed: what jitter and sequence numbers begin with; to be unpredictable for others.
  ///   - now: the time.
  public init(
    configuration: Configuration, discriminator: UInt32, seed: UInt64, now: NIODeadline
  ) {
    precondition(discriminator != 0, "a discriminator is not 0")
    self.configuration = configuration
    self.discriminator = discriminator
    random = RandomGenerator(seed: seed)
    negotiation = Negotiation(configuration.parameters)
    authenticator = configuration.authentication.map {
      Authenticator($0, firstSequenceNumber: UInt32(truncatingIfNeeded: random.next()))
    }
    schedule(now: now)
  }

  // MARK: The operator's events

  /// Takes over new intervals and a new detect multiplier without a loss of the session: while it is
  /// up, by a poll sequence (RFC 5880 §6.8.3).
  ///
  /// - Parameters:
  ///   - parameters: ones that ``Parameters/validate()`` accepts.
  ///   - now: the time.
  public mutating func change(_ parameters: Parameters, now: NIODeadline) {
    configuration.parameters = parameters
    negotiation.change(to: parameters)
    watch()
    schedule(now: now)
  }

  /// Disables the session: the peer learns that this is no failure. It goes on telling so.
  public mutating func disable(now: NIODeadline) -> Reaction {
    guard state != .adminDown else { return Reaction() }
    return react(to: .adminDown, .administrativelyDown, now: now)
  }

  /// Enables a session that was disabled.
  public mutating func enable(now: NIODeadline) -> Reaction {
    guard state == .adminDown, !isStopping else { return Reaction() }
    return react(to: .down, .none, now: now)
  }

  /// Ends the session: a peer that holds it up is told for one of its detection times that this is
  /// no failure (RFC 5880 §6.8.16), any other once. ``isFinished`` is true after the deadline that
  /// ends this.
  public mutating func stop(now: NIODeadline) -> Reaction {
    guard !isStopping else { return Reaction() }
    // At the slow rate of a session that is not up, the loss of one packet would look like a
    // failure: these few keep the pace of the session that ends.
    let interval = negotiation.transmitInterval(remote)
    let count = state == .up ? Int(configuration.parameters.detectMultiplier) : 0
    farewell = Farewell(interval: interval, end: now + interval * count)
    return disable(now: now)
  }

  // MARK: Packets

  /// Takes a packet that is meant for this session.
  ///
  /// - Parameters:
  ///   - packet: what ``ControlPacket/init(parsing:)`` made of `datagram`.
  ///   - datagram: the whole UDP payload.
  ///   - timeToLive: the TTL or hop limit that was left.
  ///   - now: the time.
  /// - Throws: Why the packet is ignored; it is counted.
  public mutating func receive(
    _ packet: ControlPacket, in datagram: RawSpan, timeToLive: UInt8, now: NIODeadline
  ) throws(DropReason) -> Reaction {
    do throws(DropReason) {
      try check(packet, in: datagram, timeToLive: timeToLive, now: now)
      note(packet, now: now)
      guard state != .adminDown else { throw .administrativelyDown }
    } catch {
      statistics.dropped.count(error)
      throw error
    }
    statistics.received &+= 1

    let flags: ControlPacket.Flags = packet.flags.contains(.poll) ? .final : []
    if let next = state.next(received: packet.state) {
      return react(to: next.state, next.diagnostic, flags: flags, now: now)
    }
    schedule(now: now)
    // §6.8.7: the answer to a poll waits for nothing, and disturbs no schedule.
    return Reaction(packet: flags.isEmpty ? nil : answer(flags))
  }

  /// Replaces the content of `buffer` by the octets of a packet of this session, signed if the session
  /// is authenticated. Every call is for one datagram.
  public mutating func write(_ packet: ControlPacket, into buffer: inout ByteBuffer) {
    buffer.clear()
    packet.write(into: &buffer)
    authenticator?.sign(packet, in: &buffer)
  }

  private mutating func check(
    _ packet: ControlPacket, in datagram: RawSpan, timeToLive: UInt8, now: NIODeadline
  ) throws(DropReason) {
    guard timeToLive >= configuration.path.minimumTimeToLive else { throw .timeToLive }
    if packet.yourDiscriminator == 0, state == .up,
      packet.myDiscriminator != remote.discriminator
    {
      throw .otherPeer
    }
    let isAuthenticated = packet.flags.contains(.authenticationPresent)
    guard authenticator != nil else {
      if isAuthenticated { throw .authenticationUnexpected }
      return
    }
    guard isAuthenticated else { throw .authenticationMissing }
    if let sequenceEnd, sequenceEnd <= now { authenticator?.forgetPeer() }
    try authenticator?.verify(datagram, detectMultiplier: packet.detectMultiplier)
  }

  /// Takes over what a valid packet says of the peer.
  private mutating func note(_ packet: ControlPacket, now: NIODeadline) {
    lastReceived = now
    remote.update(packet)
    if packet.flags.contains(.final) { negotiation.receivedFinal() }
    let detectionTime = negotiation.detectionTime(remote)
    detectionDeadline = now + detectionTime
    sequenceEnd = now + detectionTime * 2
  }

  // MARK: Time

  /// When ``deadlineReached(now:)`` is due; nil when nothing is.
  public var nextDeadline: NIODeadline? {
    var next = transmission.next
    if let detectionDeadline { next = min(next ?? detectionDeadline, detectionDeadline) }
    if let farewell { next = min(next ?? farewell.end, farewell.end) }
    return next
  }

  /// Does what is due: a periodic packet, or the end of a peer that was silent for too long. Does
  /// nothing before ``nextDeadline``.
  public mutating func deadlineReached(now: NIODeadline) -> Reaction {
    if let farewell, farewell.end <= now {
      finish()
      return Reaction()
    }
    if let detectionDeadline, detectionDeadline <= now {
      self.detectionDeadline = nil
      remote = RemoteSide()
      if state == .up || state == .`init` {
        return react(to: .down, .controlDetectionTimeExpired, now: now)
      }
      schedule(now: now)
    }
    guard let next = transmission.next, next <= now else { return Reaction() }
    return Reaction(packet: transmit(now: now))
  }

  // MARK: Transitions

  /// Changes the state and tells the peer at once (§6.8.7: when what packets say changes, one should
  /// not wait for the next periodic one).
  private mutating func react(
    to next: State, _ diagnostic: Diagnostic, flags: ControlPacket.Flags = [], now: NIODeadline
  ) -> Reaction {
    let change = StateChange(
      from: state, to: next, diagnostic: diagnostic, remoteState: remote.state,
      remoteDiagnostic: remote.diagnostic, time: now)
    state = next
    self.diagnostic = diagnostic
    statistics.lastChange = change
    if next == .up { statistics.ups &+= 1 }
    if change.isFailure {
      statistics.failures &+= 1
      statistics.lastFailure = change
    }
    negotiation.stateChanged(to: next)
    watch()
    guard maySend else {
      schedule(now: now)
      return Reaction(packet: flags.isEmpty ? nil : answer(flags), change: change)
    }
    return Reaction(packet: transmit(flags, now: now), change: change)
  }

  private mutating func finish() {
    isFinished = true
    farewell = nil
    detectionDeadline = nil
    transmission.stop()
  }

  /// Counts the detection time anew from the last packet, after a change of what it is made of.
  private mutating func watch() {
    guard detectionDeadline != nil, let lastReceived else { return }
    detectionDeadline = lastReceived + negotiation.detectionTime(remote)
  }

  // MARK: Transmission

  /// A passive side is silent until the peer was heard.
  private var maySend: Bool { !configuration.isPassive || remote.discriminator != 0 }

  /// Whether packets go out by the timer (§6.8.7).
  private var sendsPeriodically: Bool {
    guard !isFinished, maySend, remote.requiredMinRxInterval != 0 else { return false }
    let isAskedToBeSilent = remote.isInDemandMode && state == .up && remote.state == .up
    return !isAskedToBeSilent || negotiation.isPolling
  }

  private var transmitInterval: TimeAmount {
    guard let farewell else { return negotiation.transmitInterval(remote) }
    return farewell.interval
  }

  private mutating func schedule(now: NIODeadline) {
    transmission.update(
      interval: sendsPeriodically ? transmitInterval : nil,
      detectMultiplier: configuration.parameters.detectMultiplier, now: now, using: &random)
  }

  private mutating func transmit(
    _ flags: ControlPacket.Flags = [], now: NIODeadline
  ) -> ControlPacket {
    var flags = flags
    // A packet that answers cannot ask: the poll begins with the next one.
    if negotiation.isPolling, !flags.contains(.final) {
      flags.insert(.poll)
      negotiation.sentPoll()
    }
    let packet = answer(flags)
    transmission.sent(now: now)
    schedule(now: now)
    return packet
  }

  private mutating func answer(_ flags: ControlPacket.Flags) -> ControlPacket {
    statistics.sent &+= 1
    var flags = flags
    if authenticator != nil { flags.insert(.authenticationPresent) }
    let echo = configuration.parameters.requiredMinEchoRxInterval.wholeMicroseconds
    return ControlPacket(
      diagnostic: diagnostic, state: state, flags: flags,
      detectMultiplier: configuration.parameters.detectMultiplier,
      myDiscriminator: discriminator, yourDiscriminator: remote.discriminator,
      desiredMinTxInterval: negotiation.desiredMinTxInterval,
      requiredMinRxInterval: negotiation.requiredMinRxInterval,
      requiredMinEchoRxInterval: echo ?? 0)
  }
}

extension Session {
  /// The session as an operator wants to see it.
  public var status: Status {
    Status(
      path: configuration.path, state: state, diagnostic: diagnostic, remoteState: remote.state,
      remoteDiagnostic: remote.diagnostic, localDiscriminator: discriminator,
      remoteDiscriminator: remote.discriminator, transmitInterval: transmitInterval,
      detectionTime: negotiation.detectionTime(remote),
      detectMultiplier: configuration.parameters.detectMultiplier,
      remoteDetectMultiplier: remote.detectMultiplier, statistics: statistics)
  }
}
