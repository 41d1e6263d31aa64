import Addresses
import CLinux
import Glibc

/// The keys that protect segments, in the form that the kernel takes.
extension SocketOptions {
  /// Sets the MD5 password for a peer, in place of the one before.
  func set(_ key: TCPOptions.MD5Key) throws(TCPOptionError) {
    let octets = Array(key.password.utf8)
    guard (1...TCPOptions.MD5Key.maximumLength).contains(octets.count) else {
      throw .passwordLength(octets.count)
    }
    try set(octets, for: key.peer)
  }

  /// Removes the MD5 password for a peer; none is as good.
  func removeMD5Key(of peer: IPAddress) throws(TCPOptionError) {
    do throws(TCPOptionError) {
      try set([], for: peer)
    } catch {
      guard case .refused(_, let cause) = error, cause.code == ENOENT else { throw error }
    }
  }

  private func set(_ password: [UInt8], for peer: IPAddress) throws(TCPOptionError) {
    let value = try clinux_tcp_md5sig(password, for: peer, onIPv6: isIPv6)
    try set(
      .md5, level: CInt(IPPROTO_TCP), name: TCP_MD5SIG, value: KernelValue(value),
      "\(password.isEmpty ? "removing" : "setting") the TCP MD5 password for \(peer)",
      remedy: MD5Support.remedies)
  }

  /// Adds a key of TCP-AO for a peer. A key of the same identifiers is left as it is: a connection
  /// that was accepted has it from the listening socket.
  func add(_ key: TCPOptions.AOKey) throws(TCPOptionError) {
    let value = try clinux_tcp_ao_add(key, onIPv6: isIPv6)
    do throws(TCPOptionError) {
      try set(
        .ao, level: CInt(IPPROTO_TCP), name: CInt(clinux_tcp_ao_add_key),
        value: KernelValue(value), AOSupport.operation(key.peer), remedy: AOSupport.remedies)
    } catch {
      guard case .refused(_, let cause) = error, cause.code == EEXIST else { throw error }
    }
  }

  /// Removes a key of TCP-AO; none is as good.
  func remove(_ key: TCPOptions.AOKey) throws(TCPOptionError) {
    var value = clinux_tcp_ao_del()
    value.send_id = key.sendID
    value.receive_id = key.receiveID
    let name = try KeyAddress(of: key.peer, onIPv6: isIPv6)
    value.prefix_length = name.prefixLength
    withUnsafeMutableBytes(of: &value.address) { name.write(to: $0) }
    do throws(TCPOptionError) {
      try set(
        .ao, level: CInt(IPPROTO_TCP), name: CInt(clinux_tcp_ao_delete_key),
        value: KernelValue(value), "removing the TCP-AO key for \(key.peer)")
    } catch {
      guard case .refused(_, let cause) = error, cause.code == ENOENT else { throw error }
    }
  }
}

/// Whether the kernel has TCP MD5 (RFC 2385).
public enum MD5Support {
  static let remedies: [CInt: String] = [
    ENOPROTOOPT: "the kernel is built without CONFIG_TCP_MD5SIG"
  ]

  /// Tries `key` on a socket that is not used for anything; throws what a connection would.
  public static func check(_ key: TCPOptions.MD5Key) throws(TCPOptionError) {
    let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
    let descriptor: Descriptor
    do throws(LinuxError) {
      descriptor = try Descriptor(
        socket(key.peer.family == .ipv6 ? AF_INET6 : AF_INET, type, 0), "opening a TCP socket")
    } catch {
      throw .refused(.md5, error)
    }
    try set(key, on: descriptor)
  }

  /// Sets the password on a socket of the peer's family.
  static func set(
    _ key: TCPOptions.MD5Key, on descriptor: Descriptor
  ) throws(TCPOptionError) {
    let octets = Array(key.password.utf8)
    guard (1...TCPOptions.MD5Key.maximumLength).contains(octets.count) else {
      throw .passwordLength(octets.count)
    }
    var value = try clinux_tcp_md5sig(octets, for: key.peer, onIPv6: key.peer.family == .ipv6)
    let size = socklen_t(MemoryLayout<clinux_tcp_md5sig>.size)
    guard setsockopt(descriptor.raw, CInt(IPPROTO_TCP), TCP_MD5SIG, &value, size) == 0 else {
      throw .refused(
        .md5, .last("setting the TCP MD5 password for \(key.peer)", remedy: remedies[errno]))
    }
  }
}

