import Addresses
import NIOCore

@testable import BFD

let ours = IPAddress.v4(IPv4Address(192, 0, 2, 1))
let theirs = IPAddress.v4(IPv4Address(192, 0, 2, 2))
let ourDiscriminator: UInt32 = 0x1111_1111
let theirDiscriminator: UInt32 = 0x2222_2222

extension Session.Parameters {
  static let fast = Session.Parameters(
    desiredMinTxInterval: .milliseconds(50), requiredMinRxInterval: .milliseconds(60))
}

extension Session.Configuration {
  static func example(_ change: (inout Self) -> Void = { _ in }) -> Self {
    var configuration = Self(path: Path(remote: theirs), parameters: .fast)
    change(&configuration)
    return configuration
  }
}

/// One session and its clock, and a peer that says what a test wants.
struct Driver {
  var session: Session
  private(set) var now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
  /// What the peer says with the next packet.
  var peer = ControlPacket(
    state: .down, detectMultiplier: 4, myDiscriminator: theirDiscriminator,
    yourDiscriminator: ourDiscriminator, desiredMinTxInterval: 40_000,
    requiredMinRxInterval: 30_000)
  /// The packets of the session with their times, and its changes.
  private(set) var packets: [(time: NIODeadline, packet: ControlPacket)] = []
  private(set) var changes: [Session.StateChange] = []

  init(_ configuration: Session.Configuration = .example(), seed: UInt64 = 1) {
    session = Session(
      configuration: configuration, discriminator: ourDiscriminator, seed: seed, now: now)
  }

  /// A session that was brought into this state, without a memory of how.
  init(in state: Session.State, _ configuration: Session.Configuration = .example()) throws {
    self.init(configuration)
    if state == .`init` || state == .up { try hear(.down) }
    if state == .up {
      try hear(.up)
      try confirm()
    }
    if state == .adminDown { take(session.disable(now: now)) }
    forget()
  }

  mutating func forget() {
    packets = []
    changes = []
  }

  /// The last packet that the session sent.
  var last: ControlPacket? { packets.last?.packet }

  /// A packet of the peer in this state comes in.
  mutating func hear(
    _ state: Session.State, _ flags: ControlPacket.Flags = [],
    change: (inout ControlPacket) -> Void = { _ in }
  ) throws {
    var packet = peer
    packet.state = state
    packet.flags = flags
    change(&packet)
    try hear(packet, in: packet.bytes)
  }

  mutating func hear(
    _ packet: ControlPacket, in datagram: ByteBuffer, timeToLive: UInt8 = 255
  ) throws {
    take(
      try session.receive(
        packet, in: datagram.readableBytesSpan, timeToLive: timeToLive, now: now))
  }

  /// Lets the session finish its poll sequence.
  mutating func confirm() throws {
    for _ in 0..<4 where last?.flags.contains(.poll) != true { tick() }
    try hear(.up, .final)
  }

  /// Lets time pass; the session does what is due.
  mutating func pass(_ time: TimeAmount) {
    let end = now + time
    while let deadline = session.nextDeadline, deadline <= end {
      now = max(now, deadline)
      take(session.deadlineReached(now: now))
    }
    now = end
  }

  /// Lets time pass while the peer sends at its interval.
  mutating func pass(_ time: TimeAmount, hearing state: Session.State) throws {
    let end = now + time
    while now < end {
      try hear(state)
      pass(min(end - now, .milliseconds(20)))
    }
  }

  /// Lets time pass until the next deadline was served.
  mutating func tick() {
    guard let deadline = session.nextDeadline else { return }
    pass(max(deadline - now, .zero))
  }

  mutating func take(_ reaction: Session.Reaction) {
    if let packet = reaction.packet { packets.append((now, packet)) }
    if let change = reaction.change { changes.append(change) }
  }

  mutating func disable() { take(session.disable(now: now)) }
  mutating func enable() { take(session.enable(now: now)) }
  mutating func stop() { take(session.stop(now: now)) }

  mutating func change(_ edit: (inout Session.Parameters) -> Void) {
    var parameters = session.configuration.parameters
    edit(&parameters)
    session.change(parameters, now: now)
  }
}
