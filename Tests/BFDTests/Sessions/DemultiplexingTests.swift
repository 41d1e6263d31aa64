import Addresses
import NIOCore
import Testing

@testable import BFD

@Suite("Demultiplexing") struct DemultiplexingTests {
  private static let now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

  private func sessions(_ paths: [Path]) throws -> Sessions {
    var sessions = Sessions(seed: 1)
    var actions: [Action] = []
    for (index, path) in paths.enumerated() {
      try sessions.add(
        SessionID(rawValue: UInt64(index)), Session.Configuration(path: path), now: Self.now,
        into: &actions)
    }
    #expect(actions.isEmpty)
    return sessions
  }

  private func packet(your: UInt32 = 0, _ state: Session.State = .down) -> ByteBuffer {
    ControlPacket(
      state: state, detectMultiplier: 3, myDiscriminator: theirDiscriminator,
      yourDiscriminator: your, desiredMinTxInterval: 50_000, requiredMinRxInterval: 50_000
    ).bytes
  }

  /// The session that takes the packet, found by its answer.
  private func taker(
    _ sessions: inout Sessions, _ bytes: ByteBuffer, _ arrival: Arrival
  ) -> UInt64? {
    var actions: [Action] = []
    sessions.receive(bytes.readableBytesSpan, arrival, now: Self.now, into: &actions)
    for case .changed(let id, _) in actions { return id.rawValue }
    return nil
  }

  private func arrival(
    from source: IPAddress = theirs, to destination: IPAddress = ours, interface: UInt32 = 2,
    timeToLive: UInt8 = 255, isMultihop: Bool = false
  ) -> Arrival {
    Arrival(
      source: source, destination: destination, interface: interface, timeToLive: timeToLive,
      isMultihop: isMultihop)
  }

  private static let other = IPAddress.v4(IPv4Address(192, 0, 2, 3))
  private static let linkLocal = IPAddress.v6(IPv6Address(high: 0xFE80 << 48, low: 1))
  private static let global = IPAddress.v6(IPv6Address(high: 0x2001_0DB8 << 32, low: 1))

  @Test("the first packet of a peer goes by addresses, interface and kind of path")
  func byPath() throws {
    let paths = [
      Path(remote: theirs), Path(remote: theirs, hops: .multiple(minimumTimeToLive: 250)),
      Path(remote: theirs, interface: 3), Path(remote: theirs, local: Self.other),
      Path(remote: Self.linkLocal, interface: 2), Path(remote: Self.linkLocal, interface: 3),
      Path(remote: theirs, local: Self.other, interface: 3),
    ]
    let cases: [(Arrival, UInt64?)] = [
      (arrival(), 0),
      (arrival(timeToLive: 250, isMultihop: true), 1),
      (arrival(interface: 3), 2),
      (arrival(to: Self.other), 3),
      (arrival(from: Self.linkLocal, to: Self.global), 4),
      (arrival(from: Self.linkLocal, to: Self.global, interface: 3), 5),
      (arrival(from: Self.linkLocal, to: Self.global, interface: 4), nil),
      (arrival(to: Self.other, interface: 3), 6),
      (arrival(from: Self.other), nil),
      (arrival(from: Self.global, isMultihop: true), nil),
    ]
    for (arrival, expected) in cases {
      var sessions = try sessions(paths)
      #expect(taker(&sessions, packet(), arrival) == expected, "\(arrival)")
      #expect(sessions.dropped[.noSession] == (expected == nil ? 1 : 0))
    }
  }

  @Test("later packets go by Your Discriminator, and must come on the path of the session")
  func byDiscriminator() throws {
    var sessions = try sessions([
      Path(remote: theirs), Path(remote: theirs, hops: .multiple(minimumTimeToLive: 250)),
    ])
    let first = try #require(sessions[SessionID(rawValue: 0)]?.discriminator)
    let second = try #require(sessions[SessionID(rawValue: 1)]?.discriminator)
    #expect(first != second)
    #expect(first != 0)

    #expect(taker(&sessions, packet(your: first, .`init`), arrival()) == 0)
    for wrong in [
      arrival(from: Self.other), arrival(isMultihop: true), arrival(from: Self.global),
    ] {
      #expect(taker(&sessions, packet(your: first, .down), wrong) == nil)
    }
    #expect(sessions.dropped[.otherPath] == 3)
    #expect(sessions[SessionID(rawValue: 0)]?.statistics.dropped[.otherPath] == 3)
    #expect(sessions[SessionID(rawValue: 0)]?.state == .up)

    let unknown: UInt32 = first &+ 1 == second ? first &+ 2 : first &+ 1
    #expect(taker(&sessions, packet(your: unknown, .down), arrival()) == nil)
    #expect(sessions.dropped[.unknownDiscriminator] == 1)
  }

  @Test("a single hop is judged before anything is read") func singleHop() throws {
    var sessions = try sessions([Path(remote: theirs)])
    #expect(taker(&sessions, ByteBuffer(), arrival(timeToLive: 254)) == nil)
    #expect(sessions.dropped[.timeToLive] == 1)
    #expect(sessions.dropped.total == 1)
    #expect(taker(&sessions, ByteBuffer(), arrival()) == nil)
    #expect(sessions.dropped[.truncated] == 1)
  }

  @Test("two sessions that could not tell their packets apart cannot be")
  func duplicates() throws {
    var sessions = try sessions([
      Path(remote: theirs), Path(remote: theirs, hops: .multiple(minimumTimeToLive: 250)),
    ])
    var actions: [Action] = []
    for path in [
      Path(remote: theirs), Path(remote: theirs, hops: .multiple(minimumTimeToLive: 1)),
    ] {
      #expect(throws: ConfigurationError.duplicate(path)) {
        try sessions.add(
          SessionID(rawValue: 9), Session.Configuration(path: path), now: Self.now, into: &actions)
      }
    }
    #expect(sessions.count == 2)
  }

  @Test("an echo is sent back to a neighbour whose session is up and offers it") func echo() throws
  {
    var sessions = Sessions(seed: 1)
    var actions: [Action] = []
    var configuration = Session.Configuration(path: Path(remote: theirs))
    let id = SessionID(rawValue: 0)
    try sessions.add(id, configuration, now: Self.now, into: &actions)
    let discriminator = try #require(sessions[id]?.discriminator)
    #expect(!sessions.reflectsEcho(arrival()))
    #expect(taker(&sessions, packet(your: discriminator, .`init`), arrival()) == 0)
    #expect(!sessions.reflectsEcho(arrival()), "not offered")
    configuration.parameters.requiredMinEchoRxInterval = .milliseconds(50)
    try sessions.change(id, configuration.parameters, now: Self.now)
    #expect(sessions.reflectsEcho(arrival()))
    #expect(!sessions.reflectsEcho(arrival(timeToLive: 254)))
    #expect(!sessions.reflectsEcho(arrival(from: Self.other)))
    sessions.setEnabled(id, false, now: Self.now, into: &actions)
    #expect(!sessions.reflectsEcho(arrival()))
  }
}
