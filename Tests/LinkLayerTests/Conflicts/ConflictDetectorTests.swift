import Addresses
import LinkLayer
import NIOCore
import TestSupport
import Testing

@Suite("conflict detection")
struct ConflictDetectorTests {
  private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
  private static let address = ip("192.0.2.10")
  private static let other = mac("02:00:00:00:00:66")
  private static let claim = Sighting(address: address, mac: other, kind: .claim)
  private static let probe = Sighting(address: address, mac: other, kind: .probe)

  /// A detector in virtual time that has held the address for a while.
  private struct Bench {
    var detector: ConflictDetector
    var now = start
    private(set) var log: [(time: Int64, action: ConflictDetector.Action)] = []

    init(_ policy: ConflictPolicy = .defend) {
      detector = ConflictDetector(.init(policy: policy))
      detector.take([address], now: start - .seconds(60))
    }

    /// Runs the deadlines up to this time, in milliseconds after the start, and stays there.
    mutating func run(to time: Int64) {
      let end = start + .milliseconds(time)
      while let deadline = detector.nextDeadline, deadline <= end {
        now = max(now, deadline)
        let actions = detector.due(now: now)
        note(actions)
        if detector.nextDeadline.map({ $0 <= deadline }) ?? false {
          Issue.record("the deadline does not advance at \(deadline)")
          break
        }
      }
      now = end
    }

    mutating func see(_ sighting: Sighting, count: UInt64 = 1) {
      let actions = detector.handle(sighting, count: count, now: now)
      note(actions)
    }

    /// The times of the actions that are like this, in milliseconds after the start.
    func times(_ isWanted: (ConflictDetector.Action) -> Bool) -> [Int64] {
      log.filter { isWanted($0.action) }.map(\.time)
    }

    var defences: [Int64] { times { $0 == .defend(address) } }
    var reports: [Int64] { times { if case .report = $0 { true } else { false } } }

    private mutating func note(_ actions: [ConflictDetector.Action]) {
      log += actions.map { ((now - start).nanoseconds / 1_000_000, $0) }
    }
  }

  @Test("a claim counts when it has settled, and is reported and defended once")
  func claim() throws {
    var bench = Bench()
    bench.see(Self.claim)
    #expect(bench.log.isEmpty && bench.detector.conflicts.isEmpty)
    bench.run(to: 5000)
    #expect(bench.reports == [200])
    #expect(bench.defences == [200])
    let conflict = try #require(bench.detector.conflicts(of: Self.address).first)
    #expect(conflict.mac == Self.other)
    #expect(conflict.claims == 1 && conflict.defences == 1 && !conflict.isYieldedTo)
    #expect(bench.detector.conflicts == [conflict])
  }

  @Test("an address is defended at most once in ten seconds, however much it is claimed")
  func defendInterval() throws {
    var bench = Bench()
    for time in stride(from: 0, to: 35_000, by: 50) as StrideTo<Int64> {
      bench.run(to: time)
      bench.see(Self.claim, count: 100)
    }
    bench.run(to: 36_000)
    #expect(bench.reports == [200])
    #expect(bench.defences.count == 4)
    for (earlier, later) in zip(bench.defences, bench.defences.dropFirst()) {
      #expect((10_000...10_300).contains(later - earlier))
    }
    let conflict = try #require(bench.detector.conflicts.first)
    #expect(conflict.claims == 70_000)
    #expect(bench.detector.counters.claims == 70_000)
    #expect(bench.detector.counters.defences == 4)
  }

  @Test("two who claim one address share its defences, and each is reported")
  func twoOthers() {
    var bench = Bench()
    bench.see(Self.claim)
    bench.see(Sighting(address: Self.address, mac: mac("02:00:00:00:00:67"), kind: .claim))
    bench.run(to: 1000)
    #expect(bench.reports == [200, 200])
    #expect(bench.defences == [200])
    #expect(bench.detector.conflicts.map(\.mac.description).count == 2)
  }

  @Test("an address that moves to another speaker is no conflict for the one who had it")
  func moveAway() {
    var bench = Bench()
    bench.see(Self.claim)
    bench.run(to: 150)
    bench.detector.release([Self.address])
    bench.run(to: 10_000)
    #expect(bench.log.isEmpty)
    #expect(bench.detector.conflicts.isEmpty && bench.detector.nextDeadline == nil)
  }

