import NIOCore
import Testing

@testable import BFD

@Suite("Reception of a session") struct ReceptionTests {
  @Test("a packet that is refused changes nothing and is counted")
  func refused() throws {
    var driver = try Driver(in: .up)
    let before = driver.session.nextDeadline
    var packet = driver.peer
    packet.flags = .authenticationPresent
    packet.state = .down
    #expect(throws: DropReason.authenticationUnexpected) {
      try driver.hear(packet, in: packet.bytes)
    }
    #expect(driver.session.state == .up)
    #expect(driver.session.nextDeadline == before)
    #expect(driver.session.statistics.dropped[.authenticationUnexpected] == 1)
    #expect(driver.session.statistics.dropped.total == 1)
  }

  @Test(
    "a packet that came too far is refused",
    arguments: [
      (Path.Hops.single, UInt8(254), false), (.single, 255, true),
      (.multiple(minimumTimeToLive: 250), 249, false),
      (.multiple(minimumTimeToLive: 250), 250, true), (.multiple(minimumTimeToLive: 1), 1, true),
    ])
  func timeToLive(hops: Path.Hops, timeToLive: UInt8, isAccepted: Bool) throws {
    var driver = Driver(.example { $0.path.hops = hops })
    let packet = driver.peer
    if isAccepted {
      try driver.hear(packet, in: packet.bytes, timeToLive: timeToLive)
      #expect(driver.session.statistics.received == 1)
    } else {
      #expect(throws: DropReason.timeToLive) {
        try driver.hear(packet, in: packet.bytes, timeToLive: timeToLive)
      }
      #expect(driver.session.statistics.dropped[.timeToLive] == 1)
    }
  }

  @Test(
    "a stranger without our discriminator cannot reset a session that is up",
    arguments: [Session.State.down, .adminDown])
  func forgedReset(state: Session.State) throws {
    var driver = try Driver(in: .up)
    #expect(throws: DropReason.otherPeer) {
      try driver.hear(state) {
        $0.myDiscriminator = 0x3333_3333
        $0.yourDiscriminator = 0
      }
    }
    #expect(driver.session.state == .up)
  }

  @Test("a peer that has lost us may say so") func peerLostUs() throws {
    var driver = try Driver(in: .up)
    try driver.hear(.down) { $0.yourDiscriminator = 0 }
    #expect(driver.session.state == .down)
  }

  @Test("a peer that has restarted is heard after the detection time") func restarted() throws {
    var driver = try Driver(in: .up)
    let restarted: (inout ControlPacket) -> Void = {
      $0.myDiscriminator = 0x3333_3333
      $0.yourDiscriminator = 0
    }
    #expect(throws: DropReason.otherPeer) { try driver.hear(.down, change: restarted) }
    driver.pass(driver.session.status.detectionTime)
    #expect(driver.session.state == .down)
    try driver.hear(.down, change: restarted)
    #expect(driver.session.state == .`init`)
    #expect(driver.last?.yourDiscriminator == 0x3333_3333)
  }

  @Test("a peer that knows our discriminator may change its own") func changedDiscriminator() throws
  {
    var driver = try Driver(in: .up)
    try driver.hear(.up) { $0.myDiscriminator = 0x3333_3333 }
    driver.tick()
    #expect(driver.session.state == .up)
    #expect(driver.last?.yourDiscriminator == 0x3333_3333)
  }

  @Test("a disabled session notes its peer and does not answer") func disabled() throws {
    var driver = try Driver(in: .adminDown)
    driver.peer.desiredMinTxInterval = 1_000_000
    #expect(throws: DropReason.administrativelyDown) { try driver.hear(.down, .poll) }
    #expect(driver.packets.isEmpty)
    #expect(driver.session.status.remoteDiscriminator == theirDiscriminator)
    driver.tick()
    #expect(driver.last?.yourDiscriminator == theirDiscriminator)
    #expect(driver.session.statistics.dropped[.administrativelyDown] == 1)
  }
}
