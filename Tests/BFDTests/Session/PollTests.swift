import NIOCore
import Testing

@testable import BFD

@Suite("Poll sequences") struct PollTests {
  @Test("a poll is answered at once, out of schedule") func answer() throws {
    var driver = try Driver(in: .up)
    try driver.hear(.up)
    let next = driver.session.nextDeadline
    try driver.hear(.up, .poll)
    #expect(driver.packets.map(\.packet.flags) == [.final])
    #expect(driver.packets.map(\.time) == [driver.now])
    #expect(driver.session.nextDeadline == next)
  }

  @Test("a poll that changes the state gets one packet for both", arguments: [1, 3])
  func answerWithChange(received: UInt8) throws {
    let state: Session.State = received == 1 ? .down : .up
    var driver = try Driver(in: state == .down ? .up : .`init`)
    try driver.hear(state, .poll)
    #expect(driver.packets.count == 1)
    #expect(driver.last?.flags == .final)
    #expect(driver.last?.state == (state == .down ? .down : .up))
  }

  @Test("the faster rate of a session that comes up is told by a poll") func comingUp() throws {
    var driver = try Driver(in: .`init`)
    try driver.hear(.up)
    #expect(driver.last?.flags == .poll)
    #expect(driver.last?.desiredMinTxInterval == 50_000)
    #expect(driver.session.status.transmitInterval == .milliseconds(50), "faster holds at once")

    try driver.pass(.milliseconds(200), hearing: .up)
    #expect(driver.packets.count >= 4)
    #expect(driver.packets.allSatisfy { $0.packet.flags == .poll }, "until the peer answers")

    driver.forget()
    try driver.hear(.up, .final)
    try driver.pass(.milliseconds(200), hearing: .up)
    #expect(driver.packets.count >= 4)
    #expect(driver.packets.allSatisfy { $0.packet.flags.isEmpty })
  }

  @Test("nothing is polled where nothing changes") func nothingToTell() throws {
    var driver = try Driver(
      in: .`init`, .example { $0.parameters.desiredMinTxInterval = .seconds(2) })
    try driver.hear(.up)
    #expect(driver.last?.flags == [])
  }

  @Test("a slower rate holds when the peer has confirmed it") func slower() throws {
    var driver = try Driver(in: .up)
    driver.change { $0.desiredMinTxInterval = .milliseconds(400) }
    try driver.pass(.milliseconds(200), hearing: .up)
    #expect(driver.packets.count >= 4, "still the old interval")
    #expect(driver.packets.allSatisfy { $0.packet.flags == .poll })
    #expect(driver.packets.allSatisfy { $0.packet.desiredMinTxInterval == 400_000 })
    try driver.hear(.up, .final)
    #expect(driver.session.status.transmitInterval == .milliseconds(400))
  }

  @Test("a shorter detection time holds when the peer has confirmed it") func shorterDetection()
    throws
  {
    var driver = try Driver(in: .up)
    try driver.hear(.up)
    #expect(driver.session.status.detectionTime == .milliseconds(4 * 60))
    driver.change { $0.requiredMinRxInterval = .milliseconds(45) }
    #expect(driver.session.status.detectionTime == .milliseconds(4 * 60))
    driver.tick()
    #expect(driver.last?.flags == .poll)
    #expect(driver.last?.requiredMinRxInterval == 45_000)
    try driver.hear(.up, .final)
    #expect(driver.session.status.detectionTime == .milliseconds(4 * 45))
  }

  @Test("a longer detection time and a faster rate hold at once") func atOnce() throws {
    var driver = try Driver(in: .up)
    try driver.hear(.up)
    driver.change {
      $0.requiredMinRxInterval = .milliseconds(500)
      $0.desiredMinTxInterval = .milliseconds(30)
    }
    #expect(driver.session.status.detectionTime == .seconds(2))
    #expect(driver.session.status.transmitInterval == .milliseconds(30))
    driver.pass(.milliseconds(1999))
    #expect(driver.session.state == .up)
    driver.pass(.milliseconds(1))
    #expect(driver.session.state == .down)
  }

  @Test("a change during a poll waits for its end") func oneAtATime() throws {
    var driver = try Driver(in: .up)
    driver.change { $0.desiredMinTxInterval = .milliseconds(100) }
    driver.tick()
    #expect(driver.last?.desiredMinTxInterval == 100_000)
    driver.change { $0.desiredMinTxInterval = .milliseconds(200) }
    try driver.hear(.up)
    driver.tick()
    #expect(driver.last?.desiredMinTxInterval == 100_000)

    try driver.hear(.up, .final)
    #expect(driver.session.status.transmitInterval == .milliseconds(100))
    driver.forget()
    try driver.hear(.up, .final)
    #expect(
      driver.session.status.transmitInterval == .milliseconds(100),
      "a second answer to the first poll confirms nothing of the second")
    driver.tick()
    #expect(driver.last?.flags == .poll)
    #expect(driver.last?.desiredMinTxInterval == 200_000)
    try driver.hear(.up, .final)
    #expect(driver.session.status.transmitInterval == .milliseconds(200))
  }

  @Test("a session that goes down ends its poll and takes the waiting change") func down() throws {
    var driver = try Driver(in: .up)
    driver.change { $0.requiredMinRxInterval = .milliseconds(70) }
    driver.tick()
    driver.change { $0.requiredMinRxInterval = .milliseconds(80) }
    try driver.hear(.down)
    #expect(driver.last?.flags == [])
    #expect(driver.last?.requiredMinRxInterval == 80_000)
    #expect(driver.last?.desiredMinTxInterval == 1_000_000)
  }

  @Test("a change before the session is up needs no poll", arguments: [1, 2])
  func notUp(state: UInt8) throws {
    var driver = try Driver(in: state == 1 ? .down : .`init`)
    driver.change { $0.requiredMinRxInterval = .milliseconds(70) }
    driver.tick()
    #expect(driver.last?.flags == [])
    #expect(driver.last?.requiredMinRxInterval == 70_000)
  }

  @Test("a new detect multiplier and echo interval need no poll") func noPoll() throws {
    var driver = try Driver(in: .up)
    driver.change {
      $0.detectMultiplier = 7
      $0.requiredMinEchoRxInterval = .milliseconds(20)
    }
    driver.tick()
    #expect(driver.last?.flags == [])
    #expect(driver.last?.detectMultiplier == 7)
    #expect(driver.last?.requiredMinEchoRxInterval == 20_000)
  }
}
