import Addresses
import LinkLayer
import NIOCore
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

  @Test("a right belongs to an address that is owned, and goes with it")
  func rights() {
    var owned = OwnedAddresses([ip("192.0.2.1"), ip("2001:db8::1")])
    let end = NIODeadline.uptimeNanoseconds(5)
    #expect(owned.right(to: ip("192.0.2.1")) == .unlimited)
    for address in [ip("192.0.2.1"), ip("2001:db8::1")] {
      let isSet = owned.setRight(.until(end), to: address)
      #expect(isSet)
      #expect(owned.right(to: address) == .until(end))
      let isNew = owned.insert(address)
      #expect(!isNew && owned.right(to: address) == .until(end))
      owned.remove(address)
      owned.insert(address)
      #expect(owned.right(to: address) == .unlimited)
    }
    let isSet = owned.setRight(.yielded, to: ip("192.0.2.7"))
    #expect(!isSet && owned.right(to: ip("192.0.2.7")) == nil)
  }
}
