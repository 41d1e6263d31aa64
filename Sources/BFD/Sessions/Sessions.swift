public import NIOCore

/// All sessions of a host: gives each packet to its session (RFC 5880 §6.3, RFC 5881 §3), and knows
/// which deadline is the next.
///
/// What is to be done is appended to the buffer that the caller hands in and reuses.
public struct Sessions: Sendable {
  private struct Slot: Sendable {
    let id: SessionID
    var session: Session
  }

  /// Packets that belong to no session.
  public private(set) var dropped = DropCounters()

  private var slots: ContiguousArray<Slot> = []
  /// Where a session is in `slots`; rebuilt when one comes or goes.
  private var indices: [SessionID: Int] = [:]
  private var byDiscriminator: [UInt32: Int] = [:]
  private var random: RandomGenerator

  /// No sessions.
  ///
  /// - Parameter seed: what discriminators, jitter and sequence numbers are made from. It must not be
  ///   predictable: who can guess discriminators can forge packets.
  public init(seed: UInt64) { random = RandomGenerator(seed: seed) }

  /// The number of sessions, those that say farewell included.
  public var count: Int { slots.count }

  /// The session of this name.
  public subscript(id: SessionID) -> Session? { indices[id].map { slots[$0].session } }

  // MARK: The operator's events

  /// Adds a session, which sends its first packet when ``nextDeadline`` is served.
  ///
  /// One on the same path that says farewell gives way to it.
  ///
  /// - Parameters:
  ///   - id: a name that no session has.
  ///   - configuration: what it is made of.
  ///   - now: the time.
  ///   - actions: what is to be done is appended to it.
  /// - Throws: what is wrong with the configuration, or that there is a session on this path.
  public mutating func add(
    _ id: SessionID, _ configuration: Session.Configuration, now: NIODeadline,
    into actions: inout [Action]
  ) throws(ConfigurationError) {
    precondition(indices[id] == nil, "a name is given once")
    try configuration.validate()
    let path = configuration.path
    if let index = slots.firstIndex(where: { $0.session.configuration.path.overlaps(path) }) {
      guard slots[index].session.isStopping else { throw .duplicate(path) }
      remove(at: index, into: &actions)
    }
    var discriminator: UInt32
    repeat {
      discriminator = UInt32(truncatingIfNeeded: random.next())
    } while discriminator == 0 || byDiscriminator[discriminator] != nil
    let session = Session(
      configuration: configuration, discriminator: discriminator, seed: random.next(), now: now)
    slots.append(Slot(id: id, session: session))
    index()
  }

  /// Ends a session; see ``Session/stop(now:)``. ``Action/removed(_:)`` follows when
  /// its last deadline was served.
  public mutating func remove(
    _ id: SessionID, now: NIODeadline, into actions: inout [Action]
  ) {
    guard let index = indices[id] else { return }
    append(slots[index].session.stop(now: now), of: id, to: &actions)
  }

  /// Changes the parameters of a session; see ``Session/change(_:now:)``.
  public mutating func change(
    _ id: SessionID, _ parameters: Session.Parameters, now: NIODeadline
  ) throws(ConfigurationError) {
    try parameters.validate()
    guard let index = indices[id] else { return }
    slots[index].session.change(parameters, now: now)
  }

  /// Enables or disables a session.
  public mutating func setEnabled(
    _ id: SessionID, _ isEnabled: Bool, now: NIODeadline, into actions: inout [Action]
  ) {
    guard let index = indices[id] else { return }
    let reaction =
      isEnabled
      ? slots[index].session.enable(now: now) : slots[index].session.disable(now: now)
    append(reaction, of: id, to: &actions)
  }

  // MARK: Packets

