public import Addresses
public import NIOCore

/// The routes for one neighbour (RFC 4271 §3.2): what it ought to know, and the UPDATEs that bring
/// it there from what it knows.
///
/// Messages are made only when ``drain(into:limit:)`` asks for them. Until then a change replaces
/// the one before it of the same prefix, and a prefix that comes and goes in between costs nothing.
public struct AdjRIBOut: Sendable {
  /// What one call of ``drain(into:limit:)`` wrote.
  public struct Drained: Hashable, Sendable {
    /// How many UPDATEs.
    public internal(set) var messages = 0
    /// How many ROUTE-REFRESH messages that mark the beginning or the end of a refresh.
    public internal(set) var refreshMarks = 0
    /// How many prefixes they announce.
    public internal(set) var announced = 0
    /// How many prefixes they withdraw.
    public internal(set) var withdrawn = 0
    /// The families whose End-of-RIB is among them.
    public internal(set) var endOfRIBs: [AddressFamily] = []
  }

  private struct Session {
    var encoding: SessionEncoding
    /// The families whose End-of-RIB is still to be sent.
    var endOfRIBs: [AddressFamily]
    /// The refreshes whose beginning is still to be marked.
    var refreshBeginnings: Set<AddressFamily> = []
    /// The refreshes whose end is still to be marked.
    var refreshEnds: Set<AddressFamily> = []
  }

  private var sets = AttributeSetTable()
  private var ipv4 = RouteTable<IPv4RouteKey>()
  private var ipv6 = RouteTable<IPv6RouteKey>()
  private var session: Session?
  private var initialTableIsComplete = false
  /// Whether every route tells that it is about to be withdrawn, in this session and in later ones.
  public private(set) var isInGracefulShutdown = false

  /// No routes, and no session.
  public init() {}

  // MARK: Intent

  /// Intends `prefix` to be announced with `attributes`, in place of what was intended before.
  ///
  /// - Returns: Whether a message has room for the attributes. If not, the prefix is withdrawn.
  @discardableResult
  public mutating func announce(_ prefix: IPPrefix, _ attributes: RouteAttributes) -> Bool {
    guard let id = sets.intern(attributes) else {
      withdraw(prefix)
      return false
    }
    switch prefix.address {
    case .v4(let address):
      ipv4.intend(IPv4RouteKey(address, length: prefix.length), id, in: &sets)
    case .v6(let address):
      ipv6.intend(IPv6RouteKey(address, length: prefix.length), id, in: &sets)
    }
    return true
  }

  /// Intends `prefix` not to be announced.
  public mutating func withdraw(_ prefix: IPPrefix) {
    switch prefix.address {
    case .v4(let address):
      ipv4.abandon(IPv4RouteKey(address, length: prefix.length), in: &sets)
    case .v6(let address):
      ipv6.abandon(IPv6RouteKey(address, length: prefix.length), in: &sets)
    }
  }

  /// What `prefix` is intended to be announced with; nil when it is not.
  func attributes(of prefix: IPPrefix) -> RouteAttributes? {
    switch prefix.address {
    case .v4(let address):
      sets[ipv4.intended(IPv4RouteKey(address, length: prefix.length))]
    case .v6(let address):
      sets[ipv6.intended(IPv6RouteKey(address, length: prefix.length))]
    }
  }

  /// Every route from before this process is known now: End-of-RIB may be sent after them.
  public mutating func completeInitialTable() { initialTableIsComplete = true }

  /// How many different attribute sets are held.
  var attributeSetCount: Int { sets.count }

  /// How many prefixes of `family` are intended to be announced.
  public func intendedCount(_ family: AddressFamily) -> Int {
    family == .ipv4 ? ipv4.intendedCount : ipv6.intendedCount
  }

  /// How many prefixes of `family` the neighbour was told in this session.
  public func advertisedCount(_ family: AddressFamily) -> Int {
    family == .ipv4 ? ipv4.advertisedCount : ipv6.advertisedCount
  }

  /// All routes, by what the neighbour was told them with: IPv4 before IPv6, and of each family those
  /// that it was not told come last.
  public func overview() -> [RouteOverview] { overview(of: ipv4) + overview(of: ipv6) }

