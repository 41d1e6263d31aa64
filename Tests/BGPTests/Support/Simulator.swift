import TestSupport
import Addresses
import NIOCore

@testable import BGP

/// Two peers back to back on a virtual clock. Both dial and both accept; bytes arrive late and in
/// portions, connections break, the path goes away, and one of the peers may be replaced.
struct Simulator {
  /// A TCP connection. An end is nil before it is made and after it is closed.
  private struct Link {
    let dialler: Int
    var ends: [ConnectionID?] = [nil, nil]
    /// When the last bytes towards each end arrive: order is kept within a connection.
    var lastArrival: [NIODeadline]
    /// Whether bytes were lost: none comes after them.
    var isDead = false
    /// What the second peer would know from the first.
    var collector = Collector()
  }

  private enum Delivery {
    case handshake
    case connected
    case bytes(to: Int, ByteBuffer)
    case written(to: Int, Int)
    case closed(to: Int)
  }

  private(set) var peers: [Peer]
  private(set) var now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
  /// Whether the path between the peers works; what is sent meanwhile is lost with its connection.
  var isReachable = true
  /// How many connections were made.
  private(set) var connectionCount = 0
  private let configurations: [PeerConfiguration]
  private var random: SeededGenerator
  private var links: [Int: Link] = [:]
  private var lastLink = 0
  private var deliveries: [(at: NIODeadline, sequence: Int, link: Int, delivery: Delivery)] = []
  private var sequence = 0

  init(seed: Int, configurations: [PeerConfiguration] = [.simulatedFirst, .simulatedSecond]) {
    random = SeededGenerator(seed)
    self.configurations = configurations
    peers = configurations.enumerated().map {
      Peer(configuration: $0.element, seed: UInt64(seed * 2 + $0.offset))
    }
  }

  // MARK: What there is to see

  /// What the second peer would know from the first in the present session.
  var collector: Collector {
    guard let id = peers[1].session.established?.id,
      let link = links.values.first(where: { $0.ends[1] == id })
    else { return Collector() }
    return link.collector
  }

  /// The connections that a peer has not closed, attempts included.
  func openEnds(of peer: Int) -> Set<ConnectionID> {
    Set(links.values.compactMap { $0.ends[peer] })
  }

  /// The connections that a peer believes to have.
  func heldConnections(of peer: Int) -> Set<ConnectionID> {
    let session = peers[peer].session
    return Set(session.connections.map(\.id) + [session.search.attempt].compactMap(\.self))
  }

  /// How much is on its way.
  var backlog: Int { deliveries.count + links.count }

  // MARK: What happens

  mutating func handle(_ event: PeerEvent, by peer: Int) throws {
    for action in peers[peer].handle(event, now: now) {
      switch action {
      case .connect(let id, _):
        lastLink += 1
        links[lastLink] = Link(dialler: peer, lastArrival: [now, now])
        links[lastLink]?.ends[peer] = id
        schedule(.handshake, on: lastLink, after: delay())
      case .send(let id, let bytes):
        send(bytes, from: peer, id)
      case .close(let id):
        if let link = link(peer, id) { close(link, by: peer) }
      case .report:
        break
      }
    }
  }

  /// All connections break; both sides learn of it.
  mutating func cut() {
    for link in links.keys.sorted() {
      for peer in 0...1 { schedule(.closed(to: peer), on: link, after: .zero) }
    }
  }

  /// The process of a peer is killed, and another one takes its place.
  mutating func replace(_ peer: Int, isRestarting: Bool) throws {
    for link in links.keys.sorted() where links[link]?.ends[peer] != nil {
      close(link, by: peer)
    }
    peers[peer] = Peer(
      configuration: configurations[peer], seed: UInt64.random(in: 0 ... .max, using: &random),
      isRestarting: isRestarting)
    try handle(.start, by: peer)
  }

  /// Lets everything happen that is due until `time` from now has passed.
  mutating func run(_ time: TimeAmount) throws {
    let end = now + time
    while true {
      let timer = peers.indices.compactMap { peer in
        peers[peer].nextDeadline.map { (at: $0, peer: peer) }
      }.min { $0.at < $1.at }
      let next = deliveries.indices.min {
        (deliveries[$0].at, deliveries[$0].sequence) < (deliveries[$1].at, deliveries[$1].sequence)
      }
      if let next, deliveries[next].at <= end, deliveries[next].at <= timer?.at ?? end {
        let delivery = deliveries.remove(at: next)
        now = max(now, delivery.at)
        try deliver(delivery.delivery, on: delivery.link)
      } else if let timer, timer.at <= end {
        now = max(now, timer.at)
        try handle(.deadlineReached, by: timer.peer)
      } else {
        break
      }
    }
    now = end
  }

