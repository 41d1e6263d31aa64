import Addresses
import BFD
import NIOCore
import TestSupport

/// Two hosts with one session between them on a virtual clock. Packets arrive late; where some are
/// lost, others arrive twice or overtake.
struct Simulator {
  private struct Delivery {
    let at: NIODeadline
    let host: Int
    let bytes: ByteBuffer
  }

  static let id = SessionID(rawValue: 1)

  private(set) var hosts: [Sessions]
  private(set) var now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
  /// The share of packets that are lost, in percent.
  var loss = 0
  /// Whether packets towards a host are lost, all of them.
  var isCut = [false, false]
  /// The changes of both hosts.
  private(set) var changes: [[Session.StateChange]] = [[], []]
  private(set) var packetCount = 0
  private let addresses = [ours, theirs]
  private var random: SeededGenerator
  private var deliveries: [Delivery] = []
  private var lastArrival: [NIODeadline] = [.uptimeNanoseconds(0), .uptimeNanoseconds(0)]
  private var actions: [Action] = []

  init(
    seed: Int, _ configurations: (inout Session.Configuration, inout Session.Configuration) -> Void
  ) throws {
    random = SeededGenerator(seed)
    hosts = [Sessions(seed: UInt64(seed) * 2 + 1), Sessions(seed: UInt64(seed) * 2 + 2)]
    var first = Session.Configuration(path: Path(remote: theirs))
    var second = Session.Configuration(path: Path(remote: ours))
    configurations(&first, &second)
    for (host, configuration) in [first, second].enumerated() {
      try hosts[host].add(Self.id, configuration, now: now, into: &actions)
    }
  }

  var states: [Session.State?] { hosts.map { $0[Self.id]?.state } }
  var areUp: Bool { states == [.up, .up] }

  func session(_ host: Int) throws -> Session {
    guard let session = hosts[host][Self.id] else { throw Gone() }
    return session
  }

  struct Gone: Error {}

  mutating func change(_ host: Int, _ edit: (inout Session.Parameters) -> Void) throws {
    var parameters = try session(host).configuration.parameters
    edit(&parameters)
    try hosts[host].change(Self.id, parameters, now: now)
  }

  mutating func setEnabled(_ host: Int, _ isEnabled: Bool) {
    hosts[host].setEnabled(Self.id, isEnabled, now: now, into: &actions)
    perform(host)
  }

  mutating func remove(_ host: Int) {
    hosts[host].remove(Self.id, now: now, into: &actions)
    perform(host)
  }

  /// Lets everything happen that is due until `time` has passed, or until `condition` holds.
  mutating func run(_ time: TimeAmount, until condition: (Simulator) -> Bool = { _ in false }) {
    let end = now + time
    while !condition(self) {
      let timer = hosts.indices
        .compactMap { host in hosts[host].nextDeadline.map { (at: $0, host: host) } }
        .min { $0.at < $1.at }
      let next = deliveries.indices.min { deliveries[$0].at < deliveries[$1].at }
      if let next, deliveries[next].at <= min(end, timer?.at ?? end) {
        let delivery = deliveries.remove(at: next)
        now = max(now, delivery.at)
        let arrival = Arrival(
          source: addresses[1 - delivery.host], destination: addresses[delivery.host],
          interface: 1)
        hosts[delivery.host].receive(
          delivery.bytes.readableBytesSpan, arrival, now: now, into: &actions)
        perform(delivery.host)
      } else if let timer, timer.at <= end {
        now = max(now, timer.at)
        hosts[timer.host].deadlineReached(now: now, into: &actions)
        perform(timer.host)
      } else {
        now = end
        return
      }
    }
  }

  private mutating func perform(_ host: Int) {
    for action in actions {
      switch action {
      case .send(let id, let packet):
        var bytes = ByteBuffer()
        guard hosts[host].write(packet, of: id, into: &bytes) else { continue }
        packetCount += 1
        send(bytes, to: 1 - host)
      case .changed(_, let change): changes[host].append(change)
      case .removed: break
      }
    }
    actions.removeAll()
  }

  private mutating func send(_ bytes: ByteBuffer, to host: Int) {
    guard !isCut[host], Int.random(in: 0..<100, using: &random) >= loss else { return }
    let copies = Int.random(in: 0..<100, using: &random) < loss ? 2 : 1
    for _ in 0..<copies {
      var at = now + .microseconds(.random(in: 50...5000, using: &random))
      if loss == 0 { at = max(at, lastArrival[host] + .nanoseconds(1)) }
      lastArrival[host] = at
      deliveries.append(Delivery(at: at, host: host, bytes: bytes))
    }
  }
}
