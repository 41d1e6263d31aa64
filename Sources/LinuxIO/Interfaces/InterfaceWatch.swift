import CLinux

/// Tells when the interfaces of this host, or the addresses on them, change.
///
/// The kernel's notices are read on a thread that sleeps while there are none. What changed is not
/// told: read ``NetworkInterfaces/list()`` anew.
public final class InterfaceWatch: Sendable {
  /// One element for each change, or for several that came before the last was taken. For one reader.
  public let changes: AsyncStream<Void>

  private let wakeUp: WakeUp
  private let thread: IOThread

  /// Watches the network namespace of the calling thread.
  public init() throws(LinuxError) {
    let groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR
    let netlink = try NetlinkSocket(groups: UInt32(groups))
    let wakeUp = try WakeUp()
    let (changes, continuation) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
    self.wakeUp = wakeUp
    self.changes = changes
    thread = try IOThread(name: "interfaces") {
      while wakeUp.wait(for: netlink.descriptor) == .readable {
        if netlink.drain() { continuation.yield() }
      }
      continuation.finish()
    }
  }

  deinit { close() }

  /// Ends ``changes`` and the thread.
  public func close() {
    wakeUp.signal()
    thread.join()
  }
}