extension clinux_tcp_md5sig {
  fileprivate init(
    _ password: [UInt8], for peer: IPAddress, onIPv6 isIPv6: Bool
  ) throws(TCPOptionError) {
    self.init()
    key_length = UInt16(password.count)
    withUnsafeMutableBytes(of: &key) { $0.copyBytes(from: password) }
    let name = try KeyAddress(of: peer, onIPv6: isIPv6)
    withUnsafeMutableBytes(of: &address) { name.write(to: $0) }
  }
}

/// Whether the kernel has TCP-AO (RFC 5925), which came with Linux 6.7.
public enum AOSupport {
  static let remedies: [CInt: String] = [
    ENOPROTOOPT: "TCP-AO needs Linux 6.7 or newer, built with CONFIG_TCP_AO; "
      + "use another kernel, or a password without the annotation bellman.dev/tcp-ao"
  ]

  static func operation(_ peer: IPAddress) -> String { "setting the TCP-AO key for \(peer)" }

  /// Tries `key` on a socket that is not used for anything; throws what a connection would.
  public static func check(_ key: TCPOptions.AOKey) throws(TCPOptionError) {
    let isIPv6 = key.peer.family == .ipv6
    var value = try clinux_tcp_ao_add(key, onIPv6: isIPv6)
    let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
    let descriptor: Descriptor
    do throws(LinuxError) {
      descriptor = try Descriptor(
        socket(isIPv6 ? AF_INET6 : AF_INET, type, 0), "opening a TCP socket")
    } catch {
      throw .refused(.ao, error)
    }
    let size = socklen_t(MemoryLayout<clinux_tcp_ao_add>.size)
    let name = CInt(clinux_tcp_ao_add_key)
    guard setsockopt(descriptor.raw, CInt(IPPROTO_TCP), name, &value, size) == 0 else {
      throw .refused(.ao, .last(operation(key.peer), remedy: remedies[errno]))
    }
  }
}

extension clinux_tcp_ao_add {
  fileprivate init(_ key: TCPOptions.AOKey, onIPv6 isIPv6: Bool) throws(TCPOptionError) {
    let octets = Array(key.password.utf8)
    guard (1...TCPOptions.MD5Key.maximumLength).contains(octets.count) else {
      throw .passwordLength(octets.count)
    }
    self.init()
    let name = try KeyAddress(of: key.peer, onIPv6: isIPv6)
    withUnsafeMutableBytes(of: &address) { name.write(to: $0) }
    withUnsafeMutableBytes(of: &algorithm) {
      $0.copyBytes(from: Array(key.algorithm.kernelName.utf8))
    }
    withUnsafeMutableBytes(of: &self.key) { $0.copyBytes(from: octets) }
    prefix_length = name.prefixLength
    send_id = key.sendID
    receive_id = key.receiveID
    // 96 bits (RFC 5926 §3.2).
    mac_length = 12
    key_length = UInt8(octets.count)
  }
}

extension TCPOptions.AOKey.Algorithm {
  fileprivate var kernelName: String {
    switch self {
    case .hmacSHA1: "hmac(sha1)"
    case .cmacAES128: "cmac(aes128)"
    }
  }
}

/// The address of a peer as a socket of one family knows it.
private struct KeyAddress {
  let address: IPAddress
  /// The length of a prefix that is this address alone.
  let prefixLength: UInt8

  /// On a socket of IPv6 the kernel wants the key of an IPv4 peer under its mapped address.
  init(of peer: IPAddress, onIPv6 isIPv6: Bool) throws(TCPOptionError) {
    switch (peer, isIPv6) {
    case (.v4(let peer), true):
      address = .v6(IPv6Address(high: 0, low: 0xFFFF_0000_0000 | UInt64(peer.rawValue)))
      prefixLength = 32
    case (.v4, false):
      address = peer
      prefixLength = 32
    case (.v6, true):
      address = peer
      prefixLength = 128
    case (.v6(let peer), false):
      guard peer.high == 0, peer.low >> 32 == 0xFFFF else { throw .familyMismatch }
      address = .v4(IPv4Address(rawValue: UInt32(truncatingIfNeeded: peer.low)))
      prefixLength = 32
    }
  }

  func write(to bytes: UnsafeMutableRawBufferPointer) {
    SocketName(address, port: 0).withPointer { name, length in
      bytes.copyMemory(from: UnsafeRawBufferPointer(start: name, count: Int(length)))
    }
  }
}

/// What the kernel is handed with a key. NIO wants the value of an option sendable, as it is set on the
/// thread of the channel. `@unchecked Sendable`: Swift does not look into structs of C; these hold octets
/// and no pointer, and nothing changes them once they are here.
private struct KernelValue<Value>: @unchecked Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
}
