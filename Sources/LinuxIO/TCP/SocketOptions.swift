import Addresses
import CLinux
import Glibc
import NIOCore

/// Sets options on the socket of a channel, on its event loop.
struct SocketOptions {
  private let socket: any SocketOptionProvider
  /// Whether the socket is of IPv6; it may carry IPv4 all the same.
  let isIPv6: Bool

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

  func set<Value: Sendable>(
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