  // MARK: Connections

  private func link(_ peer: Int, _ id: ConnectionID) -> Int? {
    links.first { $0.value.ends[peer] == id }?.key
  }

  private mutating func send(_ bytes: ByteBuffer, from peer: Int, _ id: ConnectionID) {
    guard let index = link(peer, id), var link = links[index] else { return }
    guard isReachable, !link.isDead else {
      links[index]?.isDead = true
      return
    }
    guard link.ends[1 - peer] != nil else {
      schedule(.closed(to: peer), on: index, after: delay())
      return
    }
    var rest = bytes
    while rest.readableBytes > 0 {
      let size = Int.random(in: 1...max(1, rest.readableBytes), using: &random)
      guard let portion = rest.readSlice(length: size) else { break }
      let at = max(now + delay(), link.lastArrival[1 - peer])
      link.lastArrival[1 - peer] = at
      schedule(.bytes(to: 1 - peer, portion), on: index, after: at - now)
      schedule(.written(to: peer, size), on: index, after: delay())
    }
    links[index] = link
  }

  private mutating func close(_ index: Int, by peer: Int) {
    guard var link = links[index] else { return }
    link.ends[peer] = nil
    links[index] = link
    if link.ends[1 - peer] != nil {
      // The other end never hears of it, and has to find out by itself.
      guard isReachable, !link.isDead else { return }
      schedule(.closed(to: 1 - peer), on: index, after: max(now, link.lastArrival[1 - peer]) - now)
    } else {
      forgetIfClosed(index)
    }
  }

  private mutating func forgetIfClosed(_ index: Int) {
    if let link = links[index], link.ends == [nil, nil] { links[index] = nil }
  }

  private mutating func deliver(_ delivery: Delivery, on index: Int) throws {
    guard let link = links[index] else { return }
    switch delivery {
    case .handshake:
      // Without a path nobody answers, until the attempt is given up.
      guard link.ends[link.dialler] != nil, isReachable else { return }
      let other = 1 - link.dialler
      let accepted = peers[other].makeConnectionID()
      let answer = delay()
      links[index]?.ends[other] = accepted
      links[index]?.lastArrival[link.dialler] = now + answer
      connectionCount += 1
      schedule(.connected, on: index, after: answer)
      try handle(
        .accepted(accepted, local: address(of: other), remote: address(of: link.dialler)),
        by: other)
    case .connected:
      guard let id = link.ends[link.dialler] else { return }
      try handle(.connected(id, local: address(of: link.dialler)), by: link.dialler)
    case .bytes(let peer, let bytes):
      guard let id = link.ends[peer] else { return }
      if peer == 1 { try links[index]?.collector.receive(bytes) }
      try handle(.received(id, bytes), by: peer)
    case .written(let peer, let count):
      guard let id = link.ends[peer] else { return }
      try handle(.written(id, byteCount: count), by: peer)
    case .closed(let peer):
      guard let id = link.ends[peer] else { return }
      links[index]?.ends[peer] = nil
      forgetIfClosed(index)
      try handle(.closed(id, reason: nil), by: peer)
    }
  }

  private func address(of peer: Int) -> IPAddress {
    .v4(IPv4Address(192, 0, 2, peer == 0 ? 1 : 2))
  }

  private mutating func delay() -> TimeAmount {
    .microseconds(.random(in: 50...20000, using: &random))
  }

  private mutating func schedule(_ delivery: Delivery, on link: Int, after delay: TimeAmount) {
    sequence += 1
    deliveries.append((now + delay, sequence, link, delivery))
  }
}

extension PeerConfiguration {
  /// The first of the simulated peers: the one whose routes are looked at.
  static var simulatedFirst: PeerConfiguration {
    var configuration = example
    configuration.holdTime = 30
    return configuration
  }

  static var simulatedSecond: PeerConfiguration {
    var configuration = PeerConfiguration(
      localAS: 64513, remoteAS: .external, routerID: IPv4Address(192, 0, 2, 2))
    configuration.families = [.ipv6, .ipv4]
    return configuration
  }
}
