import Addresses
import LinuxIO
import NIOCore

/// Where a neighbour is and how TCP connections with it are made, whoever opens them.
struct PeerEndpoint: Hashable {
  /// What proves that segments are the neighbour's.
  enum Authentication: Hashable {
    /// TCP MD5 (RFC 2385) with a password of at most 80 octets.
    case md5(password: String)
    /// TCP-AO (RFC 5925) with a master key of at most 80 octets.
    case ao(TCPOptions.AOKey.Algorithm, sendID: UInt8, receiveID: UInt8, password: String)
  }

  /// The interface that a link-local address is on.
  struct Scope: Hashable {
    var name: String
    var index: Int
  }

  /// The neighbour's address.
  var address: IPAddress
  /// The interface that ``address`` is on, if it is link-local.
  var scope: Scope?
  /// The neighbour's TCP port.
  var port: UInt16 = 179
  /// The local address to connect from; nil lets the kernel choose.
  var source: IPAddress?
  /// What protects the segments; nil for nothing.
  var authentication: Authentication?
  /// The TTL of what we send: 1 keeps an eBGP session to its link, nil is the kernel's default.
  var timeToLive: UInt8?
  /// What arrives with a smaller TTL is dropped (RFC 5082).
  var minimumTimeToLive: UInt8?
  /// The interface or VRF that connections are bound to.
  var device: String?

  /// What sockets of this neighbour have.
  var options: TCPOptions {
    var options = keys
    options.noDelay = true
    options.trafficClass = .networkControl
    options.timeToLive = timeToLive
    options.minimumTimeToLive = minimumTimeToLive
    options.device = device
    return options
  }

  /// The password or key alone, as a listening socket needs it.
  var keys: TCPOptions {
    var options = TCPOptions()
    switch authentication {
    case .md5(let password): options.md5 = .init(peer: address, password: password)
    case .ao(let algorithm, let sendID, let receiveID, let password):
      options.ao = .init(
        peer: address, algorithm: algorithm, sendID: sendID, receiveID: receiveID,
        password: password)
    case nil: break
    }
    return options
  }

  /// The socket address of the neighbour.
  func remoteAddress() throws -> SocketAddress { try socketAddress(address, port: port) }

  /// The socket address to connect from, with a port of the kernel's choice.
  func sourceAddress() throws -> SocketAddress? {
    try source.map { try socketAddress($0, port: 0) }
  }

  /// Whether a connection from `remote` may be this neighbour's.
  func admits(_ remote: SocketAddress, local: SocketAddress?) -> Bool {
    remote.address == address && (scope == nil || remote.interfaceIndex == scope?.index)
      && (source == nil || local?.address == source)
  }

  private func socketAddress(_ address: IPAddress, port: UInt16) throws -> SocketAddress {
    if let scope, case .v6(let linkLocal) = address, linkLocal.isLinkLocal {
      return SocketAddress(linkLocal, port: port, interface: scope.name, index: scope.index)
    }
    return try SocketAddress(ipAddress: address.description, port: Int(port))
  }
}

extension PeerEndpoint: CustomStringConvertible {
  var description: String { scope.map { "\(address)%\($0.name)" } ?? "\(address)" }
}

extension IPAddress {
  /// Whether this is an IPv6 address of `fe80::/10`, which says nothing without an interface.
  var isLinkLocal: Bool {
    if case .v6(let address) = self { address.isLinkLocal } else { false }
  }
}

extension SocketAddress {
  /// The IP address in it, if it is one. An IPv4-mapped IPv6 address counts as IPv4.
  var address: IPAddress? {
    guard let address = ipAddress.flatMap({ IPAddress($0) }) else { return nil }
    guard case .v6(let mapped) = address, mapped.high == 0, mapped.low >> 32 == 0xFFFF else {
      return address
    }
    return IPAddress(family: .ipv4, number: UInt128(mapped.low & 0xFFFF_FFFF))
  }
}
