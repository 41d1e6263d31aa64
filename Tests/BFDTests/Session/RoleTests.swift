import NIOCore
import Testing

@testable import BFD

@Suite("Passive, demand and disabled sessions") struct RoleTests {
  @Test("a passive session is silent until the peer was heard, and again when it is lost")
  func passive() throws {
    var driver = Driver(.example { $0.isPassive = true })
    driver.pass(.seconds(10))
    #expect(driver.packets.isEmpty)
    try driver.hear(.down) { $0.yourDiscriminator = 0 }
    #expect(driver.packets.map(\.packet.state) == [.`init`])
    try driver.hear(.up)
    #expect(driver.session.state == .up)
    driver.pass(driver.session.status.detectionTime)
    #expect(driver.session.state == .down)
    driver.forget()
    driver.pass(.seconds(10))
    #expect(driver.packets.isEmpty)
    #expect(driver.session.nextDeadline == nil)
  }

  @Test("a passive session whose peer is disabled answers it") func passiveAnswers() throws {
    var driver = Driver(.example { $0.isPassive = true })
    try driver.hear(.adminDown, .poll) { $0.yourDiscriminator = 0 }
    #expect(driver.packets.map(\.packet.flags) == [.final])
  }

  @Test("a peer in demand mode gets no periodic packets while both are up") func demand() throws {
    var driver = try Driver(in: .up)
    try driver.hear(.up, .demand)
    driver.pass(.milliseconds(150))
    #expect(driver.packets.isEmpty)

    try driver.hear(.up, [.demand, .poll])
    #expect(driver.packets.map(\.packet.flags) == [.final])
    driver.forget()

    driver.change { $0.requiredMinRxInterval = .milliseconds(70) }
    driver.pass(.milliseconds(100))
    #expect(driver.packets.count >= 2, "our own polls go out all the same")
    #expect(driver.packets.allSatisfy { $0.packet.flags == .poll })
    driver.forget()
    try driver.hear(.up, [.demand, .final])
    driver.pass(.milliseconds(100))
    #expect(driver.packets.isEmpty)

    try driver.hear(.up)
    #expect(driver.session.nextDeadline == driver.now, "the end of demand mode is obeyed at once")
  }

  @Test("demand mode of a peer that is not up is not obeyed") func demandBeforeUp() throws {
    var driver = try Driver(in: .up)
    try driver.hear(.`init`, .demand)
    driver.pass(.milliseconds(100))
    #expect(driver.packets.count >= 2)
  }

  @Test("silence ends a session in demand mode too") func demandSilence() throws {
    var driver = try Driver(in: .up)
    try driver.hear(.up, .demand)
    driver.pass(driver.session.status.detectionTime)
    #expect(driver.session.state == .down)
  }

  @Test("a disabled session tells its peer until it is enabled") func disable() throws {
    var driver = try Driver(in: .up)
    driver.disable()
    #expect(driver.changes.map(\.to) == [.adminDown])
    #expect(driver.changes.map(\.isFailure) == [false])
    #expect(driver.last?.diagnostic == .administrativelyDown)
    #expect(driver.last?.desiredMinTxInterval == 1_000_000)
    driver.pass(.seconds(20))
    #expect((20...28).contains(driver.packets.count))
    driver.enable()
    #expect(driver.session.state == .down)
    #expect(driver.session.diagnostic == .none)
    try driver.hear(.`init`)
    #expect(driver.session.state == .up)
    #expect(driver.session.statistics.failures == 0)
  }

  @Test("disabling and enabling twice is the same as once") func twice() throws {
    var driver = try Driver(in: .up)
    driver.enable()
    #expect(driver.changes.isEmpty)
    driver.disable()
    driver.disable()
    #expect(driver.changes.count == 1)
  }

  @Test("a session that ends tells its peer for the peer's detection time, at the old pace")
  func stop() throws {
    var driver = try Driver(in: .up)
    driver.stop()
    #expect(driver.session.isStopping)
    driver.pass(.milliseconds(149))
    #expect(!driver.session.isFinished)
    #expect((3...4).contains(driver.packets.count))
    #expect(driver.packets.allSatisfy { $0.packet.state == .adminDown })
    driver.pass(.milliseconds(1))
    #expect(driver.session.isFinished)
    #expect(driver.session.nextDeadline == nil)
    driver.forget()
    driver.pass(.seconds(10))
    driver.enable()
    driver.stop()
    #expect(driver.packets.isEmpty)
    #expect(driver.changes.isEmpty)
  }

  @Test("a session that is not up ends at once, and says so", arguments: [0, 1, 2])
  func stopBeforeUp(state: UInt8) throws {
    let state = try #require(Session.State(rawValue: state))
    var driver = try Driver(in: state)
    driver.stop()
    #expect(driver.packets.map(\.packet.state) == (state == .adminDown ? [] : [.adminDown]))
    driver.pass(.zero)
    #expect(driver.session.isFinished)
  }

  @Test("a passive session that heard nobody ends in silence") func stopPassive() {
    var driver = Driver(.example { $0.isPassive = true })
    driver.stop()
    driver.pass(.zero)
    #expect(driver.packets.isEmpty)
    #expect(driver.session.isFinished)
  }
}
