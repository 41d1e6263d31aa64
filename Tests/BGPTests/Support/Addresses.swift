import Addresses
import BGP

/// The prefix of `text`, which a test has to spell right.
func prefix(_ text: String) -> IPPrefix {
  guard let prefix = IPPrefix(text) else { preconditionFailure("not a prefix: \(text)") }
  return prefix
}

/// `count` different /32 of 192.0.2.0/24 and what follows it.
func hosts(_ count: Int) -> [IPPrefix] {
  (0..<count).map { IPPrefix(host: .v4(IPv4Address(rawValue: 0xC000_0200 + UInt32($0)))) }
}

/// `count` different /128 of 2001:db8::/32.
func hosts6(_ count: Int) -> [IPPrefix] {
  (0..<count).map {
    IPPrefix(host: .v6(IPv6Address(high: 0x2001_0DB8_0000_0000, low: UInt64($0))))
  }
}

let ourAddress = IPv4Address(192, 0, 2, 1)
let ourIPv6Address = IPv6Address(high: 0x2001_0DB8_0000_0000, low: 1)

extension SessionEncoding {
  static func external(_ families: [AddressFamily] = [.ipv4, .ipv6]) -> SessionEncoding {
    SessionEncoding(
      localAS: 64512, isInternal: false, families: families, nextHopIPv4: ourAddress,
      nextHopIPv6: ourIPv6Address)
  }
}
