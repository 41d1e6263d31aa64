import NIOCore
import Testing

@testable import BFD

@Suite("Timing") struct TimingTests {
  @Test("a session that is not up sends once a second at most, and says so")
  func slowRate() throws {
    var driver = Driver()
    driver.pass(.seconds(10))
    #expect((10...14).contains(driver.packets.count))
    #expect(driver.packets.allSatisfy { $0.packet.desiredMinTxInterval == 1_000_000 })
    #expect(driver.packets.allSatisfy { $0.packet.requiredMinRxInterval == 60_000 })
    #expect(driver.packets.allSatisfy { $0.packet.detectMultiplier == 3 })
    #expect(driver.packets[0].time == NIODeadline.uptimeNanoseconds(1_000_000_000_000))
  }

  @Test("a session that wants to be slower than that may be") func slowerThanSlow() {
    var driver = Driver(.example { $0.parameters.desiredMinTxInterval = .seconds(5) })
    driver.pass(.seconds(60))
    #expect((12...17).contains(driver.packets.count))
    #expect(driver.last?.desiredMinTxInterval == 5_000_000)
  }

  @Test(
    "the interval is the larger of what we want and what the peer can take",
    arguments: [
      (50, 30_000, 50), (50, 50_000, 50), (50, 200_000, 200), (400, 200_000, 400), (50, 1, 50),
    ])
  func interval(desired: Int64, remoteRequired: UInt32, expected: Int64) throws {
    var driver = try Driver(
      in: .up, .example { $0.parameters.desiredMinTxInterval = .milliseconds(desired) })
    try driver.hear(.up) { $0.requiredMinRxInterval = remoteRequired }
    #expect(driver.session.status.transmitInterval == .milliseconds(expected))
  }

  @Test(
    "the detection time is the peer's multiplier times the larger interval",
    arguments: [
      (3, 40_000, 180), (3, 100_000, 300), (1, 60_000, 60), (255, 1_000_000, 255_000),
    ] as [(UInt8, UInt32, Int64)])
  func detectionTime(multiplier: UInt8, remoteDesired: UInt32, expected: Int64) throws {
    var driver = try Driver(in: .up)
    try driver.hear(.up) {
      $0.detectMultiplier = multiplier
      $0.desiredMinTxInterval = remoteDesired
    }
    #expect(driver.session.status.detectionTime == .milliseconds(expected))
    driver.pass(.milliseconds(expected) - .nanoseconds(1))
    #expect(driver.session.state == .up)
    driver.pass(.nanoseconds(1))
    #expect(driver.session.state == .down)
  }

  @Test("a peer that can take nothing gets nothing but answers") func nothingRequired() throws {
    var driver = try Driver(in: .up)
    try driver.hear(.up) { $0.requiredMinRxInterval = 0 }
    driver.forget()
    driver.pass(.milliseconds(150))
    #expect(driver.packets.isEmpty)
    try driver.hear(.up, .poll) { $0.requiredMinRxInterval = 0 }
    #expect(driver.packets.map(\.packet.flags) == [.final])
    try driver.hear(.up)
    driver.pass(.milliseconds(100))
    #expect(driver.packets.count > 1, "periodic packets start again")
  }

  @Test(
    "jitter takes off up to a quarter, and at least a tenth with multiplier 1",
    arguments: [(UInt8(3), 75.0...100.0), (2, 75.0...100.0), (1, 75.0...90.0)])
  func jitter(multiplier: UInt8, percent: ClosedRange<Double>) throws {
    var random = RandomGenerator(seed: 7)
    var sum = 0.0
    var least = 100.0
    var most = 0.0
    for _ in 0..<10_000 {
      let interval = TransmitSchedule.jittered(
        .milliseconds(50), detectMultiplier: multiplier, using: &random)
      let share = Double(interval.nanoseconds) / 500_000
      try #require(percent.contains(share))
      (sum, least, most) = (sum + share, min(least, share), max(most, share))
    }
    let middle = (percent.lowerBound + percent.upperBound) / 2
    #expect(abs(sum / 10_000 - middle) < 0.5, "the whole range is used")
    #expect(least < percent.lowerBound + 0.1)
    #expect(most > percent.upperBound - 0.1)
  }

  @Test("jitter has no trouble with the shortest intervals", arguments: [1, 2, 3, 1000])
  func shortest(nanoseconds: Int64) {
    var random = RandomGenerator(seed: 7)
    for multiplier: UInt8 in [1, 3] {
      let interval = TransmitSchedule.jittered(
        .nanoseconds(nanoseconds), detectMultiplier: multiplier, using: &random)
      #expect((0...nanoseconds).contains(interval.nanoseconds))
    }
  }

  @Test("periodic packets keep the jittered pace") func pace() throws {
    var driver = try Driver(in: .up)
    try driver.pass(.seconds(10), hearing: .up)
    let gaps = zip(driver.packets, driver.packets.dropFirst()).map { $1.time - $0.time }
    #expect(gaps.count > 190)
    #expect(gaps.allSatisfy { (.microseconds(37_500)...(.milliseconds(50))).contains($0) })
    #expect(driver.packets.allSatisfy { $0.packet.flags.isEmpty })
  }

  @Test("a peer that asks for fewer or more packets is obeyed at once") func remoteChange() throws {
    var driver = try Driver(in: .up)
    driver.peer.detectMultiplier = 255
    try driver.hear(.up) { $0.requiredMinRxInterval = 2_000_000 }
    driver.tick()
    #expect(driver.packets.count == 1)
    let before = driver.now
    try driver.hear(.up) { $0.requiredMinRxInterval = 10_000 }
    let next = try #require(driver.session.nextDeadline)
    #expect(next - before <= .milliseconds(50), "counted from the last packet, not from the timer")
  }

  @Test("the detection timer does not stop the memory of a peer that is down") func downPeer()
    throws
  {
    var driver = Driver()
    try driver.hear(.adminDown)
    #expect(driver.session.state == .down)
    #expect(driver.session.status.remoteDiscriminator == theirDiscriminator)
    driver.pass(.seconds(1))
    #expect(driver.session.status.remoteDiscriminator == 0)
    #expect(driver.changes.isEmpty)
  }
}
