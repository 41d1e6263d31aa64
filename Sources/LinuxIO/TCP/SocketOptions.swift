import Addresses
import CLinux
import Glibc
import NIOCore

/// Sets options on the socket of a channel, on its event loop.
struct SocketOptions {
  private let socket: any SocketOptionProvider
  private let isIPv6: Bool

  init(_ channel: any Channel) throws(TCPOptionError) {
    channel.eventLoop.preconditionInEventLoop()
    guard let socket = channel as? any SocketOptionProvider else { throw .notASocket }
    self.socket = socket
    let domain: EventLoopFuture<CInt> = socket.unsafeGetSocketOption(
      level: .socket, name: .init(rawValue: SO_DOMAIN))
    switch Self.outcome(of: domain) {
    case .success(AF_INET): isIPv6 = false
    case .success(AF_INET6): isIPv6 = true
    default: throw .notASocket
    }
  }

  func set(
    _ option: TCPOptionError.Option, _ level: CInt, _ name: CInt, _ value: CInt
  ) throws(TCPOptionError) {
    try set(
      option, level: level, name: name, value: value, "setting \(option.rawValue) to \(value)")
  }

  /// Sets the option of the socket's family. A socket of IPv6 that carries IPv4 obeys the option of
  /// IPv4, so it gets both; only the first may not fail.
  func set(
    _ option: TCPOptionError.Option, v4: (level: CInt, name: CInt), v6: (level: CInt, name: CInt),
    _ value: CInt
  ) throws(TCPOptionError) {
    guard isIPv6 else { return try set(option, v4.level, v4.name, value) }
    try set(option, v6.level, v6.name, value)
    try? set(option, v4.level, v4.name, value)
  }

  func set(device: String) throws(TCPOptionError) {
    let octets = Array(device.utf8)
    guard (1...15).contains(octets.count), !octets.contains(0) else { throw .deviceName(device) }
    var name: (UInt64, UInt64) = (0, 0)
    withUnsafeMutableBytes(of: &name) { $0.copyBytes(from: octets) }
    try set(
      .device, level: SOL_SOCKET, name: SO_BINDTODEVICE, value: DeviceName(octets: name),
      "binding to the device \(device)",
      remedy: [
        EPERM: "run as root or add CAP_NET_RAW", ENODEV: "there is no such interface",
      ])
  }

  func set(_ key: TCPOptions.MD5Key) throws(TCPOptionError) {
    let octets = Array(key.password.utf8)
    guard (1...TCPOptions.MD5Key.maximumLength).contains(octets.count) else {
      throw .passwordLength(octets.count)
    }
    var value = clinux_tcp_md5sig()
    value.key_length = UInt16(octets.count)
    withUnsafeMutableBytes(of: &value.key) { $0.copyBytes(from: octets) }
    let address = try keyAddress(of: key.peer)
    withUnsafeMutableBytes(of: &value.address) { bytes in
      switch address {
      case .v4(let address):
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = address.rawValue.bigEndian
        bytes.storeBytes(of: name, as: sockaddr_in.self)
      case .v6(let address):
        var name = sockaddr_in6()
        name.sin6_family = sa_family_t(AF_INET6)
        name.sin6_addr = in6_addr(address)
        bytes.storeBytes(of: name, as: sockaddr_in6.self)
      }
    }
    try set(
      .md5, level: CInt(IPPROTO_TCP), name: TCP_MD5SIG, value: MD5Value(value: value),
      "setting the TCP MD5 password for \(key.peer)",
      remedy: [ENOPROTOOPT: "the kernel is built without CONFIG_TCP_MD5SIG"])
  }

  /// On a socket of IPv6 the kernel wants the key of an IPv4 peer under its mapped address.
  private func keyAddress(of peer: IPAddress) throws(TCPOptionError) -> IPAddress {
    switch (peer, isIPv6) {
    case (.v4(let address), true):
      return .v6(IPv6Address(high: 0, low: 0xFFFF_0000_0000 | UInt64(address.rawValue)))
    case (.v6(let address), false):
      guard address.high == 0, address.low >> 32 == 0xFFFF else { throw .familyMismatch }
      return .v4(IPv4Address(rawValue: UInt32(truncatingIfNeeded: address.low)))
    default: return peer
    }
  }

  private func set<Value: Sendable>(
    _ option: TCPOptionError.Option, level: CInt, name: CInt, value: Value, _ operation: String,
    remedy: [CInt: String] = [:]
  ) throws(TCPOptionError) {
    let future = socket.unsafeSetSocketOption(
      level: .init(rawValue: level), name: .init(rawValue: name), value: value)
    switch Self.outcome(of: future) {
    case .success: return
    case .failure(let error):
      let code = (error as? IOError)?.errnoCode ?? EINVAL
      throw .refused(option, LinuxError(operation, code: code, remedy: remedy[code]))
    case nil: throw .notASocket
    }
  }

  /// What the future holds already: on its event loop NIO completes these at once.
  private static func outcome<Value>(
    of future: EventLoopFuture<Value>
  ) -> Result<Value, any Error>? {
    var outcome: Result<Value, any Error>?
    future.assumeIsolated().whenComplete { outcome = $0 }
    return outcome
  }
}

/// A name of an interface as the kernel takes it, padded with zeros.
private struct DeviceName: Sendable {
  let octets: (UInt64, UInt64)
}

/// `@unchecked Sendable`: the struct of C is a plain value.
private struct MD5Value: @unchecked Sendable {
  let value: clinux_tcp_md5sig
}