  @Test("a claim soon after the address was taken is asked about, and counts when that is answered")
  func moveHere() {
    var bench = Bench()
    bench.detector.release([Self.address])
    bench.detector.take([Self.address], now: Self.start)
    bench.run(to: 100)
    bench.see(Self.claim)
    bench.run(to: 2000)
    #expect(bench.log.map(\.action) == [.probe(Self.address, Self.other)])
    #expect(bench.log.map(\.time) == [500])
    #expect(bench.detector.conflicts.isEmpty, "nobody answered")

    bench.see(Self.claim)
    bench.run(to: 3000)
    #expect(bench.reports == [2200])
    #expect(bench.defences == [2200])
  }

  @Test("what another speaker or another interface of ours says is no conflict")
  func peers() {
    var bench = Bench()
    bench.detector.peers = [Self.other]
    bench.see(Self.claim, count: 3)
    bench.see(Self.probe)
    bench.run(to: 60_000)
    #expect(bench.log.isEmpty && bench.detector.conflicts.isEmpty)
    #expect(bench.detector.counters.ofPeers == 4)
    #expect(bench.detector.counters.claims == 0)
    bench.detector.peers = []
    bench.see(Self.claim)
    bench.run(to: 61_000)
    #expect(bench.reports.count == 1)
  }

  @Test("an address that is not held is nobody's business")
  func notHeld() {
    var bench = Bench()
    bench.see(Sighting(address: ip("192.0.2.11"), mac: Self.other, kind: .claim))
    bench.run(to: 1000)
    #expect(bench.log.isEmpty && bench.detector.counters == ConflictCounters())
  }

  @Test("who only asks is reported once, under both policies", arguments: ConflictPolicy.allCases)
  func probes(policy: ConflictPolicy) throws {
    var bench = Bench(policy)
    bench.see(Self.probe)
    bench.see(Self.probe)
    bench.run(to: 60_000)
    #expect(bench.reports == [0])
    #expect(bench.log.count == 1)
    let conflict = try #require(bench.detector.conflicts.first)
    #expect(conflict.probes == 2 && conflict.claims == 0)
    // What becomes a claim is reported as one.
    bench.see(Self.claim)
    bench.run(to: 61_000)
    #expect(bench.reports == [0, 60_200])
  }

