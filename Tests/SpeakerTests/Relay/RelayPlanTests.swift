import Addresses
import Election
import NIOCore
import Testing

@testable import Speaker

@Suite("which segments are sent on to another node")
struct RelayPlanTests {
  private static let own = MemberID(name: "node-1")
  private static let other = MemberID(name: "node-2")
  private static let third = MemberID(name: "node-3")
  private static let otherMAC = MACAddress(rawValue: 0x0000_5E00_530C)
  private static let thirdMAC = MACAddress(rawValue: 0x0000_5E00_530D)
  private static let address = IPAddress.v4(IPv4Address(192, 0, 2, 150))
  private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

  /// A plan of a candidate; node-2 owns the address.
  private static func candidate() -> RelayPlan {
    var plan = RelayPlan(node: own)
    let events: [RelayPlan.Event] = [
      .interfaces(["eth0": MACAddress(rawValue: 0x0000_5E00_530B)]),
      .heard(other, from: otherMAC, on: "eth0"), .heard(third, from: thirdMAC, on: "eth0"),
      .standing(address, isOurs: true), .owner(address, other, byHandOver: false),
    ]
    for event in events { plan.handle(event, now: start) }
    return plan
  }

  private static func station(_ plan: RelayPlan, after time: TimeAmount = .zero) -> MACAddress? {
    var plan = plan
    return plan.rules(at: start + time).stations["eth0"]?[address]?.mac
  }

  @Test func aCandidateSendsOnToTheOwner() {
    var plan = Self.candidate()
    #expect(plan.nextDeadline == nil)
    let rules = plan.rules(at: Self.start)
    #expect(rules.stations == ["eth0": [Self.address: .init(mac: Self.otherMAC)]])
    #expect(rules.addresses == [Self.address])
    #expect(rules.speakers == [Self.otherMAC, Self.thirdMAC])
  }

  @Test func afterAHandOverTheFormerOwnerGetsWhatItKnowsForAMinute() {
    var plan = Self.candidate()
    plan.handle(.owner(Self.address, Self.own, byHandOver: true), now: Self.start)
    let end = Self.start + .seconds(60)
    #expect(
      plan.rules(at: Self.start).stations["eth0"]
        == [Self.address: .init(mac: Self.otherMAC, end: end)])
    #expect(plan.nextDeadline == end)
    // What others say of the same owner changes nothing.
    plan.handle(.owner(Self.address, Self.own, byHandOver: false), now: Self.start)
    #expect(Self.station(plan, after: .seconds(59)) == Self.otherMAC)
    #expect(Self.station(plan, after: .seconds(60)) == nil)
  }

  @Test func afterAnyOtherTakeOverNothingIsSentOn() {
    var plan = Self.candidate()
    plan.handle(.owner(Self.address, Self.own, byHandOver: false), now: Self.start)
    #expect(Self.station(plan) == nil)
    #expect(plan.rules(at: Self.start).addresses == [Self.address])
  }

  @Test(arguments: [true, false])
  func aFormerOwnerThatDiesGetsNothingMore(afterwards: Bool) {
    var plan = Self.candidate()
    let events: [RelayPlan.Event] = [
      .owner(Self.address, Self.own, byHandOver: true), .lost([Self.other]),
    ]
    for event in afterwards ? events : events.reversed() { plan.handle(event, now: Self.start) }
    #expect(Self.station(plan) == nil)
  }

  @Test func theDeathOfAnotherOneChangesNothing() {
    var plan = Self.candidate()
    plan.handle(.owner(Self.address, Self.own, byHandOver: true), now: Self.start)
    plan.handle(.lost([Self.third]), now: Self.start)
    #expect(Self.station(plan) == Self.otherMAC)
  }

  @Test func whoGaveTheAddressAwayKeepsWhatItGetsUntilNoClientIsLeft() {
    var plan = Self.candidate()
    plan.handle(.owner(Self.address, Self.own, byHandOver: true), now: Self.start)
    plan.handle(.owner(Self.address, Self.third, byHandOver: true), now: Self.start)
    #expect(Self.station(plan) == nil)
    #expect(plan.nextDeadline == Self.start + .seconds(5))
    #expect(Self.station(plan, after: .milliseconds(4999)) == nil)
    #expect(Self.station(plan, after: .seconds(5)) == Self.thirdMAC)
  }

  @Test func anAddressThatComesBackIsRelayedToWhoHadItMeanwhile() {
    var plan = Self.candidate()
    plan.handle(.owner(Self.address, Self.own, byHandOver: true), now: Self.start)
    plan.handle(.owner(Self.address, Self.third, byHandOver: true), now: Self.start)
    plan.handle(.owner(Self.address, Self.own, byHandOver: true), now: Self.start + .seconds(6))
    #expect(Self.station(plan, after: .seconds(65)) == Self.thirdMAC)
    #expect(Self.station(plan, after: .seconds(66)) == nil)
  }

  @Test func aChangedOwnerOrMACAddressIsFollowed() {
    var plan = Self.candidate()
    plan.handle(.owner(Self.address, Self.third, byHandOver: false), now: Self.start)
    #expect(Self.station(plan) == Self.thirdMAC)
    let mac = MACAddress(rawValue: 0x0000_5E00_53FF)
    plan.handle(.heard(Self.third, from: mac, on: "eth0"), now: Self.start)
    #expect(Self.station(plan) == mac)
    plan.handle(.owner(Self.address, nil, byHandOver: false), now: Self.start)
    #expect(Self.station(plan) == nil)
  }

  @Test(
    arguments: [
      .standing(Self.address, isOurs: false), .removed(Self.address), .interfaces([:]),
      .interfaces(["eth1": MACAddress(rawValue: 0x0000_5E00_530B)]),
      .interfaces(["eth\"0": MACAddress(rawValue: 0x0000_5E00_530B)]),
    ] as [RelayPlan.Event])
  func nothingIsSentOnOfWhatIsNotOursOrWithoutAnInterface(event: RelayPlan.Event) {
    var plan = Self.candidate()
    #expect(Self.station(plan) == Self.otherMAC)
    plan.handle(event, now: Self.start)
    #expect(plan.rules(at: Self.start).stations == [:])
  }

  @Test func anOwnerThatWasNeverHeardOnTheSegmentGetsNothing() {
    var plan = Self.candidate()
    plan.handle(
      .owner(Self.address, MemberID(name: "node-4"), byHandOver: false), now: Self.start)
    #expect(Self.station(plan) == nil)
  }

  @Test func formerOwnersCanBeForgotten() {
    var plan = Self.candidate()
    plan.handle(.owner(Self.address, Self.own, byHandOver: true), now: Self.start)
    plan.forgetFormerOwners()
    #expect(Self.station(plan) == nil)
    #expect(plan.nextDeadline == nil)
  }
}
