import Addresses
import Resources
import Testing

@testable import Speaker

@Suite struct AnnouncementLedgerTests {
  private let web = ObjectName(namespace: "shop", name: "web")
  private let api = ObjectName(namespace: "shop", name: "api")
  private let v4 = IPAddress.v4(IPv4Address(192, 0, 2, 1))
  private let v6 = IPAddress.v6(IPv6Address(high: 0x2001_0DB8_0000_0000, low: 1))

  @Test func aServiceIsTheSumOfItsAddresses() {
    var ledger = AnnouncementLedger()
    let first = ledger.take([
      AddressAnnouncement(
        address: v4, services: [web], interfaces: ["eth1", "eth0"], peers: ["b"]),
      AddressAnnouncement(address: v6, services: [web], peers: ["a", "b"]),
    ])
    let sum = ServiceAnnouncement(interfaces: ["eth0", "eth1"], peers: ["a", "b"])
    #expect(first == [.init(service: web, old: ServiceAnnouncement(), new: sum)])
    #expect(
      ledger.take([AddressAnnouncement(address: v6, services: [web], peers: ["a", "b"])]) == [])
    let second = ledger.take([AddressAnnouncement(address: v4, services: [web], peers: ["b"])])
    #expect(second.map(\.new) == [ServiceAnnouncement(interfaces: nil, peers: ["a", "b"])])
    let last = ledger.take([
      AddressAnnouncement(address: v4), AddressAnnouncement(address: v6),
    ])
    #expect(last.map(\.new) == [ServiceAnnouncement()] && ledger.announced.isEmpty)
  }

  @Test func anAddressThatMovesToAnotherServiceTellsOfBoth() {
    var ledger = AnnouncementLedger()
    _ = ledger.take([AddressAnnouncement(address: v4, services: [web], interfaces: ["eth0"])])
    let changes = ledger.take([
      AddressAnnouncement(address: v4, services: [api], interfaces: ["eth0"])
    ])
    #expect(changes.map(\.service) == [api, web])
    #expect(changes.map(\.new.interfaces) == [["eth0"], nil])
  }

  @Test func aServiceThatIsNotAnnouncedIsNoChange() {
    var ledger = AnnouncementLedger()
    #expect(ledger.take([AddressAnnouncement(address: v4, services: [web])]) == [])
    #expect(ledger.take([AddressAnnouncement(address: v4)]) == [])
  }
}
