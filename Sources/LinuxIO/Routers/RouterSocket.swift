public import Addresses
import CLinux
import Glibc
public import LinkLayer
public import NIOCore
import Synchronization

/// Sends and receives Router Advertisements and Solicitations on one interface.
///
/// A thread waits for messages and hands the good ones to an event loop, at most ``backlog`` at a time:
/// a flood on the link costs that loop nothing more. Needs CAP_NET_RAW.
public final class RouterSocket: Sendable {
  /// How many messages may wait for the event loop; what comes on top is dropped.
  public static let backlog = 32

  private let interface: NetworkInterface
  private let descriptor: Descriptor
  private let wakeUp: WakeUp
  private let thread: IOThread

  private static let allRouters = IPv6Address(high: 0xFF02_0000_0000_0000, low: 2)
  private static let allNodes = IPv6Address(high: 0xFF02_0000_0000_0000, low: 1)

  /// Opens the socket in the network namespace of the calling thread; `onMessage` is called on
  /// `eventLoop`, also for a moment after ``close()``.
  public init(
    interface: NetworkInterface, eventLoop: any EventLoop,
    onMessage: @escaping @Sendable (RouterMessage, IPv6Address) -> Void
  ) throws(LinuxError) {
    self.interface = interface
    let type = CInt(SOCK_RAW.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
    let descriptor = try Descriptor(
      socket(AF_INET6, type, CInt(IPPROTO_ICMPV6)),
      "opening an ICMPv6 socket for Router Advertisements on \(interface.name)",
      remedy: "run as root or add CAP_NET_RAW; is IPv6 disabled on this host?")
    self.descriptor = descriptor
    try Self.configure(descriptor, interface)
    let wakeUp = try WakeUp()
    self.wakeUp = wakeUp
    let waiting = Waiting()
    thread = try IOThread(name: "routers") {
      while wakeUp.wait(for: descriptor) == .readable {
        guard let (message, source) = Self.receive(from: descriptor), waiting.enter() else {
          continue
        }
        eventLoop.execute {
          waiting.leave()
          onMessage(message, source)
        }
      }
    }
  }

  deinit { close() }

  /// Ends the thread and waits for that.
  public func close() {
    wakeUp.signal()
    thread.join()
  }

  /// Sends a message to all nodes or all routers of the link, with a hop limit of 255. It fails while
  /// the interface has no link-local address, or is down.
  public func send(_ message: RouterMessage) throws(LinuxError) {
    var buffer = ByteBuffer()
    message.write(into: &buffer)
    let group: IPv6Address
    let what: String
    switch message {
    case .advertisement: (group, what) = (Self.allNodes, "Advertisement")
    case .solicitation: (group, what) = (Self.allRouters, "Solicitation")
    }
    var name = sockaddr_in6()
    name.sin6_family = sa_family_t(AF_INET6)
    name.sin6_addr = in6_addr(group)
    name.sin6_scope_id = UInt32(clamping: interface.index)
    let size = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let count = buffer.withUnsafeReadableBytes { bytes in
      withUnsafePointer(to: &name) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          sendto(descriptor.raw, bytes.baseAddress, bytes.count, CInt(MSG_DONTWAIT), $0, size)
        }
      }
    }
    guard count >= 0 else { throw .last("sending a Router \(what) on \(interface.name)") }
  }

  private static func receive(from descriptor: Descriptor) -> (RouterMessage, IPv6Address)? {
    withUnsafeTemporaryAllocation(byteCount: 2048, alignment: 8) { buffer in
      var about = clinux_arrival()
      let count = clinux_receive(descriptor.raw, buffer.baseAddress, UInt(buffer.count), &about)
      guard count > 0 else { return nil }
      let source = IPv6Address(high: about.source_high, low: about.source_low)
      let bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count])
      let message = try? RouterMessage(
        parsing: bytes.bytes, source: source, hopLimit: about.time_to_live)
      return message.map { ($0, source) }
    }
  }

  private static func configure(
    _ descriptor: Descriptor, _ interface: NetworkInterface
  ) throws(LinuxError) {
    let index = CInt(clamping: interface.index)
    // Blocked are all types but these two (RFC 3542 §3.2).
    var filter: (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32) = (
      .max, .max, .max, .max,
      ~(1 << UInt32(RouterMessage.solicitationType - 128)
        | 1 << UInt32(RouterMessage.advertisementType - 128)),
      .max, .max, .max
    )
    let icmpFilter: CInt = 1
    try set(descriptor, interface, CInt(IPPROTO_ICMPV6), icmpFilter, &filter)
    for (level, name, value) in [
      (SOL_SOCKET, SO_BINDTOIFINDEX, index),
      (CInt(IPPROTO_IPV6), IPV6_MULTICAST_IF, index),
      (CInt(IPPROTO_IPV6), IPV6_MULTICAST_HOPS, 255),
      (CInt(IPPROTO_IPV6), IPV6_MULTICAST_LOOP, 0),
      (CInt(IPPROTO_IPV6), IPV6_RECVHOPLIMIT, 1),
      (CInt(IPPROTO_IPV6), IPV6_RECVPKTINFO, 1),
    ] {
      var value = value
      try set(descriptor, interface, level, name, &value)
    }
    var membership = ipv6_mreq()
    membership.ipv6mr_multiaddr = in6_addr(allRouters)
    membership.ipv6mr_interface = UInt32(clamping: interface.index)
    try set(descriptor, interface, CInt(IPPROTO_IPV6), IPV6_JOIN_GROUP, &membership)
  }

  private static func set<Value>(
    _ descriptor: Descriptor, _ interface: NetworkInterface, _ level: CInt, _ name: CInt,
    _ value: inout Value
  ) throws(LinuxError) {
    let size = socklen_t(MemoryLayout<Value>.size)
    let status = withUnsafeMutablePointer(to: &value) {
      setsockopt(descriptor.raw, level, name, $0, size)
    }
    guard status == 0 else {
      throw .last(
        "preparing the ICMPv6 socket on \(interface.name)",
        remedy: "is IPv6 disabled on it (net.ipv6.conf.\(interface.name).disable_ipv6)?")
    }
  }

  /// Counts the messages that wait for the event loop.
  private final class Waiting: Sendable {
    private let count = Atomic<Int>(0)

    func enter() -> Bool {
      if count.add(1, ordering: .relaxed).newValue <= RouterSocket.backlog { return true }
      leave()
      return false
    }

    func leave() { count.subtract(1, ordering: .relaxed) }
  }
}
