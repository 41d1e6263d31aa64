import Addresses
import NIOCore

@testable import BGP

/// A peer under test, its clock, and what it asked for.
struct PeerDriver {
  var peer: Peer
  var now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
  private(set) var connection: ConnectionID?
  private(set) var sent: [ByteBuffer] = []
  /// The connections on which ``sent`` went out, at the same indices.
  private(set) var sentOn: [ConnectionID] = []
  private(set) var closed: [ConnectionID] = []
  private(set) var reports: [PeerReport] = []
  private(set) var connectTimes: [NIODeadline] = []

  init(
    _ configuration: PeerConfiguration = .example, seed: UInt64 = 1, isRestarting: Bool = false
  ) {
    peer = Peer(configuration: configuration, seed: seed, isRestarting: isRestarting)
  }

  mutating func handle(_ event: PeerEvent) {
    for action in peer.handle(event, now: now) {
      switch action {
      case .connect(let id, _):
        connection = id
        connectTimes.append(now)
      case .send(let id, let bytes):
        sent.append(bytes)
        sentOn.append(id)
      case .close(let id): closed.append(id)
      case .report(let report): reports.append(report)
      }
    }
  }

  /// The connection that the peer asked for last.
  var id: ConnectionID { connection ?? ConnectionID(rawValue: 0) }

  mutating func receive(_ bytes: ByteBuffer) { handle(.received(id, bytes)) }

  /// The neighbour opens a connection.
  mutating func accept(
    from remote: IPAddress = .v4(IPv4Address(192, 0, 2, 2))
  ) -> ConnectionID {
    let id = peer.makeConnectionID()
    handle(.accepted(id, local: .v4(ourAddress), remote: remote))
    return id
  }

  /// Lets time pass, and fires the deadlines in it.
  mutating func advance(_ time: TimeAmount) {
    let end = now + time
    while let next = peer.nextDeadline, next <= end {
      now = max(now, next)
      handle(.deadlineReached)
    }
    now = end
  }

  /// Brings the peer to `state`, with the neighbour's `open`; what was sent on the way is dropped.
  mutating func reach(
    _ state: SessionState, open: ByteBuffer = .exampleOpen,
    local: IPAddress = .v4(IPv4Address(192, 0, 2, 1))
  ) {
    handle(.start)
    if state == .active { handle(.connectFailed(id, reason: "refused")) }
    guard [.openSent, .openConfirm, .established].contains(state) else { return }
    handle(.connected(id, local: local))
    if state != .openSent { receive(open) }
    if state == .established { receive(message(4)) }
    clear()
  }

  mutating func clear() {
    sent = []
    sentOn = []
    closed = []
    reports = []
  }

  /// The NOTIFICATION that was sent last, if it is the last message sent and a close follows.
  var lastNotification: NotificationMessage? {
    guard closed.last == connection, let last = sent.last else { return nil }
    return notification(in: last)
  }

  /// What was sent on a connection since the last ``clear()``, by type.
  func types(on id: ConnectionID) -> [MessageType] {
    zip(sentOn, sent).filter { $0.0 == id }.compactMap { pair in
      pair.1.getInteger(at: pair.1.readerIndex + 18, as: UInt8.self).flatMap(MessageType.init)
    }
  }

  /// The NOTIFICATIONs that were sent on a connection.
  func notifications(on id: ConnectionID) -> [NotificationReason] {
    zip(sentOn, sent).filter { $0.0 == id }.compactMap { notification(in: $0.1)?.reason }
  }

  private func notification(in bytes: ByteBuffer) -> NotificationMessage? {
    guard bytes.getInteger(at: bytes.readerIndex + 18, as: UInt8.self) == 3,
      let body = bytes.getSlice(at: bytes.readerIndex + 19, length: bytes.readableBytes - 19)
    else { return nil }
    return NotificationMessage(body: body)
  }

  /// The errors reported with `down`.
  var downs: [SessionError] {
    reports.compactMap { if case .down(let error, _) = $0 { error } else { nil } }
  }
}

extension PeerConfiguration {
  /// AS 64512 to AS 64513, both families.
  static var example: PeerConfiguration {
    var configuration = PeerConfiguration(
      localAS: 64512, remoteAS: .number(64513), routerID: IPv4Address(192, 0, 2, 1))
    configuration.families = [.ipv4, .ipv6]
    configuration.nextHopIPv6 = IPv6Address(high: 0x2001_0DB8_0000_0000, low: 1)
    return configuration
  }
}

extension ByteBuffer {
  /// The OPEN of AS 64513, hold time 90, both families, route refresh, four-octet AS.
  static let exampleOpen = open()

  /// The same with everything else that we know.
  static let capableOpen = open(capabilities: [
    .multiprotocol(RouteFamily(unicast: .ipv4)), .multiprotocol(RouteFamily(unicast: .ipv6)),
    .routeRefresh, .extendedNextHop([.ipv4OverIPv6]), .extendedMessage, .role(.provider),
    .gracefulRestart(
      GracefulRestartCapability(
        isRestarting: false, notification: true, restartTime: 120,
        families: [.init(RouteFamily(unicast: .ipv4), forwardingPreserved: true)])),
    .fourOctetAS(64513), .enhancedRouteRefresh,
    .longLivedGracefulRestart([
      LongLivedStaleTime(RouteFamily(unicast: .ipv4), forwardingPreserved: true, seconds: 3600)
    ]), .hostname("router", domain: "example.org"),
  ])

  static func open(
    asField: UInt16 = 64513, holdTime: UInt16 = 90,
    routerID: IPv4Address = IPv4Address(192, 0, 2, 2),
    capabilities: [Capability] = [
      .multiprotocol(RouteFamily(unicast: .ipv4)), .multiprotocol(RouteFamily(unicast: .ipv6)),
      .routeRefresh, .fourOctetAS(64513),
    ]
  ) -> ByteBuffer {
    var buffer = ByteBuffer()
    OpenMessage(
      asField: asField, holdTime: holdTime, routerID: routerID, capabilities: capabilities
    ).write(into: &buffer)
    return buffer
  }
}
