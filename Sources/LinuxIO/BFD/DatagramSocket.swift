import Addresses
import BFD
import CLinux
import Glibc
import NIOCore

/// A UDP socket of BFD.
struct DatagramSocket: Sendable {
  let descriptor: Descriptor
  let family: AddressFamily

  init(_ family: AddressFamily) throws(LinuxError) {
    self.family = family
    let type =
      CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
    descriptor = try Descriptor(
      socket(family == .ipv4 ? AF_INET : AF_INET6, type, 0), "opening a UDP socket of \(family)")
    if family == .ipv6 { try set(CInt(IPPROTO_IPV6), IPV6_V6ONLY, 1, "IPV6_V6ONLY") }
  }

  /// Sets the TTL or hop limit of what is sent.
  func set(timeToLive: CInt) throws(LinuxError) {
    switch family {
    case .ipv4: try set(CInt(IPPROTO_IP), IP_TTL, timeToLive, "IP_TTL")
    case .ipv6: try set(CInt(IPPROTO_IPV6), IPV6_UNICAST_HOPS, timeToLive, "IPV6_UNICAST_HOPS")
    }
  }

  /// Makes the kernel tell with each datagram what ``receive(into:)`` needs.
  func setArrivalOptions() throws(LinuxError) {
    switch family {
    case .ipv4:
      try set(CInt(IPPROTO_IP), IP_RECVTTL, 1, "IP_RECVTTL")
      try set(CInt(IPPROTO_IP), IP_PKTINFO, 1, "IP_PKTINFO")
    case .ipv6:
      try set(CInt(IPPROTO_IPV6), IPV6_RECVHOPLIMIT, 1, "IPV6_RECVHOPLIMIT")
      try set(CInt(IPPROTO_IPV6), IPV6_RECVPKTINFO, 1, "IPV6_RECVPKTINFO")
    }
  }

  /// Marks what is sent as network control (DSCP CS6), so that a busy link drops it last.
  func setNetworkControl() throws(LinuxError) {
    switch family {
    case .ipv4: try set(CInt(IPPROTO_IP), IP_TOS, 0xC0, "IP_TOS")
    case .ipv6: try set(CInt(IPPROTO_IPV6), IPV6_TCLASS, 0xC0, "IPV6_TCLASS")
    }
  }

  func set(_ level: CInt, _ name: CInt, _ value: CInt, _ text: String) throws(LinuxError) {
    var value = value
    let size = socklen_t(MemoryLayout<CInt>.size)
    guard setsockopt(descriptor.raw, level, name, &value, size) == 0 else {
      throw .last("setting \(text) to \(value)")
    }
  }

  /// Gives 0 or errno.
  func bind(to name: SocketName) -> CInt {
    name.withPointer { Glibc.bind(descriptor.raw, $0, $1) } == 0 ? 0 : errno
  }

  /// Sends without waiting. Gives 0 or errno.
  func send(_ bytes: UnsafeRawBufferPointer, to name: SocketName) -> CInt {
    let count = name.withPointer { pointer, length in
      sendto(
        descriptor.raw, bytes.baseAddress, bytes.count, CInt(MSG_DONTWAIT), pointer, length)
    }
    return count < 0 ? errno : 0
  }

  /// Receives without waiting. Gives the number of octets and how they came; nil when there are no
  /// more.
  func receive(
    into buffer: UnsafeMutableRawBufferPointer
  ) -> (count: Int, port: UInt16, arrival: Arrival)? {
    var about = clinux_arrival()
    while true {
      let count = clinux_receive(
        descriptor.raw, buffer.baseAddress, UInt(buffer.count), &about)
      if count == -Int(EINTR) { continue }
      guard count >= 0 else { return nil }
      return (count, about.source_port, Arrival(about))
    }
  }
}

extension Arrival {
  fileprivate init(_ about: clinux_arrival) {
    let family: AddressFamily = about.is_ipv6 == 0 ? .ipv4 : .ipv6
    func address(_ high: UInt64, _ low: UInt64) -> IPAddress {
      IPAddress(family: family, number: UInt128(high) << 64 | UInt128(low))
    }
    self.init(
      source: address(about.source_high, about.source_low),
      destination: address(about.destination_high, about.destination_low),
      interface: about.interface_index, timeToLive: about.time_to_live)
  }
}
