import Addresses
import LinkLayer
import Testing

@Suite("owned addresses")
struct OwnedAddressesTests {
  @Test("holds both families apart, in order")
  func contents() {
    var owned = OwnedAddresses(
      [ip("2001:db8::2"), ip("192.0.2.9"), ip("192.0.2.1"), ip("192.0.2.9")])
    #expect(owned.count == 3)
    #expect(owned.sorted == [ip("192.0.2.1"), ip("192.0.2.9"), ip("2001:db8::2")])
    #expect(owned.contains(v4("192.0.2.1")))
    #expect(owned.contains(ip("2001:db8::2")))
    #expect(!owned.contains(v6("2001:db8::9")))

    let isNew = owned.insert(ip("192.0.2.1"))
    let wasThere = owned.remove(ip("192.0.2.1"))
    let wasStillThere = owned.remove(ip("192.0.2.1"))
    #expect(!isNew && wasThere && !wasStillThere)
    #expect(!owned.contains(ip("192.0.2.1")))
    #expect(!owned.isEmpty)
    #expect(OwnedAddresses().isEmpty)
  }
}