  @Test("yields at the first claim, asks after a minute of silence, and takes the address back")
  func yields() {
    var bench = Bench(.yield)
    bench.see(Self.claim)
    bench.run(to: 70_000)
    #expect(bench.defences.isEmpty)
    #expect(bench.times { $0 == .yield(Self.address, to: Self.other) } == [200])
    #expect(
      bench.times { $0 == .probe(Self.address, nil) } == [60_200, 61_200, 62_200])
    #expect(bench.times { $0 == .resume(Self.address) } == [63_200])
    #expect(bench.detector.conflicts.allSatisfy { !$0.isYieldedTo })
    #expect(bench.detector.counters.yields == 1)
  }

  @Test("goes on yielding while the other is heard, also as an answer to the probes")
  func goesOnYielding() {
    var bench = Bench(.yield)
    bench.see(Self.claim)
    bench.run(to: 30_000)
    bench.see(Self.claim)
    bench.run(to: 90_500)
    #expect(bench.times { $0 == .probe(Self.address, nil) } == [90_000])
    bench.see(Self.claim)
    bench.run(to: 150_400)
    #expect(bench.times { $0 == .probe(Self.address, nil) }.count == 1)
    #expect(bench.detector.conflicts.first?.isYieldedTo == true)
    bench.run(to: 160_000)
    #expect(bench.times { $0 == .resume(Self.address) } == [153_500])
    #expect(bench.times { if case .yield = $0 { true } else { false } } == [200])
  }

  @Test("a release ends a yield")
  func releaseWhileYielding() {
    var bench = Bench(.yield)
    bench.see(Self.claim)
    bench.run(to: 1000)
    bench.detector.release([Self.address])
    bench.run(to: 200_000)
    #expect(bench.times { $0 == .resume(Self.address) }.isEmpty)
    #expect(bench.detector.nextDeadline == nil)
  }

  @Test("a conflict is forgotten ten minutes after it was last seen")
  func forgets() {
    var bench = Bench()
    bench.see(Self.claim)
    bench.run(to: 600_100)
    #expect(bench.detector.conflicts.count == 1)
    bench.run(to: 600_300)
    #expect(bench.detector.conflicts.isEmpty && bench.detector.nextDeadline == nil)
    bench.see(Self.claim)
    bench.run(to: 601_000)
    #expect(bench.reports.count == 2)
  }

  @Test("what is remembered is bounded, and what finds no room is counted")
  func bounded() {
    var detector = ConflictDetector()
    let addresses = (0..<1000).map { IPAddress.v4(IPv4Address(rawValue: 0xCB00_7100 + $0)) }
    detector.take(addresses, now: Self.start - .seconds(60))
    var now = Self.start
    for address in addresses {
      for number in 0..<20 as Range<UInt64> {
        let sighting = Sighting(
          address: address, mac: MACAddress(rawValue: 0x0200_0000_0000 + number), kind: .claim)
        _ = detector.handle(sighting, now: now)
      }
    }
    now = now + .seconds(1)
    _ = detector.due(now: now)
    #expect(detector.conflicts.count == 256 * 8)
    #expect(detector.counters.claims == 20_000)
    #expect(detector.counters.unrecorded == 20_000 - 256 * 8)
  }

  @Test("by any course of events", arguments: 1...20 as ClosedRange<UInt64>)
  func properties(seed: UInt64) {
    var random = SeededGenerator(seed)
    let policy: ConflictPolicy = seed.isMultiple(of: 2) ? .defend : .yield
    var detector = ConflictDetector(.init(policy: policy))
    let addresses = (1...4).map { IPAddress.v4(IPv4Address(192, 0, 2, $0)) }
    let macs = (1...3 as ClosedRange<UInt64>).map { MACAddress(rawValue: 0x0200_0000_0000 + $0) }
    detector.peers = [macs[2]]
    var now = Self.start
    var held: Set<IPAddress> = []
    var yielded: Set<IPAddress> = []
    var lastDefence: [IPAddress: NIODeadline] = [:]
    func check(_ actions: [ConflictDetector.Action]) {
      for action in actions {
        switch action {
        case .report(let conflict):
          #expect(held.contains(conflict.address) && conflict.mac != macs[2])
        case .defend(let address):
          #expect(policy == .defend && held.contains(address))
          if let last = lastDefence[address] { #expect(now - last >= .seconds(10)) }
          lastDefence[address] = now
        case .yield(let address, let mac):
          #expect(policy == .yield && held.contains(address) && mac != macs[2])
          #expect(yielded.insert(address).inserted)
        case .resume(let address): #expect(yielded.remove(address) != nil)
        case .probe(let address, _): #expect(held.contains(address))
        }
      }
    }
    for _ in 0..<2000 {
      let address = addresses[Int.random(in: 0..<addresses.count, using: &random)]
      switch Int.random(in: 0..<20, using: &random) {
      case 0:
        detector.release([address])
        held.remove(address)
        yielded.remove(address)
        lastDefence[address] = nil
      case 1...3:
        detector.take([address], now: now)
        held.insert(address)
      case 4...11:
        let sighting = Sighting(
          address: address, mac: macs[Int.random(in: 0..<3, using: &random)],
          kind: Bool.random(using: &random) ? .claim : .probe)
        check(detector.handle(sighting, now: now))
      case 12...18:
        now = now + .milliseconds(Int64.random(in: 0...400, using: &random))
        check(detector.due(now: now))
      default:
        now = now + .seconds(Int64.random(in: 0...90, using: &random))
        check(detector.due(now: now))
      }
      if let deadline = detector.nextDeadline, deadline <= now {
        check(detector.due(now: now))
        #expect(detector.nextDeadline.map { $0 > now } ?? true)
      }
      #expect(detector.conflicts.allSatisfy { held.contains($0.address) && $0.mac != macs[2] })
    }
  }
}
