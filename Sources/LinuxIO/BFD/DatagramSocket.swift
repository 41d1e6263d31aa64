import Addresses
import BFD
import CLinux
import Glibc
import NIOCore

/// A UDP socket of BFD or of the peer plane.
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
    receiveRaw(into: buffer).map { ($0.count, $0.about.source_port, Arrival($0.about)) }
  }

  /// As ``receive(into:)``, with the source and the time at which the kernel received it, in
  /// nanoseconds of CLOCK_REALTIME, 0 if it did not tell.
  func receiveTimed(
    into buffer: UnsafeMutableRawBufferPointer
  ) -> (count: Int, source: IPAddress, time: UInt64)? {
    receiveRaw(into: buffer).map { ($0.count, $0.about.source, $0.about.received_at) }
  }

  /// An error that a datagram has met, and where it was sent to; nil when there is none more.
  func nextError() -> (destination: IPAddress, code: CInt)? {
    var about = clinux_arrival()
    let code = clinux_receive_error(descriptor.raw, &about)
    return code == 0 ? nil : (about.source, code)
  }

  private func receiveRaw(
    into buffer: UnsafeMutableRawBufferPointer
  ) -> (count: Int, about: clinux_arrival)? {
    var about = clinux_arrival()
    while true {
      let count = clinux_receive(
        descriptor.raw, buffer.baseAddress, UInt(buffer.count), &about)
      // A refusal is the error of an earlier datagram (IP_RECVERR), and what waits is still there.
      if count == -Int(EINTR) || count == -Int(ECONNREFUSED) { continue }
      return count >= 0 ? (count, about) : nil
    }
  }
}

extension clinux_arrival {
  private var family: AddressFamily { is_ipv6 == 0 ? .ipv4 : .ipv6 }

  fileprivate var source: IPAddress {
    IPAddress(family: family, number: UInt128(source_high) << 64 | UInt128(source_low))
  }

  fileprivate var destination: IPAddress {
    IPAddress(family: family, number: UInt128(destination_high) << 64 | UInt128(destination_low))
  }
}

extension Arrival {
  fileprivate init(_ about: clinux_arrival) {
    self.init(
      source: about.source, destination: about.destination, interface: about.interface_index,
      timeToLive: about.time_to_live)
  }
}
