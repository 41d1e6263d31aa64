import Addresses
import LinkLayer
import NIOCore
import Testing

@Suite("router discovery")
struct RouterDiscoveryTests {
  private static let one = v6("fe80::1")
  private static let two = v6("fe80::2")
  private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

  private static let advertisement = RouterMessage.advertisement(RouterAdvertisement())

  private func at(_ seconds: Double) -> NIODeadline {
    Self.start + .nanoseconds(Int64(seconds * 1_000_000_000))
  }

  /// Runs the machine in virtual time, exactly at its deadlines, up to `end` seconds; what it did
  /// when, in seconds after the start.
  private func run(
    _ discovery: inout RouterDiscovery, until end: Double
  ) -> [(time: Double, action: RouterDiscovery.Action)] {
    var result: [(time: Double, action: RouterDiscovery.Action)] = []
    while let deadline = discovery.nextDeadline, deadline <= at(end) {
      let time = Double((deadline - Self.start).nanoseconds) / 1_000_000_000
      result += discovery.deadlineReached(now: deadline).map { (time, $0) }
    }
    return result
  }

  @Test("advertises at 0, 1, 2 and 3 s, then every 10 s, and asks three times")
  func alone() {
    var discovery = RouterDiscovery()
    #expect(discovery.nextDeadline == nil)
    #expect(discovery.start(now: at(0)) == [.advertise, .solicit])
    let actions = run(&discovery, until: 40)
    #expect(actions.filter { $0.action == .advertise }.map(\.time) == [1, 2, 3, 13, 23, 33])
    #expect(actions.filter { $0.action == .solicit }.map(\.time) == [4, 8])
    #expect(actions.count == 8)
    #expect(discovery.neighbour == nil)
  }

  @Test("the first router that is heard is the neighbour") func found() {
    var discovery = RouterDiscovery()
    _ = discovery.start(now: at(0))
    #expect(
      discovery.received(Self.advertisement, from: Self.one, now: at(0.5))
        == [.neighbourChanged(Self.one)])
    #expect(discovery.neighbour == Self.one)
    #expect(!run(&discovery, until: 30).contains { $0.action == .solicit })
    #expect(discovery.received(Self.advertisement, from: Self.one, now: at(30.5)) == [])
  }

  @Test("a router that is found late is told of us at once") func late() {
    var discovery = RouterDiscovery()
    _ = discovery.start(now: at(0))
    _ = run(&discovery, until: 20)
    #expect(
      discovery.received(Self.advertisement, from: Self.one, now: at(20))
        == [.neighbourChanged(Self.one), .advertise])
  }

  @Test("a solicitation is answered, but not more than every 3 s") func solicited() {
    var discovery = RouterDiscovery()
    _ = discovery.start(now: at(0))
    _ = run(&discovery, until: 17)
    let solicitation = RouterMessage.solicitation(RouterSolicitation())
    #expect(discovery.received(solicitation, from: Self.one, now: at(17)) == [.advertise])
    for _ in 0..<1000 {
      #expect(discovery.received(solicitation, from: Self.two, now: at(17.5)) == [])
    }
    #expect(run(&discovery, until: 26).map(\.time) == [20])
  }

  @Test("a silent neighbour is asked three times and then given up") func silence() {
    var discovery = RouterDiscovery()
    _ = discovery.start(now: at(0))
    _ = discovery.received(Self.advertisement, from: Self.one, now: at(1))
    let actions = run(&discovery, until: 60).filter { $0.action != .advertise }
    #expect(actions.map(\.time) == [36, 40, 44, 48])
    #expect(actions.dropLast().allSatisfy { $0.action == .solicit })
    #expect(actions.last?.action == .neighbourChanged(nil))
  }

  @Test("an answer ends the questions") func answer() {
    var discovery = RouterDiscovery()
    _ = discovery.start(now: at(0))
    _ = discovery.received(Self.advertisement, from: Self.one, now: at(1))
    _ = run(&discovery, until: 41)
    #expect(discovery.received(Self.advertisement, from: Self.one, now: at(41.5)) == [])
    #expect(!run(&discovery, until: 76).contains { $0.action != .advertise })
    #expect(discovery.neighbour == Self.one)
  }

  @Test("another router takes the place of one that does not answer") func replaced() {
    var discovery = RouterDiscovery()
    _ = discovery.start(now: at(0))
    _ = discovery.received(Self.advertisement, from: Self.one, now: at(1))
    #expect(discovery.received(Self.advertisement, from: Self.two, now: at(9)) == [.solicit])
    #expect(discovery.neighbour == Self.one)
    let actions = run(&discovery, until: 13)
    #expect(actions.contains { $0.action == .neighbourChanged(Self.two) && $0.time == 13 })
    #expect(discovery.neighbour == Self.two)
    #expect(discovery.rival == nil)
  }

  @Test("another router is a rival while the neighbour answers, and asked about once") func rival()
  {
    var discovery = RouterDiscovery()
    _ = discovery.start(now: at(0))
    _ = discovery.received(Self.advertisement, from: Self.one, now: at(1))
    _ = discovery.received(Self.advertisement, from: Self.two, now: at(9))
    #expect(discovery.received(Self.advertisement, from: Self.one, now: at(9.5)) == [])
    #expect(discovery.rival == Self.two)
    for second in 10..<30 {
      #expect(
        discovery.received(Self.advertisement, from: Self.two, now: at(Double(second))) == [])
    }
    #expect(discovery.neighbour == Self.one)
    // Once the neighbour is silent, the rival is next.
    _ = run(&discovery, until: 45)
    _ = discovery.received(Self.advertisement, from: Self.two, now: at(45))
    _ = run(&discovery, until: 49)
    #expect(discovery.neighbour == Self.two)
  }
}
