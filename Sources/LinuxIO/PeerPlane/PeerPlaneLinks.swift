import Addresses
import Election
import Glibc

/// The descriptors of the peer plane, and what waits for them.
struct PeerPlaneLinks: Sendable {
  /// What a tag of the queue stands for.
  enum Tag: UInt64 {
    case mailbox, frames, socketIPv4, socketIPv6, probeIPv4, probeIPv6
  }

  private(set) var queue: EventQueue
  private(set) var sockets: [AddressFamily: PeerSocket] = [:]
  private(set) var probes: [AddressFamily: HostProbe] = [:]

  /// Opens everything in the network namespace of the calling thread; without IPv6 in the kernel, of
  /// IPv4 only.
  init(
    _ settings: PeerPlane.Settings, mailbox: Mailbox<PeerPlaneCommand>,
    frames: Mailbox<HeardFrame>
  ) throws(LinuxError) {
    queue = try EventQueue(countsSuspend: true)
    try queue.add(mailbox.descriptor, tag: Tag.mailbox.rawValue)
    try queue.add(frames.descriptor, tag: Tag.frames.rawValue)
    let identifier = UInt16(truncatingIfNeeded: settings.configuration.incarnation)
    for family in AddressFamily.allCases {
      do throws(LinuxError) {
        let socket = try PeerSocket(family, port: settings.port)
        let probe = try HostProbe(family, identifier: identifier)
        try queue.add(
          socket.descriptor, tag: (family == .ipv4 ? Tag.socketIPv4 : .socketIPv6).rawValue)
        try queue.add(
          probe.descriptor, tag: (family == .ipv4 ? Tag.probeIPv4 : .probeIPv6).rawValue)
        sockets[family] = socket
        probes[family] = probe
      } catch {
        guard error.code == EAFNOSUPPORT, family == .ipv6 else { throw error }
      }
    }
  }
}