  /// Takes a datagram that came in on a port of BFD.
  public mutating func receive(
    _ datagram: RawSpan, _ arrival: Arrival, now: NIODeadline, into actions: inout [Action]
  ) {
    do throws(DropReason) {
      guard arrival.isMultihop || arrival.timeToLive == 255 else { throw .timeToLive }
      let packet = try ControlPacket(parsing: datagram)
      let index = try slot(for: packet, arrival)
      let reaction: Session.Reaction
      do throws(DropReason) {
        reaction = try slots[index].session.receive(
          packet, in: datagram, timeToLive: arrival.timeToLive, now: now)
      } catch {
        // The session has counted it.
        return
      }
      append(reaction, of: slots[index].id, to: &actions)
    } catch {
      dropped.count(error)
    }
  }

  /// Replaces the content of `buffer` by the octets of a packet; see ``Session/write(_:into:)``.
  /// False if the session is gone.
  public mutating func write(
    _ packet: ControlPacket, of id: SessionID, into buffer: inout ByteBuffer
  ) -> Bool {
    guard let index = indices[id] else { return false }
    slots[index].session.write(packet, into: &buffer)
    return true
  }

  /// Whether an echo packet that arrived so is sent back (RFC 5880 §6.4): its sender is the peer of a
  /// session of one hop that is up and offers it.
  public func reflectsEcho(_ arrival: Arrival) -> Bool {
    guard arrival.timeToLive == 255 else { return false }
    return slots.contains { slot in
      slot.session.state == .up
        && slot.session.configuration.parameters.requiredMinEchoRxInterval > .zero
        && slot.session.configuration.path.admits(arrival)
    }
  }

  private mutating func slot(
    for packet: ControlPacket, _ arrival: Arrival
  ) throws(DropReason) -> Int {
    if packet.yourDiscriminator != 0 {
      guard let index = byDiscriminator[packet.yourDiscriminator] else {
        throw .unknownDiscriminator
      }
      guard slots[index].session.configuration.path.admits(arrival) else {
        slots[index].session.statistics.dropped.count(.otherPath)
        throw .otherPath
      }
      return index
    }
    // A path that names more of the arrival is the better match.
    var best: (index: Int, rank: Int)?
    for index in slots.indices {
      let path = slots[index].session.configuration.path
      guard path.admits(arrival) else { continue }
      let rank = (path.interface == nil ? 0 : 2) + (path.local == nil ? 0 : 1)
      if rank > best?.rank ?? -1 { best = (index, rank) }
    }
    guard let best else { throw .noSession }
    return best.index
  }

  // MARK: Time

  /// When ``deadlineReached(now:into:)`` is due; nil when nothing is.
  public var nextDeadline: NIODeadline? {
    var next: NIODeadline?
    for index in slots.indices {
      guard let deadline = slots[index].session.nextDeadline else { continue }
      next = min(next ?? deadline, deadline)
    }
    return next
  }

  /// Does what is due in every session.
  public mutating func deadlineReached(now: NIODeadline, into actions: inout [Action]) {
    var index = 0
    while index < slots.count {
      if let deadline = slots[index].session.nextDeadline, deadline <= now {
        append(
          slots[index].session.deadlineReached(now: now), of: slots[index].id, to: &actions)
        if slots[index].session.isFinished {
          remove(at: index, into: &actions)
          continue
        }
      }
      index += 1
    }
  }

  /// All sessions in the order in which they were added.
  public var statuses: [(id: SessionID, status: Session.Status)] {
    slots.map { ($0.id, $0.session.status) }
  }

  // MARK: Bookkeeping

  private func append(
    _ reaction: Session.Reaction, of id: SessionID, to actions: inout [Action]
  ) {
    // The peer first: others may take their time over a change.
    if let packet = reaction.packet { actions.append(.send(id, packet)) }
    if let change = reaction.change { actions.append(.changed(id, change)) }
  }

  private mutating func remove(at index: Int, into actions: inout [Action]) {
    actions.append(.removed(slots[index].id))
    slots.remove(at: index)
    self.index()
  }

  private mutating func index() {
    indices.removeAll(keepingCapacity: true)
    byDiscriminator.removeAll(keepingCapacity: true)
    for (index, slot) in slots.enumerated() {
      indices[slot.id] = index
      byDiscriminator[slot.session.discriminator] = index
    }
  }
}
