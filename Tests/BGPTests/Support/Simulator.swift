import TestSupport
import Addresses
import NIOCore

@testable import BGP

/// Two peers back to back on a virtual clock. Both dial; when both attempts are open they become
/// one connection, whose bytes arrive late, in portions, and sometimes not at all.
struct Simulator {
  private enum Delivery {
    case bytes(to: Int, ConnectionID, ByteBuffer)
    case written(to: Int, ConnectionID, Int)
    case connected(to: Int, ConnectionID)
    case closed(to: Int, ConnectionID)
  }

  var peers: [Peer]
  private(set) var now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
  /// What the second peer would know from the first.
  private(set) var collector = Collector()
  private var random: SeededGenerator
  private var dialling: [ConnectionID?] = [nil, nil]
  private var link: [ConnectionID?] = [nil, nil]
  private var deliveries: [(at: NIODeadline, sequence: Int, delivery: Delivery)] = []
  private var sequence = 0
  /// When the last bytes towards each peer arrive: order is kept within a connection.
  private var lastArrival: [NIODeadline] = [.uptimeNanoseconds(0), .uptimeNanoseconds(0)]

  init(seed: Int) {
    random = SeededGenerator(seed)
    var first = PeerConfiguration.example
    first.holdTime = 30
    var second = PeerConfiguration(
      localAS: 64513, remoteAS: .external, routerID: IPv4Address(192, 0, 2, 2))
    second.families = [.ipv6, .ipv4]
    peers = [
      Peer(configuration: first, seed: UInt64(seed)),
      Peer(configuration: second, seed: UInt64(seed) + 1000),
    ]
  }

  mutating func handle(_ event: PeerEvent, by peer: Int) throws {
    for action in peers[peer].handle(event, now: now) {
      switch action {
      case .connect(let id, _):
        dialling[peer] = id
        if let other = dialling[1 - peer] { join(peer, id, other) }
      case .send(let id, let bytes):
        try send(bytes, from: peer, id)
      case .close(let id):
        if dialling[peer] == id { dialling[peer] = nil }
        if link[peer] == id { breakLink(tell: [1 - peer]) }
      case .report:
        break
      }
    }
  }

  /// The connection is lost; both sides learn of it.
  mutating func cut() { breakLink(tell: [0, 1]) }

  /// Lets everything happen that is due until `time` from now has passed.
  mutating func run(_ time: TimeAmount) throws {
    let end = now + time
    while true {
      let deadlines = peers.enumerated().compactMap { peer, machine in
        machine.nextDeadline.map { (at: $0, peer: peer) }
      }
      let timer = deadlines.min { $0.at < $1.at }
      let next = deliveries.enumerated().min {
        ($0.element.at, $0.element.sequence) < ($1.element.at, $1.element.sequence)
      }
      if let next, next.element.at <= end, next.element.at <= timer?.at ?? end {
        now = max(now, next.element.at)
        deliveries.remove(at: next.offset)
        try deliver(next.element.delivery)
      } else if let timer, timer.at <= end {
        now = max(now, timer.at)
        try handle(.deadlineReached, by: timer.peer)
      } else {
        break
      }
    }
    now = end
  }

  private mutating func join(_ peer: Int, _ id: ConnectionID, _ other: ConnectionID) {
    dialling = [nil, nil]
    link[peer] = id
    link[1 - peer] = other
    collector = Collector()
    schedule(.connected(to: peer, id), after: delay())
    schedule(.connected(to: 1 - peer, other), after: delay())
  }

  private mutating func send(_ bytes: ByteBuffer, from peer: Int, _ id: ConnectionID) throws {
    guard link[peer] == id, let remote = link[1 - peer] else { return }
    var rest = bytes
    while rest.readableBytes > 0 {
      let size = Int.random(in: 1...max(1, rest.readableBytes), using: &random)
      guard let portion = rest.readSlice(length: size) else { break }
      let at = max(now + delay(), lastArrival[1 - peer])
      lastArrival[1 - peer] = at
      schedule(.bytes(to: 1 - peer, remote, portion), after: at - now)
      schedule(.written(to: peer, id, size), after: delay())
    }
  }

  private mutating func breakLink(tell: [Int]) {
    for peer in tell {
      guard let id = link[peer] else { continue }
      let at = max(now, lastArrival[peer])
      schedule(.closed(to: peer, id), after: at - now)
    }
    link = [nil, nil]
  }

  private mutating func deliver(_ delivery: Delivery) throws {
    switch delivery {
    case .bytes(let peer, let id, let bytes):
      if peer == 1, link[1] == id { try collector.receive(bytes) }
      try handle(.received(id, bytes), by: peer)
    case .written(let peer, let id, let count):
      try handle(.written(id, byteCount: count), by: peer)
    case .connected(let peer, let id):
      let local = IPv4Address(192, 0, 2, peer == 0 ? 1 : 2)
      try handle(.connected(id, local: .v4(local)), by: peer)
    case .closed(let peer, let id):
      try handle(.closed(id, reason: nil), by: peer)
    }
  }

  private mutating func delay() -> TimeAmount {
    .microseconds(.random(in: 50...20000, using: &random))
  }

  private mutating func schedule(_ delivery: Delivery, after delay: TimeAmount) {
    sequence += 1
    deliveries.append((now + delay, sequence, delivery))
  }
}
