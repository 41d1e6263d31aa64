public import Addresses
public import NIOCore

/// One BGP neighbour to which we announce routes: the session machine and the routes for it.
///
/// A peer does no I/O and owns no clock. Its owner hands in events, carries out the actions that
/// come back, in their order, and hands in ``PeerEvent/deadlineReached`` at ``nextDeadline``. Events
/// of a connection that the peer no longer holds are ignored, so the owner need not filter them.
///
/// UPDATEs are made as the network takes them: at most ``highWaterMark`` octets are under way, and
/// each ``PeerEvent/written(_:byteCount:)`` makes room for more.
public struct Peer: Sendable {
  /// How long the owner may take to flush a connection that ``PeerAction/close(_:)`` ends, so that
  /// the neighbour gets the NOTIFICATION but cannot hold us up.
  public static let closeGracePeriod: TimeAmount = .seconds(1)
  /// The most octets of UPDATEs under way: sent, but not accepted by the kernel. With extended
  /// messages it is twice as many, so that there is a message to send while one is under way.
  public static let highWaterMark = 65536

  private(set) var session: Session
  private(set) var routes = AdjRIBOut()
  private var departures = Departures()
  private var heldBack: [AddressFamily: HeldBackReason] = [:]

  /// A stopped peer without routes.
  ///
  /// - Parameters:
  ///   - configuration: What it needs to know of itself and the neighbour.
  ///   - seed: Spreads the timers; give each peer of a process another.
  ///   - isRestarting: Whether the neighbour may hold routes of a process before this one. It is then
  ///     told so, until it has all routes of this one, and with
  ///     ``PeerConfiguration/gracefulRestart`` keeps the old ones until then (RFC 4724 §4.1).
  public init(configuration: PeerConfiguration, seed: UInt64, isRestarting: Bool = false) {
    session = Session(configuration: configuration, seed: seed, isRestarting: isRestarting)
  }

  // MARK: What there is to see

  /// As given to ``init(configuration:seed:isRestarting:)``.
  public var configuration: PeerConfiguration { session.configuration }

  /// The state of the session.
  public var state: SessionState { session.state }

  /// What both sides agreed on, in OpenConfirm and Established.
  public var negotiated: NegotiatedSession? { session.leading?.negotiated }

  /// Counters since the peer was made.
  public var statistics: SessionStatistics { session.statistics }

  /// The families of the configuration whose routes this session cannot carry, and why.
  public var heldBackFamilies: [AddressFamily: HeldBackReason] { heldBack }

  /// Whether the routes tell that they are about to be withdrawn (RFC 8326).
  public var isInGracefulShutdown: Bool { routes.isInGracefulShutdown }

  /// How many prefixes are announced for a while yet (``PeerEvent/withdrawGracefully(_:wait:)``).
  public var departingCount: Int { departures.count }

  /// How many prefixes of `family` are to be announced.
  public func intendedCount(_ family: AddressFamily) -> Int { routes.intendedCount(family) }

  /// How many prefixes of `family` the neighbour was told in this session.
  public func advertisedCount(_ family: AddressFamily) -> Int { routes.advertisedCount(family) }

  /// The routes for the neighbour, by what it was told them with.
  public func routeOverview() -> [RouteOverview] { routes.overview() }

  /// Whether routes, withdrawals or End-of-RIB wait for the network to take more.
  public var hasPendingUpdates: Bool { routes.hasPendingUpdates }

  /// When ``PeerEvent/deadlineReached`` is due; nil when nothing is.
  public var nextDeadline: NIODeadline? {
    guard let due = departures.nextDeadline else { return session.nextDeadline }
    return session.nextDeadline.map { min($0, due) } ?? due
  }

  // MARK: What happens

  /// A name for a connection that the neighbour opened; hand it in with
  /// ``PeerEvent/accepted(_:local:remote:)``.
  public mutating func makeConnectionID() -> ConnectionID { session.makeConnectionID() }

  /// Takes in one event and returns what must be done about it.
  public mutating func handle(_ event: PeerEvent, now: NIODeadline) -> [PeerAction] {
    var actions: [PeerAction] = []
    switch event {
    case .start:
      session.start(now: now)
    case .stop(let reason):
      session.stop(reason, now: now)
    case .connected(let id, let local):
      session.connected(id, local: local, now: now)
    case .accepted(let id, let local, let remote):
      session.accepted(id, local: local, remote: remote, now: now)
    case .connectFailed(let id, let reason):
      session.connectFailed(id, reason: reason, now: now)
    case .received(let id, let bytes):
      session.received(id, bytes, now: now)
    case .closed(let id, let reason):
      session.closed(id, reason: reason, now: now)
    case .written(let id, let byteCount):
      session.written(id, byteCount: byteCount, now: now)
    case .announce(let changes):
      announce(changes, &actions)
    case .withdraw(let prefixes):
      withdraw(prefixes)
    case .withdrawGracefully(let prefixes, let wait):
      withdraw(prefixes, at: now + wait)
    case .initialTableComplete:
      routes.completeInitialTable()
    case .bfdDown:
      session.bfdDown(now: now)
    case .bfdUp:
      session.bfdUp(now: now)
    case .beginGracefulShutdown:
      routes.setGracefulShutdown(true)
    case .endGracefulShutdown:
      routes.setGracefulShutdown(false)
    case .deadlineReached:
      withdraw(departures.take(dueAt: now))
      session.deadlineReached(now: now)
    }
    takeActions(&actions)
    sendUpdates(&actions, now: now)
    return actions
  }

