import Addresses
import BFD
import Glibc

/// A socket that the packets of all peers come in on.
struct BFDReceiver: Sendable {
  /// The three ports of BFD.
  enum Service: UInt16, Sendable, CaseIterable {
    /// Single-hop control packets (RFC 5881 §4).
    case singleHop = 3784
    /// Echo packets (RFC 5881 §4).
    case echo = 3785
    /// Multihop control packets (RFC 5883 §5).
    case multihop = 4784
  }

  let service: Service
  let socket: DatagramSocket

  /// Opens a socket in the network namespace of the calling thread.
  init(_ service: Service, _ family: AddressFamily) throws(LinuxError) {
    self.service = service
    socket = try DatagramSocket(family)
    try socket.setArrivalOptions()
    if service == .echo {
      // What went one hop farther than it came: the peer knows its own packets by it.
      try socket.set(timeToLive: 254)
      try socket.setNetworkControl()
    }
    let code = socket.bind(to: .any(family, port: service.rawValue))
    guard code == 0 else {
      throw LinuxError(
        "listening on UDP port \(service.rawValue) of \(family) for BFD", code: code,
        remedy: code == EADDRINUSE
          ? "another BFD speaker runs on this host; end it or do without BFD here" : nil)
    }
  }

  /// Opens the sockets of all services, of those families that the kernel has.
  static func openAll() throws(LinuxError) -> [BFDReceiver] {
    var receivers: [BFDReceiver] = []
    for family in AddressFamily.allCases {
      for service in Service.allCases {
        do throws(LinuxError) {
          receivers.append(try BFDReceiver(service, family))
        } catch {
          guard error.code == EAFNOSUPPORT, family == .ipv6 else { throw error }
        }
      }
    }
    return receivers
  }
}
