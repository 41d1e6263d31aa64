import CLinux
import Synchronization

/// Tells when the interfaces of this host, or the addresses on them, change.
///
/// The kernel's notices are read on a thread that sleeps while there are none. What changed is not
/// told: read ``NetworkInterfaces/list()`` anew, and ``takeMoved()``.
public final class InterfaceWatch: Sendable {
  /// One element for each change, or for several that came before the last was taken. For one reader.
  public let changes: AsyncStream<Void>

  private let wakeUp: WakeUp
  private let thread: IOThread
  private let moved: MovedInterfaces

  private final class MovedInterfaces: Sendable {
    let indices = Mutex<Set<Int>>([])
  }

  /// Watches the network namespace of the calling thread.
  public init() throws(LinuxError) {
    let groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR
    let netlink = try NetlinkSocket(groups: UInt32(groups))
    let wakeUp = try WakeUp()
    let moved = MovedInterfaces()
    let (changes, continuation) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
    self.wakeUp = wakeUp
    self.changes = changes
    self.moved = moved
    thread = try IOThread(name: "interfaces") {
      while wakeUp.wait(for: netlink.descriptor) == .readable {
        let hadSome = netlink.drain { type, body in
          guard Int(type) == Int(RTM_NEWLINK), let index = MoveNotice.interface(in: body) else {
            return
          }
          moved.indices.withLock { _ = $0.insert(index) }
        }
        if hadSome { continuation.yield() }
      }
      continuation.finish()
    }
  }

  deinit { close() }

  /// The indices of the interfaces that came to another port of the network since the last call, as the
  /// kernel says it: a bond that failed over, a virtual machine that was moved. The neighbours should be
  /// told anew where our addresses are.
  public func takeMoved() -> Set<Int> {
    moved.indices.withLock { indices in
      defer { indices = [] }
      return indices
    }
  }

  /// Ends ``changes`` and the thread.
  public func close() {
    wakeUp.signal()
    thread.join()
  }
}

/// The kernel's wish that neighbours be told where an interface is: NETDEV_BONDING_FAILOVER and
/// NETDEV_NOTIFY_PEERS, which come as an attribute of RTM_NEWLINK.
package enum MoveNotice {
  /// The index of the interface in the body of an RTM_NEWLINK message that says so; nil for other
  /// messages.
  package static func interface(in message: RawSpan) -> Int? {
    guard message.byteCount >= MemoryLayout<ifinfomsg>.size else { return nil }
    var isMove = false
    NetlinkMessages.forEachAttribute(of: message, from: MemoryLayout<ifinfomsg>.size) {
      type, value in
      guard type == Int(IFLA_EVENT), value.byteCount == 4 else { return }
      let event = Int(value.unsafeLoadUnaligned(as: UInt32.self))
      isMove = event == Int(IFLA_EVENT_BONDING_FAILOVER) || event == Int(IFLA_EVENT_NOTIFY_PEERS)
    }
    return isMove ? Int(message.unsafeLoadUnaligned(as: ifinfomsg.self).ifi_index) : nil
  }
}