  private mutating func announce(
    _ changes: [IPPrefix: RouteAttributes], _ actions: inout [PeerAction]
  ) {
    var tooLarge: [IPPrefix] = []
    for (prefix, attributes) in changes {
      departures.remove(prefix)
      if !routes.announce(prefix, attributes) { tooLarge.append(prefix) }
    }
    if !tooLarge.isEmpty { actions.append(.report(.attributesTooLarge(tooLarge.sorted()))) }
  }

  private mutating func withdraw(_ prefixes: [IPPrefix]) {
    for prefix in prefixes {
      departures.remove(prefix)
      routes.withdraw(prefix)
    }
  }

  private mutating func withdraw(_ prefixes: [IPPrefix], at due: NIODeadline) {
    guard state == .established else { return withdraw(prefixes) }
    let marked = prefixes.filter { prefix in
      guard !departures.contains(prefix), let attributes = routes.attributes(of: prefix) else {
        return false
      }
      return routes.announce(prefix, attributes.inGracefulShutdown)
    }
    departures.add(marked, due: due)
  }

  private mutating func takeActions(_ actions: inout [PeerAction]) {
    for action in session.actions {
      switch action {
      case .connect(let id, let timeout):
        actions.append(.connect(id, timeout: timeout))
      case .send(let id, let bytes):
        actions.append(.send(id, bytes))
      case .close(let id):
        actions.append(.close(id))
      case .moved(let from, let to):
        actions.append(.report(.stateChanged(from: from, to: to)))
      case .established(let negotiated, let local):
        actions.append(.report(.established(negotiated)))
        beginRoutes(negotiated, local: local, &actions)
      case .down(let error, let retryAfter):
        withdraw(departures.takeAll())
        routes.endSession()
        heldBack = [:]
        actions.append(.report(.down(error, retryAfter: retryAfter)))
      case .refresh(let family):
        routes.refresh(family)
        actions.append(.report(.routeRefreshRequested(family)))
      case .updateFault(let fault):
        actions.append(.report(.updateFault(fault)))
      }
    }
    session.actions.removeAll(keepingCapacity: true)
  }

  private mutating func beginRoutes(
    _ negotiated: NegotiatedSession, local: IPAddress, _ actions: inout [PeerAction]
  ) {
    var encoding = SessionEncoding(
      localAS: configuration.localAS, isInternal: negotiated.isInternal,
      fourOctetAS: negotiated.fourOctetAS,
      defaultLocalPreference: configuration.defaultLocalPreference,
      families: negotiated.families,
      nextHopIPv4: configuration.nextHopIPv4, nextHopIPv6: configuration.nextHopIPv6,
      extendedMessages: negotiated.extendedMessages,
      enhancedRouteRefresh: negotiated.enhancedRouteRefresh,
      onlyToCustomer: negotiated.isInternal || configuration.role?.marksRoutes != true
        ? nil : configuration.localAS,
      extendedNextHop: negotiated.extendedNextHop)
    switch local {
    case .v4(let address): encoding.nextHopIPv4 = encoding.nextHopIPv4 ?? address
    case .v6(let address) where !address.isLinkLocal:
      encoding.nextHopIPv6 = encoding.nextHopIPv6 ?? address
    case .v6(let address):
      if configuration.linkLocalNextHop { encoding.nextHopLinkLocal = address }
    }
    routes.beginSession(encoding)
    for family in configuration.families where !encoding.carries(family) {
      let reason: HeldBackReason =
        negotiated.families.contains(family) ? .noNextHop : .notNegotiated
      heldBack[family] = reason
      actions.append(.report(.heldBack(family, reason)))
    }
  }

  /// Fills up what is under way.
  private mutating func sendUpdates(_ actions: inout [PeerAction], now: NIODeadline) {
    while routes.hasPendingUpdates, let connection = session.established,
      case let room = roomForUpdates(on: connection), room > 0
    {
      var buffer = ByteBuffer()
      let drained = routes.drain(into: &buffer, limit: room)
      guard buffer.readableBytes > 0 else { continue }
      session.sendUpdates(buffer, drained, now: now)
      session.statistics.prefixesAnnounced += UInt64(drained.announced)
      session.statistics.prefixesWithdrawn += UInt64(drained.withdrawn)
      takeActions(&actions)
      if routes.hasSentEndOfRIBs { session.isRestarting = false }
      for family in drained.endOfRIBs { actions.append(.report(.endOfRIBSent(family))) }
    }
  }

  /// How many octets may be sent on a connection, 0 when there is no room for a whole message.
  private func roomForUpdates(on connection: Connection) -> Int {
    let isExtended = connection.negotiated?.extendedMessages ?? false
    let limit = isExtended ? 2 * Self.highWaterMark : Self.highWaterMark
    let longest =
      isExtended
      ? MessageHeader.maximumExtendedMessageLength : MessageHeader.maximumMessageLength
    let room = limit - connection.bytesUnderWay
    return room >= longest ? room : 0
  }
}
