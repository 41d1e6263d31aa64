import Addresses
import BGP
import Fuzzer
import NIOCore

/// The owner of a peer, with its connections and its clock. It holds the peer to what its
/// documentation says.
struct Owner {
  /// A connection, and what the neighbour makes of our bytes.
  private struct Connection {
    let id: ConnectionID
    /// Octets that the kernel has not accepted.
    var underWay = 0
    var hasNotification = false
    var framer = MessageFramer()
    var known: Set<IPPrefix> = []
  }

  private var peer: Peer
  private var now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
  private var attempt: ConnectionID?
  /// In the order in which they were opened.
  private var connections: [Connection] = []
  private var established: NegotiatedSession?

  init(_ configuration: PeerConfiguration) { peer = Peer(configuration: configuration, seed: 1) }

  // MARK: What happens

  mutating func handle(_ event: PeerEvent) {
    for action in peer.handle(event, now: now) {
      switch action {
      case .connect(let id, let timeout):
        require(
          attempt == nil && timeout > .zero,
          "a second attempt beside \(String(describing: attempt))")
        attempt = id
      case .send(let id, let bytes):
        send(bytes, on: id)
      case .close(let id):
        close(id)
      case .report(let report):
        take(report)
      }
    }
  }

  mutating func stop(_ reason: StopReason) {
    handle(.stop(reason))
    require(peer.state == .idle, "stopped, but \(peer.state)")
    require(peer.nextDeadline == nil, "stopped, but with a timer")
    require(attempt == nil && connections.isEmpty, "stopped, but connections are open")
    require(established == nil && peer.negotiated == nil, "stopped, but established")
  }

  /// The attempt that is under way, which ends now.
  mutating func takeAttempt() -> ConnectionID? {
    defer { attempt = nil }
    return attempt
  }

  mutating func opened(_ id: ConnectionID) { connections.append(Connection(id: id)) }

  mutating func accept(from address: IPv4Address) {
    let id = peer.makeConnectionID()
    opened(id)
    handle(.accepted(id, local: .v4(IPv4Address(192, 0, 2, 1)), remote: .v4(address)))
  }

  mutating func receive(_ bytes: ByteBuffer, on number: UInt8) {
    guard let id = id(number) else { return }
    handle(.received(id, bytes))
  }

  mutating func close(_ number: UInt8) {
    guard let id = id(number) else { return }
    connections.removeAll { $0.id == id }
    handle(.closed(id, reason: nil))
  }

  mutating func write(_ count: Int, on number: UInt8) {
    guard !connections.isEmpty else { return }
    let index = Int(number) % connections.count
    let accepted = min(count, connections[index].underWay)
    connections[index].underWay -= accepted
    handle(.written(connections[index].id, byteCount: accepted))
  }

  /// The network takes all that there is.
  mutating func writeAll() {
    for _ in 0..<1000 {
      guard let index = connections.firstIndex(where: { $0.underWay > 0 }) else { return }
      write(.max, on: UInt8(truncatingIfNeeded: index))
    }
    fatalError("it never ends to send")
  }

  mutating func advance(_ time: TimeAmount) {
    let end = now + time
    var atOnce = 0
    while let next = peer.nextDeadline, next <= end {
      atOnce = next <= now ? atOnce + 1 : 0
      require(atOnce < 10, "a deadline does not pass")
      now = max(now, next)
      handle(.deadlineReached)
      check()
    }
    now = end
  }

  /// The neighbour does all that makes a session of the default configuration.
  mutating func establish() {
    handle(.start)
    if let id = takeAttempt() {
      opened(id)
      handle(.connected(id, local: .v4(IPv4Address(192, 0, 2, 1))))
    }
    for bytes in [1, 2] as [UInt8] {
      var buffer = ByteBuffer()
      if bytes == 1 {
        neighbourOpen(peer.configuration.accepts(remoteAS: 64513) ? 0 : 1).write(into: &buffer)
      } else {
        KeepaliveMessage.write(into: &buffer)
      }
      receive(buffer, on: 0)
    }
  }

  private func id(_ number: UInt8) -> ConnectionID? {
    connections.isEmpty ? nil : connections[Int(number) % connections.count].id
  }

  // MARK: What the peer does

