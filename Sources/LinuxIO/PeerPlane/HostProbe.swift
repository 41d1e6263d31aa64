import Addresses
import CLinux
import Glibc
import NIOCore

/// Asks hosts for a sign of life by ICMP echo: the kernel of a host answers also while its speaker is
/// stalled.
struct HostProbe: Sendable {
  let descriptor: Descriptor
  private let family: AddressFamily
  private let identifier: UInt16

  /// Opens a raw socket in the network namespace of the calling thread; needs CAP_NET_RAW.
  init(_ family: AddressFamily, identifier: UInt16) throws(LinuxError) {
    self.family = family
    self.identifier = identifier
    let type =
      CInt(SOCK_RAW.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
    let isIPv6 = family == .ipv6
    descriptor = try Descriptor(
      socket(
        isIPv6 ? AF_INET6 : AF_INET, type,
        CInt(isIPv6 ? Int(IPPROTO_ICMPV6) : Int(IPPROTO_ICMP))),
      "opening a raw socket for ICMP", remedy: "run as root or add CAP_NET_RAW")
    let code = clinux_filter_echo_replies(descriptor.raw, isIPv6 ? 1 : 0)
    guard code == 0 else { throw LinuxError("filtering ICMP", code: code) }
  }

  /// Sends one echo request (RFC 792, RFC 4443 §4.1).
  func send(to address: IPAddress) {
    var packet = ByteBuffer()
    // The kernel fills in the checksum of ICMPv6.
    packet.writeMultipleIntegers(
      UInt8(family == .ipv6 ? 128 : 8), UInt8(0), UInt16(0), identifier, UInt16(1))
    if family == .ipv4 { packet.setInteger(Self.checksum(packet), at: 2) }
    let name = SocketName(address, port: 0)
    _ = packet.withUnsafeReadableBytes { bytes in
      name.withPointer {
        sendto(descriptor.raw, bytes.baseAddress, bytes.count, CInt(MSG_DONTWAIT), $0, $1)
      }
    }
  }

  /// The address of a host that has answered; nil when there is none more.
  func nextAnswer(into buffer: UnsafeMutableRawBufferPointer) -> IPAddress? {
    while true {
      var about = clinux_arrival()
      let count = clinux_receive(descriptor.raw, buffer.baseAddress, UInt(buffer.count), &about)
      if count == -Int(EINTR) { continue }
      guard count >= 0 else { return nil }
      let bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count])
      // A raw socket of IPv4 gets the IP header too.
      let start = family == .ipv4 ? Int((bytes.first ?? 0) & 0x0F) * 4 : 0
      guard bytes.count >= start + 8 else { continue }
      let found = UInt16(bytes[start + 4]) << 8 | UInt16(bytes[start + 5])
      guard found == identifier else { continue }
      return IPAddress(
        family: family,
        number: UInt128(about.source_high) << 64 | UInt128(about.source_low))
    }
  }

  /// The Internet checksum (RFC 1071) of an even number of octets.
  private static func checksum(_ packet: ByteBuffer) -> UInt16 {
    var sum: UInt32 = 0
    var reader = packet
    while let word = reader.readInteger(as: UInt16.self) { sum &+= UInt32(word) }
    while sum >> 16 > 0 { sum = (sum & 0xFFFF) &+ sum >> 16 }
    return ~UInt16(truncatingIfNeeded: sum)
  }
}
