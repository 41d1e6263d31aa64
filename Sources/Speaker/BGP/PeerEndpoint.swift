import Addresses
import NIOCore

/// Where a neighbour is and how its TCP connection is made.
struct PeerEndpoint: Hashable {
  /// The neighbour's address.
  var address: IPAddress
  /// The neighbour's TCP port.
  var port: UInt16 = 179
  /// The local address to connect from; nil lets the kernel choose.
  var source: IPAddress?
  /// The TCP MD5 password (RFC 2385), at most 80 octets.
  var password: String?
  /// The TTL of what we send: 1 keeps an eBGP session to its link, nil is the kernel's default.
  var timeToLive: UInt8?

  /// The socket address of the neighbour.
  func remoteAddress() throws -> SocketAddress {
    try SocketAddress(ipAddress: address.description, port: Int(port))
  }

  /// The socket address to connect from, with a port of the kernel's choice.
  func sourceAddress() throws -> SocketAddress? {
    try source.map { try SocketAddress(ipAddress: $0.description, port: 0) }
  }
}

extension SocketAddress {
  /// The IP address in it, if it is one. An IPv4-mapped IPv6 address counts as IPv4.
  var address: IPAddress? { ipAddress.flatMap { IPAddress($0) } }
}