  private mutating func close(_ id: ConnectionID) {
    if attempt == id {
      attempt = nil
    } else {
      let count = connections.count
      connections.removeAll { $0.id == id }
      require(connections.count < count, "\(id) is closed, which is not open")
    }
  }

  private mutating func take(_ report: PeerReport) {
    switch report {
    case .established(let negotiated):
      require(established == nil, "established twice")
      established = negotiated
    case .down(_, let retryAfter):
      established = nil
      require(retryAfter.map { $0 >= .zero } ?? true, "a retry in the past")
    default:
      break
    }
  }

  /// The neighbour reads what we send: whole messages without faults.
  private mutating func send(_ bytes: ByteBuffer, on id: ConnectionID) {
    guard let index = connections.firstIndex(where: { $0.id == id }) else {
      fatalError("\(id) is written to, which is not open")
    }
    require(!connections[index].hasNotification, "more after a NOTIFICATION")
    connections[index].underWay += bytes.readableBytes
    connections[index].framer.allowsExtendedMessages = peer.negotiated?.extendedMessages ?? false
    connections[index].framer.append(bytes)
    var length = 0
    do throws(MessageError) {
      while let frame = try connections[index].framer.next() {
        length += 19 + frame.body.readableBytes
        try read(frame, at: index)
      }
    } catch {
      fatalError("we sent a malformed message: \(error)")
    }
    require(
      length == bytes.readableBytes, "\(length) of \(bytes.readableBytes) octets are messages")
  }

  private mutating func read(_ frame: MessageFramer.Frame, at index: Int) throws(MessageError) {
    switch frame.type {
    case .open: _ = try OpenMessage(body: frame.body)
    case .notification: connections[index].hasNotification = true
    case .routeRefresh: _ = try RouteRefreshMessage(body: frame.body)
    case .keepalive: break
    case .update:
      guard let negotiated = peer.negotiated else { fatalError("an UPDATE without a session") }
      let update = try UpdateMessage(
        body: frame.body,
        context: UpdateContext(
          isInternal: negotiated.isInternal, fourOctetAS: negotiated.fourOctetAS))
      require(update.fault == nil, "our UPDATE has a fault: \(String(describing: update.fault))")
      for prefix in update.withdrawn { connections[index].known.remove(prefix) }
      for prefix in update.unreach?.prefixes ?? .empty(.ipv6) {
        connections[index].known.remove(prefix)
      }
      for prefix in update.announced { connections[index].known.insert(prefix) }
      for prefix in update.reach?.prefixes ?? .empty(.ipv6) {
        connections[index].known.insert(prefix)
      }
    }
  }

  // MARK: What always holds

  func check() {
    let isEstablished = peer.state == .established
    require(isEstablished == (established != nil), "\(peer.state), but reported otherwise")
    require(connections.count + (attempt == nil ? 0 : 1) <= 2, "\(connections.count) connections")
    let told = connections.reduce(0) { $0 + $1.known.count }
    let advertised = AddressFamily.allCases.reduce(0) { $0 + peer.advertisedCount($1) }
    require(told == advertised, "\(told) prefixes were told, and \(advertised) are counted")
    // KEEPALIVEs aside, which the send hold timer bounds.
    let bound = Peer.highWaterMark * (peer.negotiated?.extendedMessages == true ? 2 : 1) + 32768
    require(connections.allSatisfy { $0.underWay <= bound }, "too much under way")
    guard isEstablished else {
      require(advertised == 0, "routes are advertised without a session")
      return
    }
    guard !peer.hasPendingUpdates else { return }
    for family in AddressFamily.allCases where peer.configuration.families.contains(family) {
      let expected = peer.heldBackFamilies[family] == nil ? peer.intendedCount(family) : 0
      require(
        peer.advertisedCount(family) == expected,
        "\(peer.advertisedCount(family)) of \(expected) are advertised, and nothing waits")
    }
  }

  /// The network takes what waits, and then the operator ends it.
  mutating func finish() {
    writeAll()
    check()
    require(peer.state != .established || !peer.hasPendingUpdates, "updates wait for nothing")
    stop(.shutdown("the end"))
    handle(.deadlineReached)
    require(peer.nextDeadline == nil && peer.state == .idle, "not at peace")
  }
}
