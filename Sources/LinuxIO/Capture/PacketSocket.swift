import CLinux
import Glibc
public import LinkLayer
public import NIOCore
import Synchronization

/// Captures and sends Ethernet frames on one interface, on a thread of its own.
///
/// Needs CAP_NET_RAW. Not promiscuous: it sees what the interface takes in, and never what this host
/// sends. It survives that the interface goes down and up again, and ends when it is removed.
public final class PacketSocket: Sendable {
  /// Gets each frame that passes the filter, on the capture thread; the bytes are valid during the
  /// call. The frame that it returns is sent at once on the same interface, without a lock.
  public typealias Handler = @Sendable (RawSpan) -> ByteBuffer?

  /// As ``Handler``, with the time at which the kernel received the frame, in nanoseconds of the wall
  /// clock since 1970.
  public typealias TimedHandler = @Sendable (RawSpan, _ capturedAt: UInt64) -> ByteBuffer?

  /// What was counted since the socket was opened.
  public struct Statistics: Hashable, Sendable {
    /// Frames that passed the filter.
    public var received: UInt64 = 0
    /// Frames that passed the filter and were lost because the capture thread was too slow.
    public var droppedByKernel: UInt64 = 0
    /// Frames, of the handler or of ``PacketSocket/send(_:)``, that the kernel refused to send.
    public var sendFailures: UInt64 = 0
  }

  /// The filter for what an announcer of addresses has to look at, whatever addresses it has: ARP,
  /// Neighbor Solicitations and Neighbor Advertisements. All else does not wake the capture thread.
  /// ``attach(_:)`` narrows it to some addresses.
  public static let neighborFilter =
    "arp or (ip6[6] = 58 and (ip6[40] = 135 or ip6[40] = 136))"

  /// The name of the interface.
  public let interface: String

  fileprivate struct State {
    /// Nil once the socket is closed.
    var capture: CaptureHandle?
    var statistics = Statistics()
  }

  private let state: Mutex<State>
  private let failedReplies = ReplyFailures()
  private let thread: IOThread

  private final class ReplyFailures: Sendable {
    let count = Atomic<UInt64>(0)
  }

  /// Opens the interface in the network namespace of the calling thread, and starts to capture.
  ///
  /// - Parameters:
  ///   - interface: the name of an Ethernet interface.
  ///   - filter: a filter in the language of pcap-filter(7). Frames that this host sends are left out
  ///     without it.
  ///   - snapshotLength: octets of each frame that are kept, at most; the rest is cut off.
  ///   - onFailure: called on the capture thread, at most once, when the capture breaks; nothing more
  ///     is captured then. It must not call ``close()``.
  ///   - handler: see ``Handler``.
  public convenience init(
    interface: String, filter: String = neighborFilter, snapshotLength: Int = 512,
    onFailure: @escaping @Sendable (PacketSocketError) -> Void, handler: @escaping Handler
  ) throws(PacketSocketError) {
    try self.init(
      interface: interface, filter: filter, snapshotLength: snapshotLength, onFailure: onFailure,
      timedHandler: { frame, _ in handler(frame) })
  }

  /// As ``init(interface:filter:snapshotLength:onFailure:handler:)``, with a ``TimedHandler``.
  public init(
    interface: String, filter: String = neighborFilter, snapshotLength: Int = 512,
    onFailure: @escaping @Sendable (PacketSocketError) -> Void,
    timedHandler: @escaping TimedHandler
  ) throws(PacketSocketError) {
    let capture = try CaptureHandle(
      interface: interface, filter: filter, snapshotLength: CInt(clamping: snapshotLength),
      bufferSize: 1 << 20)
    let descriptor = capture.descriptor
    let failedReplies = failedReplies
    self.interface = interface
    state = Mutex(State(capture: capture))
    do throws(LinuxError) {
      thread = try IOThread(name: "arp \(interface)") {
        do throws(PacketSocketError) {
          try capture.run { frame, capturedAt in
            guard let reply = timedHandler(frame, capturedAt) else { return }
            if Self.transmit(reply, to: descriptor) != 0 {
              failedReplies.count.add(1, ordering: .relaxed)
            }
          }
        } catch {
          onFailure(error)
        }
      }
    } catch {
      throw .captureFailed(interface: interface, error.description)
    }
  }

  deinit { close() }

  /// Sends an Ethernet frame. From any thread; never waits.
  public func send(_ frame: ByteBuffer) throws(PacketSocketError) {
    let code = state.withLock { state -> CInt? in
      guard let capture = state.capture else { return nil }
      let code = Self.transmit(frame, to: capture.descriptor)
      if code != 0 { state.statistics.sendFailures &+= 1 }
      return code
    }
    guard let code else { throw .closed(interface: interface) }
    guard code == 0 else {
      throw .sendFailed(
        interface: interface, LinuxError("send of \(frame.readableBytes) octets", code: code))
    }
  }

  /// Has the kernel pass only what `program` takes, from now on. From any thread.
  public func attach(_ program: [FilterInstruction]) throws(PacketSocketError) {
    guard let code = state.withLock({ $0.capture?.attach(program) }) else {
      throw .closed(interface: interface)
    }
    guard code == 0 else {
      throw .captureFailed(
        interface: interface,
        LinuxError("setting a filter of \(program.count) instructions", code: code).description)
    }
  }

  /// What was counted so far.
  public var statistics: Statistics {
    var result = state.withLock { state in
      state.readKernelCounters()
      return state.statistics
    }
    result.sendFailures &+= failedReplies.count.load(ordering: .relaxed)
    return result
  }

  /// Ends the capture and waits for the capture thread, which takes no longer than a running handler.
  /// Calling it again does nothing. Not to be called on the capture thread.
  public func close() {
    let capture = state.withLock { state in
      state.readKernelCounters()
      defer { state.capture = nil }
      return state.capture
    }
    capture?.interrupt()
    thread.join()
  }

  /// Gives 0 or errno. This is what libpcap's inject does; a direct call keeps the capture's own state
  /// out of the hands of other threads, and never waits for a full queue.
  private static func transmit(_ frame: ByteBuffer, to descriptor: CInt) -> CInt {
    frame.withUnsafeReadableBytes { bytes in
      Glibc.send(descriptor, bytes.baseAddress, bytes.count, CInt(MSG_DONTWAIT)) < 0
        ? errno : 0
    }
  }
}

extension PacketSocket.State {
  /// Adds what the kernel counted since the last call, which resets its counters.
  fileprivate mutating func readKernelCounters() {
    guard let capture else { return }
    var counted = tpacket_stats()
    var size = socklen_t(MemoryLayout<tpacket_stats>.size)
    guard getsockopt(capture.descriptor, SOL_PACKET, PACKET_STATISTICS, &counted, &size) == 0
    else { return }
    statistics.received &+= UInt64(counted.tp_packets) &- UInt64(counted.tp_drops)
    statistics.droppedByKernel &+= UInt64(counted.tp_drops)
  }
}
