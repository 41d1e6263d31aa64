import Addresses
import BFD
import Glibc
import NIOCore

/// What the packets of one session go out by: a socket with a source port of its own, the same for the
/// whole session (RFC 5881 §4).
struct BFDSender {
  /// Packets that the kernel did not take.
  private(set) var failures: UInt64 = 0
  /// The error of the last of them; stays when sending works again.
  private(set) var lastError: LinuxError?

  private let path: Path
  private let destination: SocketName
  private var socket: DatagramSocket?

  private static let sourcePorts: ClosedRange<UInt16> = 49152...65535

  init(_ path: Path) {
    self.path = path
    let service: BFDReceiver.Service = path.isMultihop ? .multihop : .singleHop
    destination = SocketName(path.remote, port: service.rawValue, interface: path.interface ?? 0)
  }

  /// Sends a packet without waiting. A socket that cannot be opened yet, because the local address or
  /// the interface is missing, is tried again with the next packet.
  mutating func send(_ packet: ByteBuffer) {
    do throws(LinuxError) {
      let socket = try opened()
      let code = packet.withUnsafeReadableBytes { socket.send($0, to: destination) }
      guard code == 0 else {
        throw LinuxError("sending a BFD packet to \(path.remote)", code: code)
      }
    } catch {
      failures &+= 1
      lastError = error
    }
  }

  private mutating func opened() throws(LinuxError) -> DatagramSocket {
    if let socket { return socket }
    let new = try DatagramSocket(path.remote.family)
    try new.set(timeToLive: 255)
    try new.setNetworkControl()
    if let interface = path.interface {
      try new.set(SOL_SOCKET, SO_BINDTOIFINDEX, CInt(clamping: interface), "SO_BINDTOIFINDEX")
    }
    // Nobody reads what comes in here.
    try new.set(SOL_SOCKET, SO_RCVBUF, 0, "SO_RCVBUF")
    let local = path.local ?? IPAddress(family: path.remote.family, number: 0)
    var code: CInt = 0
    for _ in 0..<64 {
      let port = UInt16.random(in: Self.sourcePorts)
      code = new.bind(to: SocketName(local, port: port, interface: path.interface ?? 0))
      if code != EADDRINUSE { break }
    }
    guard code == 0 else { throw LinuxError("binding a BFD socket to \(local)", code: code) }
    socket = new
    return new
  }
}
