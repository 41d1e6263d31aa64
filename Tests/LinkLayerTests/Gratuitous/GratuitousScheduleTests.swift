import Addresses
import LinkLayer
import NIOCore
import TestSupport
import Testing

@Suite("gratuitous schedule")
struct GratuitousScheduleTests {
  private static let a = ip("192.0.2.1")
  private static let b = ip("2001:db8::1")
  private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

  /// Runs the schedule in virtual time, exactly at its deadlines, until it is empty or `end` is
  /// reached; what was announced when, in milliseconds after the start.
  private func run(
    _ schedule: inout GratuitousSchedule, until end: Int64 = 1_000_000
  ) -> [(time: Int64, address: IPAddress)] {
    var result: [(time: Int64, address: IPAddress)] = []
    while let deadline = schedule.nextDeadline {
      let time = (deadline - Self.start).nanoseconds / 1_000_000
      if time > end { break }
      let due = schedule.due(now: deadline)
      #expect(!due.isEmpty, "nothing is due at the deadline, \(time) ms")
      if due.isEmpty { break }
      result += due.map { (time, $0) }
    }
    return result
  }

  private func addresses(_ count: Int) -> [IPAddress] {
    (0..<count).map { IPAddress.v6(IPv6Address(high: 0x2001_0DB8_0000_0000, low: UInt64($0))) }
  }

  @Test("announces at 0, 50, 200, 1100, 2200 and 3300 ms, then no more")
  func times() {
    var schedule = GratuitousSchedule(.init(refresh: nil))
    #expect(schedule.nextDeadline == nil)
    schedule.take([Self.a], now: Self.start)
    #expect(schedule.nextDeadline == Self.start)
    #expect(run(&schedule).map(\.time) == [0, 50, 200, 1100, 2200, 3300])
    #expect(schedule.nextDeadline == nil)
    #expect(schedule.pendingCount == 0)
  }

  @Test("nothing is due before its time")
  func early() {
    var schedule = GratuitousSchedule(.init(refresh: nil))
    schedule.take([Self.a], now: Self.start)
    #expect(schedule.due(now: Self.start) == [Self.a])
    #expect(schedule.due(now: Self.start + .milliseconds(49)) == [])
    #expect(schedule.due(now: Self.start + .milliseconds(50)) == [Self.a])
  }

  @Test("a late timer does not bunch the repeats")
  func late() {
    var schedule = GratuitousSchedule(.init(refresh: nil))
    schedule.take([Self.a], now: Self.start)
    #expect(schedule.due(now: Self.start + .seconds(2)) == [Self.a])
    #expect(schedule.due(now: Self.start + .seconds(2)) == [])
    #expect(run(&schedule).map(\.time) == [2050, 2200, 3100, 4200, 5300])
  }

  @Test("taking again starts over, also when the first round is over")
  func retake() {
    var schedule = GratuitousSchedule(.init(refresh: nil))
    schedule.take([Self.a], now: Self.start)
    #expect(run(&schedule, until: 300).map(\.time) == [0, 50, 200])
    schedule.take([Self.a], now: Self.start + .milliseconds(500))
    #expect(run(&schedule).map(\.time) == [500, 550, 700, 1600, 2700, 3800])
    schedule.take([Self.a], now: Self.start + .milliseconds(9000))
    #expect(run(&schedule, until: 9100).map(\.time) == [9000, 9050])
  }

  @Test("release ends the announcements of that address only")
  func release() {
    var schedule = GratuitousSchedule(.init(refresh: nil))
    schedule.take([Self.a, Self.b], now: Self.start)
    #expect(run(&schedule, until: 100).count == 4)
    schedule.release([Self.a])
    let rest = run(&schedule)
    #expect(rest.map(\.time) == [200, 1100, 2200, 3300])
    #expect(rest.allSatisfy { $0.address == Self.b })
  }

  @Test("an address that is released and taken before its first announcement has one round")
  func flap() {
    var schedule = GratuitousSchedule(.init(refresh: nil))
    for _ in 0..<1000 {
      schedule.take([Self.a], now: Self.start)
      schedule.release([Self.a])
    }
    #expect(schedule.nextDeadline == nil)
    schedule.take([Self.a], now: Self.start)
    schedule.take([Self.a], now: Self.start)
    #expect(run(&schedule).count == 6)
  }

