import Addresses
import Election
import Glibc
import NIOCore

/// The UDP socket of the peer plane of one family.
struct PeerSocket: Sendable {
  private let socket: DatagramSocket
  var descriptor: Descriptor { socket.descriptor }
  var family: AddressFamily { socket.family }

  /// Opens the socket in the network namespace of the calling thread.
  init(_ family: AddressFamily, port: UInt16) throws(LinuxError) {
    socket = try DatagramSocket(family)
    try socket.setArrivalOptions()
    try socket.setNetworkControl()
    try socket.set(SOL_SOCKET, SO_TIMESTAMPNS, 1, "SO_TIMESTAMPNS")
    // A closed port proves that a process is gone; the kernel tells of it in the error queue.
    switch family {
    case .ipv4: try socket.set(CInt(IPPROTO_IP), IP_RECVERR, 1, "IP_RECVERR")
    case .ipv6: try socket.set(CInt(IPPROTO_IPV6), IPV6_RECVERR, 1, "IPV6_RECVERR")
    }
    let code = socket.bind(to: .any(family, port: port))
    guard code == 0 else {
      throw LinuxError(
        "listening on UDP port \(port) of \(family) for other speakers", code: code,
        remedy: code == EADDRINUSE
          ? "another program has the port (MetalLB's speaker uses 7946 too); end it, or choose "
            + "another one with --peer-port on all nodes" : nil)
    }
  }

  /// What ICMP says of an earlier packet, maybe to another member.
  private static let pendingErrors: Set<CInt> = [
    ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENONET, ENOPROTOOPT, EOPNOTSUPP, EPROTO,
    EACCES, EMSGSIZE,
  ]

  /// Sends without waiting; gives 0 or errno.
  func send(_ packet: ByteBuffer, to name: SocketName) -> CInt {
    packet.withUnsafeReadableBytes { bytes in
      let code = socket.send(bytes, to: name)
      // With IP_RECVERR the kernel tells the next sender of such an error, and does not send.
      return Self.pendingErrors.contains(code) ? socket.send(bytes, to: name) : code
    }
  }

  /// The next packet, where it came from, and when the kernel received it.
  func receive(
    into buffer: UnsafeMutableRawBufferPointer, now: NIODeadline
  ) -> (count: Int, source: IPAddress, receivedAt: NIODeadline)? {
    guard let (count, source, time) = socket.receiveTimed(into: buffer) else { return nil }
    return (count, source, BootClock.time(ofWallClock: time, now: now))
  }

  /// The address of a host that said that nobody listens on its port; nil when there is none more.
  func nextRefusal() -> IPAddress? {
    while let (address, code) = socket.nextError() {
      if code == ECONNREFUSED { return address }
    }
    return nil
  }
}
