public import Addresses
import CLinux
import Glibc
public import NIOCore

/// What BGP wants of a TCP socket beyond NIO's own options.
///
/// A property that is nil leaves the kernel's default. Apply them in the channel initializer: they
/// have to be set before the connection is made.
public struct TCPOptions: Hashable, Sendable {
  /// The first octet of the traffic class: DSCP and two bits of ECN (RFC 2474).
  public struct TrafficClass: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// CS6, the class of routing protocols: `0xC0`.
    public static let networkControl = TrafficClass(rawValue: 0xC0)
  }

  /// The password that protects the segments to and from one peer (TCP MD5, RFC 2385).
  public struct MD5Key: Hashable, Sendable {
    /// The most octets of UTF-8 that a password can have.
    public static let maximumLength = 80

    /// The peer's address, in the family that it is configured in.
    public var peer: IPAddress
    /// 1 to ``maximumLength`` octets of UTF-8.
    public var password: String

    /// A key for this peer.
    public init(peer: IPAddress, password: String) {
      self.peer = peer
      self.password = password
    }
  }

  /// The key of TCP-AO (RFC 5925) that protects the segments to and from one peer.
  public struct AOKey: Hashable, Sendable {
    /// How segments are signed (RFC 5926).
    public enum Algorithm: String, Hashable, Sendable {
      case hmacSHA1
      case cmacAES128
    }

    /// The peer's address, in the family that it is configured in.
    public var peer: IPAddress
    /// How segments are signed.
    public var algorithm: Algorithm
    /// The KeyID of the segments that we send.
    public var sendID: UInt8
    /// The KeyID of the segments that we receive.
    public var receiveID: UInt8
    /// The master key: 1 to 80 octets of UTF-8.
    public var password: String

    /// A key for this peer.
    public init(
      peer: IPAddress, algorithm: Algorithm, sendID: UInt8, receiveID: UInt8, password: String
    ) {
      self.peer = peer
      self.algorithm = algorithm
      self.sendID = sendID
      self.receiveID = receiveID
      self.password = password
    }
  }

  /// Sends small segments at once (TCP_NODELAY).
  public var noDelay = false
  /// The traffic class of what is sent.
  public var trafficClass: TrafficClass?
  /// The TTL or hop limit of what is sent, 1...255.
  public var timeToLive: UInt8?
  /// What arrives with a smaller TTL or hop limit is dropped (RFC 5082), 1...255.
  public var minimumTimeToLive: UInt8?
  /// The interface or VRF that the connection is bound to. Needs CAP_NET_RAW.
  public var device: String?
  /// How long sent octets may stay unacknowledged before the connection is given up; at least 1 ms.
  public var userTimeout: TimeAmount?
  /// The password for the peer. On a connecting socket set it before connecting; on a listening one
  /// before the peer connects, and apply it once for each peer. A peer with another password or none
  /// is not refused but never answered: its connection attempts time out.
  public var md5: MD5Key?
  /// The key of TCP-AO for the peer, in place of ``md5``; the same holds of it. On a socket that has
  /// one with these identifiers already, remove that first.
  public var ao: AOKey?

  /// No options.
  public init() {}

  /// Sets the options on a socket channel of NIO. Call it on the channel's event loop.
  public static func apply(
    _ options: TCPOptions, to channel: any Channel
  ) throws(TCPOptionError) {
    let socket = try SocketOptions(channel)
    if let md5 = options.md5 { try socket.set(md5) }
    if let ao = options.ao { try socket.add(ao) }
    if options.noDelay { try socket.set(.noDelay, CInt(IPPROTO_TCP), TCP_NODELAY, 1) }
    if let device = options.device { try socket.set(device: device) }
    if let value = options.trafficClass.map({ CInt($0.rawValue) }) {
      try socket.set(
        .trafficClass, v4: (CInt(IPPROTO_IP), IP_TOS), v6: (CInt(IPPROTO_IPV6), IPV6_TCLASS), value)
    }
    if let value = options.timeToLive.map(CInt.init) {
      try socket.set(
        .timeToLive, v4: (CInt(IPPROTO_IP), IP_TTL), v6: (CInt(IPPROTO_IPV6), IPV6_UNICAST_HOPS),
        value)
    }
    if let value = options.minimumTimeToLive.map(CInt.init) {
      try socket.set(
        .minimumTimeToLive, v4: (CInt(IPPROTO_IP), IP_MINTTL),
        v6: (CInt(IPPROTO_IPV6), IPV6_MINHOPCOUNT), value)
    }
    if let timeout = options.userTimeout {
      let milliseconds = CInt(clamping: max(1, timeout.nanoseconds / 1_000_000))
      try socket.set(.userTimeout, CInt(IPPROTO_TCP), TCP_USER_TIMEOUT, milliseconds)
    }
  }
  /// Takes the passwords and keys of `options` away from a socket, such as a listening one whose peer
  /// is gone. Connections that were accepted before keep them.
  public static func removeKeys(
    of options: TCPOptions, from channel: any Channel
  ) throws(TCPOptionError) {
    let socket = try SocketOptions(channel)
    if let md5 = options.md5 { try socket.removeMD5Key(of: md5.peer) }
    if let ao = options.ao { try socket.remove(ao) }
  }
}