  @Test("5000 addresses keep to the pace, first announcements before repeats")
  func pace() {
    var schedule = GratuitousSchedule(.init(refresh: nil))
    let taken = addresses(5000)
    schedule.take(taken, now: Self.start)
    let sent = run(&schedule)
    #expect(sent.count == 6 * 5000)

    // In any window of a second: the burst, and a second's worth.
    var windowStart = 0
    for index in sent.indices {
      while sent[index].time - sent[windowStart].time >= 1000 { windowStart += 1 }
      #expect(index - windowStart + 1 <= 2400)
    }
    #expect(sent.prefix(400).allSatisfy { $0.time == 0 })
    #expect(sent.prefix(5000).map(\.address) == taken)
    #expect((2290...2310).contains(sent[4999].time))

    // No more wake-ups than the announcements need: ten milliseconds' worth at a time.
    let wakeUps = Set(sent.map(\.time)).count
    #expect(wakeUps < 1600, "\(wakeUps) wake-ups")

    var last: [IPAddress: Int64] = [:]
    var rounds: [IPAddress: Int] = [:]
    let distances: [Int64] = [0, 50, 150, 900, 1100, 1100]
    for (time, address) in sent {
      let round = rounds[address, default: 0]
      if let before = last[address] { #expect(time - before >= distances[round]) }
      last[address] = time
      rounds[address] = round + 1
    }
    #expect(rounds.values.allSatisfy { $0 == 6 })
  }

  @Test("of mixed families the pace counts packets: two for IPv4, one for IPv6")
  func packets() {
    var schedule = GratuitousSchedule(
      .init(repeats: [], refresh: nil, packetsPerSecond: 1000, burst: 100))
    let mixed = (0..<500).flatMap { number in
      [
        IPAddress.v4(IPv4Address(rawValue: 0xCB00_7100 + UInt32(number))),
        IPAddress.v6(IPv6Address(high: 0x2001_0DB8_0000_0000, low: UInt64(number))),
      ]
    }
    schedule.take(mixed, now: Self.start)
    let sent = run(&schedule)
    #expect(sent.map(\.address) == mixed)
    var windowStart = 0
    var packets = 0
    for (time, address) in sent {
      packets += GratuitousSchedule.packetCount(of: address)
      while time - sent[windowStart].time >= 100 {
        packets -= GratuitousSchedule.packetCount(of: sent[windowStart].address)
        windowStart += 1
      }
      #expect(packets <= 200)
    }
    // 1500 packets, 100 of them at once.
    #expect((1390...1410).contains(sent.last?.time ?? 0))
  }

  /// Over many takings in turns: nobody is announced for the third time while somebody waits for the
  /// first.
  @Test("fairness under a backlog", arguments: [1, 2, 3, 4, 5] as [UInt64])
  func fairness(seed: UInt64) {
    var random = SeededGenerator(seed)
    var schedule = GratuitousSchedule(.init(packetsPerSecond: 200, burst: 20))
    var rounds: [IPAddress: Int] = [:]
    var waiting = 0
    var now = Self.start
    let all = addresses(2000)
    var next = 0
    for _ in 0..<3000 {
      if next < all.count, Int.random(in: 0..<10, using: &random) == 0 {
        let batch = all[next..<min(all.count, next + Int.random(in: 1...200, using: &random))]
        next += batch.count
        waiting += batch.count
        schedule.take(batch, now: now)
      }
      for address in schedule.due(now: now) {
        let round = rounds[address, default: 0] + 1
        rounds[address] = round
        if round == 1 { waiting -= 1 }
        if round >= 3 { #expect(waiting == 0) }
      }
      now = now + .milliseconds(Int64.random(in: 0...50, using: &random))
    }
    #expect(rounds.count > 500)
    #expect(rounds.values.contains { $0 > 3 })
  }

  @Test("after the repeats a refresh every minute, for as long as the address is held")
  func refresh() {
    var schedule = GratuitousSchedule()
    schedule.take([Self.a], now: Self.start)
    let sent = run(&schedule, until: 200_000)
    #expect(
      sent.map(\.time) == [0, 50, 200, 1100, 2200, 3300, 63_300, 123_300, 183_300])
    schedule.release([Self.a])
    #expect(schedule.nextDeadline == nil)
  }

  @Test("the refresh of 5000 addresses is spread, and gives way to a new address")
  func refreshOfMany() {
    var schedule = GratuitousSchedule()
    let taken = addresses(5000)
    schedule.take(taken, now: Self.start)
    let sent = run(&schedule, until: 200_000)
    let refreshes = sent.filter { $0.time > 60_000 }
    var perSecond: [Int64: Int] = [:]
    for (time, _) in refreshes { perSecond[time / 1000, default: 0] += 1 }
    #expect(perSecond.values.allSatisfy { $0 <= 2400 })
    let times = Dictionary(grouping: refreshes, by: \.address).mapValues { $0.map(\.time) }
    #expect(times.count == 5000)
    for times in times.values {
      for (earlier, later) in zip(times, times.dropFirst()) {
        #expect((60_000...62_500).contains(later - earlier))
      }
    }
    let now = Self.start + .seconds(300)
    schedule.take([Self.a], now: now)
    #expect(schedule.due(now: now).first == Self.a)
  }

  @Test("a new address goes before the repeats of a backlog")
  func freshBeforeRepeats() {
    var schedule = GratuitousSchedule(.init(refresh: nil, packetsPerSecond: 100, burst: 10))
    schedule.take(addresses(100), now: Self.start)
    _ = run(&schedule, until: 1500)
    let now = Self.start + .milliseconds(1500)
    schedule.take([Self.a], now: now)
    let next = run(&schedule, until: 2000)
    #expect(next.first?.address == Self.a)
  }

  @Test("values out of range are taken as the nearest that work", arguments: [0, -5])
  func configuration(value: Int) {
    var schedule = GratuitousSchedule(
      .init(
        repeats: [.milliseconds(20), .milliseconds(10)], refresh: nil, packetsPerSecond: value,
        burst: value))
    schedule.take([Self.a, Self.b], now: Self.start)
    let sent = run(&schedule)
    // One packet per second and two at once, which the IPv4 address needs.
    #expect(sent.map(\.address) == [Self.a, Self.b, Self.a, Self.b, Self.a, Self.b])
    #expect(sent.map(\.time) == [0, 2000, 3000, 5000, 6000, 8000])
  }

  @Test("a refresh without any pause is slowed down")
  func shortRefresh() {
    var schedule = GratuitousSchedule(.init(repeats: [], refresh: .zero))
    schedule.take([Self.a], now: Self.start)
    #expect(run(&schedule, until: 300).map(\.time) == [0, 100, 200, 300])
  }

  @Test("a burst and rate beyond all measure do not overflow")
  func unbounded() {
    var schedule = GratuitousSchedule(
      .init(repeats: [], refresh: nil, packetsPerSecond: .max, burst: .max))
    schedule.take(addresses(3000), now: Self.start)
    #expect(schedule.due(now: Self.start).count == 3000)
    #expect(schedule.nextDeadline == nil)
  }
}