  private func overview<Key>(of table: RouteTable<Key>) -> [RouteOverview] {
    var prefixes: [AttributeSetID: [IPPrefix]] = [:]
    var order: [AttributeSetID] = []
    table.forEachRoute { key, id in
      guard let prefix = key.prefix else { return }
      if prefixes[id] == nil, id != .none { order.append(id) }
      prefixes[id, default: []].append(prefix)
    }
    var result = order.compactMap { id -> RouteOverview? in
      guard let session, let route = sets[id] else { return nil }
      return session.encoding.overview(
        of: route, family: Key.family, prefixes: prefixes[id] ?? [])
    }
    if let untold = prefixes[.none] {
      result.append(RouteOverview(attributes: nil, nextHops: [], prefixes: untold))
    }
    return result
  }

  // MARK: Sessions

  /// A session is established: every intended route waits to be announced in it.
  public mutating func beginSession(_ encoding: SessionEncoding) {
    endSession()
    var encoding = encoding
    encoding.gracefulShutdown = isInGracefulShutdown
    session = Session(encoding: encoding, endOfRIBs: encoding.families)
    let messageLength = encoding.maximumMessageLength
    if encoding.carries(.ipv4) { ipv4.open(messageLength: messageLength) }
    if encoding.carries(.ipv6) { ipv6.open(messageLength: messageLength) }
  }

  /// The session is over, and with it all that the neighbour knew.
  public mutating func endSession() {
    session = nil
    ipv4.close(in: &sets)
    ipv6.close(in: &sets)
  }

  /// Every route of `family` waits to be announced once more (RFC 2918), between marks where they
  /// were agreed on. Before End-of-RIB there are none: it marks the end itself (RFC 7313 §4).
  public mutating func refresh(_ family: AddressFamily) {
    if let session, session.encoding.enhancedRouteRefresh, !session.endOfRIBs.contains(family) {
      self.session?.refreshBeginnings.insert(family)
      self.session?.refreshEnds.insert(family)
    }
    switch family {
    case .ipv4: ipv4.repeatAll(in: &sets)
    case .ipv6: ipv6.repeatAll(in: &sets)
    }
  }

  /// Makes every route tell that it is about to be withdrawn, or no longer tell it (RFC 8326 §4); all
  /// wait to be announced once more.
  public mutating func setGracefulShutdown(_ isInGracefulShutdown: Bool) {
    guard isInGracefulShutdown != self.isInGracefulShutdown else { return }
    self.isInGracefulShutdown = isInGracefulShutdown
    session?.encoding.gracefulShutdown = isInGracefulShutdown
    ipv4.repeatAll(in: &sets)
    ipv6.repeatAll(in: &sets)
  }

  /// Whether ``drain(into:limit:)`` may have something to write.
  public var hasPendingUpdates: Bool {
    guard let session else { return false }
    return ipv4.hasWithdrawals || ipv6.hasWithdrawals || ipv4.hasAnnouncements
      || ipv6.hasAnnouncements || !session.refreshEnds.isEmpty
      || (initialTableIsComplete && !session.endOfRIBs.isEmpty)
  }

  /// Whether End-of-RIB of every family was sent in this session.
  public var hasSentEndOfRIBs: Bool { session?.endOfRIBs.isEmpty ?? false }

  // MARK: UPDATEs

