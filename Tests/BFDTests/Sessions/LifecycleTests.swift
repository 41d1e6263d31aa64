import Addresses
import NIOCore
import Testing

@testable import BFD

@Suite("Coming and going of sessions") struct LifecycleTests {
  private static let now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
  private let id = SessionID(rawValue: 1)

  @Test("what is due is done in every session, and only there") func deadlines() throws {
    var sessions = Sessions(seed: 1)
    var actions: [Action] = []
    #expect(sessions.nextDeadline == nil)
    for number in 1...3 {
      let remote = IPAddress.v4(IPv4Address(192, 0, 2, UInt8(10 + number)))
      try sessions.add(
        SessionID(rawValue: UInt64(number)), Session.Configuration(path: Path(remote: remote)),
        now: Self.now, into: &actions)
    }
    #expect(sessions.nextDeadline == Self.now)
    sessions.deadlineReached(now: Self.now, into: &actions)
    #expect(actions.count == 3)
    let next = try #require(sessions.nextDeadline)
    #expect(next > Self.now)
    actions = []
    sessions.deadlineReached(now: next - .nanoseconds(1), into: &actions)
    #expect(actions.isEmpty)
    sessions.deadlineReached(now: next, into: &actions)
    #expect(actions.count == 1)
    #expect(sessions.statuses.map(\.id.rawValue) == [1, 2, 3])
  }

  @Test("a session that was removed says so once, and is gone") func removed() throws {
    var sessions = Sessions(seed: 1)
    var actions: [Action] = []
    try sessions.add(
      id, Session.Configuration(path: Path(remote: theirs)), now: Self.now, into: &actions)
    sessions.remove(id, now: Self.now, into: &actions)
    sessions.remove(id, now: Self.now, into: &actions)
    guard case .send(id, let packet) = actions.first else {
      Issue.record("nothing was sent: \(actions)")
      return
    }
    var bytes = ByteBuffer()
    #expect(sessions.write(packet, of: id, into: &bytes))
    #expect(bytes == packet.bytes)
    #expect(packet.state == .adminDown)
    #expect(!actions.contains(.removed(id)))
    #expect(sessions.nextDeadline == Self.now)
    actions = []
    sessions.deadlineReached(now: Self.now, into: &actions)
    #expect(actions == [.removed(id)])
    #expect(sessions.count == 0)
    #expect(sessions[id] == nil)
    #expect(!sessions.write(packet, of: id, into: &bytes))
  }

  @Test("a new session takes the path of one that says farewell") func replaced() throws {
    var sessions = Sessions(seed: 1)
    var actions: [Action] = []
    let configuration = Session.Configuration(path: Path(remote: theirs))
    try sessions.add(id, configuration, now: Self.now, into: &actions)
    let before = sessions[id]?.discriminator
    sessions.remove(id, now: Self.now, into: &actions)
    actions = []
    let next = SessionID(rawValue: 2)
    try sessions.add(next, configuration, now: Self.now, into: &actions)
    #expect(actions == [.removed(id)])
    #expect(sessions[next]?.state == .down)
    #expect(sessions[next]?.discriminator != before)
  }

  @Test("what is said to a session that is not there is ignored") func unknown() throws {
    var sessions = Sessions(seed: 1)
    var actions: [Action] = []
    sessions.remove(id, now: Self.now, into: &actions)
    sessions.setEnabled(id, false, now: Self.now, into: &actions)
    try sessions.change(id, .fast, now: Self.now)
    #expect(actions.isEmpty)
  }

  struct Fault: Sendable, CustomTestStringConvertible {
    let error: ConfigurationError
    let text: String
    let change: @Sendable (inout Session.Configuration) -> Void
    var testDescription: String { text }
  }

  static let linkLocal = IPv6Address(high: 0xFE80 << 48, low: 1)
  static let faults = [
    Fault(
      error: .interval(field: "desiredMinTxInterval", .zero),
      text: "desiredMinTxInterval is 0 µs; it must be in 1...4294967295 µs"
    ) { $0.parameters.desiredMinTxInterval = .zero },
    Fault(
      error: .interval(field: "requiredMinRxInterval", .seconds(4295)),
      text: "requiredMinRxInterval is 4295000000 µs; it must be in 1...4294967295 µs"
    ) { $0.parameters.requiredMinRxInterval = .seconds(4295) },
    Fault(
      error: .interval(field: "requiredMinEchoRxInterval", .seconds(-1)),
      text: "requiredMinEchoRxInterval is -1000000 µs; it must be in 1...4294967295 µs"
    ) { $0.parameters.requiredMinEchoRxInterval = .seconds(-1) },
    Fault(error: .detectMultiplier, text: "detectMultiplier is 0; it must be in 1...255") {
      $0.parameters.detectMultiplier = 0
    },
    Fault(error: .minimumTimeToLive, text: "the minimum TTL is 0; it must be in 1...255") {
      $0.path.hops = .multiple(minimumTimeToLive: 0)
    },
    Fault(
      error: .familyMismatch(local: .v6(linkLocal), remote: theirs),
      text: "the local address fe80::1 and the remote address 192.0.2.2 are of different families"
    ) { $0.path.local = .v6(linkLocal) },
    Fault(
      error: .interfaceMissing(linkLocal),
      text: "the remote address fe80::1 is link-local; name the interface that it is on"
    ) { $0.path.remote = .v6(linkLocal) },
  ]

  @Test("a configuration that cannot be is refused, with its fault", arguments: faults)
  func configuration(fault: Fault) {
    var configuration = Session.Configuration.example()
    fault.change(&configuration)
    #expect(throws: fault.error) { try configuration.validate() }
    #expect(fault.error.description == fault.text)
    var sessions = Sessions(seed: 1)
    var actions: [Action] = []
    #expect(throws: fault.error) {
      try sessions.add(id, configuration, now: Self.now, into: &actions)
    }
    #expect(sessions.count == 0)
  }

  @Test("a path has a name for people") func names() {
    #expect(Path(remote: theirs).description == "192.0.2.2")
    let path = Path(
      remote: theirs, local: ours, interface: 3, hops: .multiple(minimumTimeToLive: 254))
    #expect(path.description == "192.0.2.2 from 192.0.2.1 on interface 3 (multihop)")
    #expect(
      ConfigurationError.duplicate(path).description
        == "there is a BFD session with \(path) already")
  }
}