  /// Appends whole UPDATEs to `buffer`: withdrawals first, then announcements group by group, each
  /// in ascending order of prefixes, then End-of-RIB of the families that are through.
  ///
  /// - Parameters:
  ///   - buffer: What the messages are appended to.
  ///   - limit: The most octets to append. Messages are up to 4096 octets long, or 65,535 with extended
  ///     messages, and a further one is begun only while it fits whatever its length. A limit of less
  ///     than one message counts as one.
  public mutating func drain(into buffer: inout ByteBuffer, limit: Int) -> Drained {
    guard var session else { return Drained() }
    var drain = Drain(buffer: buffer, limit: limit, encoding: session.encoding)
    buffer = ByteBuffer()
    drain.withdraw(&ipv4, &sets)
    drain.withdraw(&ipv6, &sets)
    for family in session.encoding.families where drain.hasRoom {
      if session.refreshBeginnings.remove(family) != nil { drain.markRefresh(family, subtype: 1) }
      switch family {
      case .ipv4: drain.announce(&ipv4, &sets)
      case .ipv6: drain.announce(&ipv6, &sets)
      }
      // Where there is room left, nothing of this family waits any more.
      if drain.hasRoom, session.refreshEnds.remove(family) != nil {
        drain.markRefresh(family, subtype: 2)
      }
      if initialTableIsComplete, drain.hasRoom, session.endOfRIBs.contains(family) {
        drain.endOfRIB(family)
        session.endOfRIBs.removeAll { $0 == family }
      }
    }
    buffer = drain.buffer
    self.session = session
    return drain.result
  }
}

/// One call of ``AdjRIBOut/drain(into:limit:)``.
private struct Drain {
  var buffer: ByteBuffer
  var result = AdjRIBOut.Drained()
  private let encoding: SessionEncoding
  private let messageLength: Int
  private let lastStart: Int

  init(buffer: ByteBuffer, limit: Int, encoding: SessionEncoding) {
    self.buffer = buffer
    self.encoding = encoding
    messageLength = encoding.maximumMessageLength
    lastStart = buffer.writerIndex + max(limit, messageLength) - messageLength
  }

  /// Whether a further message fits whatever its length.
  var hasRoom: Bool { buffer.writerIndex <= lastStart }

  mutating func withdraw<Key>(_ table: inout RouteTable<Key>, _ sets: inout AttributeSetTable) {
    var keys: ContiguousArray<Key> = []
    let isMultiprotocol = encoding.isMultiprotocol(Key.family)
    let capacity = UpdateEncoding.withdrawalCapacity(
      isMultiprotocol: isMultiprotocol, messageLength: messageLength)
    while hasRoom, table.hasWithdrawals {
      keys.removeAll(keepingCapacity: true)
      let length = table.takeWithdrawals(capacity: capacity, into: &keys, in: &sets)
      guard !keys.isEmpty else { continue }
      UpdateEncoding.writeWithdrawal(
        of: keys, length: length, isMultiprotocol: isMultiprotocol, into: &buffer)
      result.messages += 1
      result.withdrawn += keys.count
    }
  }

  mutating func announce<Key>(_ table: inout RouteTable<Key>, _ sets: inout AttributeSetTable) {
    var keys: ContiguousArray<Key> = []
    var group = AttributeSetID.none
    var attributes = ByteBuffer()
    var nextHops: [IPv6Address] = []
    while hasRoom, let id = table.nextGroup(in: &sets), let route = sets[id] {
      if id != group {
        group = id
        attributes.clear()
        nextHops = encoding.multiprotocolNextHops(of: route, family: Key.family)
        encoding.pathAttributes(of: route, family: Key.family)
          .write(into: &attributes, fourOctetAS: encoding.fourOctetAS)
      }
      keys.removeAll(keepingCapacity: true)
      let capacity = UpdateEncoding.announcementCapacity(
        nextHopCount: nextHops.count, attributesLength: attributes.readableBytes,
        messageLength: messageLength)
      let length = table.takeAnnouncements(capacity: capacity, into: &keys, in: &sets)
      guard !keys.isEmpty else { continue }
      UpdateEncoding.writeAnnouncement(
        of: keys, length: length, attributes: attributes, nextHops: nextHops, into: &buffer)
      result.messages += 1
      result.announced += keys.count
    }
  }

  mutating func markRefresh(_ family: AddressFamily, subtype: UInt8) {
    RouteRefreshMessage(RouteFamily(unicast: family), subtype: subtype).write(into: &buffer)
    result.refreshMarks += 1
  }

  mutating func endOfRIB(_ family: AddressFamily) {
    UpdateEncoding.writeEndOfRIB(family, into: &buffer)
    result.messages += 1
    result.endOfRIBs.append(family)
  }
}
