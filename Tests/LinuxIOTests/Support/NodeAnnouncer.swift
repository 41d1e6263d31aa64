import Addresses
import LinkLayer
import LinuxIO
import NIOCore
import NIOPosix
import Synchronization

/// A ``LinkAnnouncer`` on an event loop in a namespace, driven from a test's thread.
final class NodeAnnouncer: Sendable {
  let mac: MACAddress
  /// What the announcer complained of.
  var problems: [LinkProblem] { reported.withLock(\.self) }
  /// What became of addresses that others use.
  var conflictEvents: [ConflictEvent] { events.withLock(\.self) }
  /// What other speakers said on the segment.
  var heard: [SpeakerFrame] { frames.withLock(\.self) }
  /// Until when the node may answer.
  let lease = ReplyLease()
  private let reported: Mutex<[LinkProblem]> = Mutex([])
  private let events: Mutex<[ConflictEvent]> = Mutex([])
  private let frames: Mutex<[SpeakerFrame]> = Mutex([])
  private let group: MultiThreadedEventLoopGroup
  private let link: NIOLoopBoundBox<LinkAnnouncer?>

  private init(group: MultiThreadedEventLoopGroup, mac: MACAddress) {
    self.group = group
    self.mac = mac
    link = .makeBoxSendingValue(nil, eventLoop: group.next())
  }

  /// Opens an interface of the namespace for the time of `body`.
  static func with(
    _ namespace: Namespace, interface name: String = "eth0",
    schedule: GratuitousSchedule.Configuration = .init(),
    conflicts: ConflictDetector.Configuration = .init(),
    _ body: (NodeAnnouncer) throws -> Void
  ) throws {
    let interface = try namespace.interface(name)
    // The thread of the loop is in the namespace because the thread that starts it is.
    let group = try namespace.run { MultiThreadedEventLoopGroup(numberOfThreads: 1) }
    defer { try? group.syncShutdownGracefully() }
    let node = NodeAnnouncer(group: group, mac: interface.macAddress ?? .broadcast)
    let loop = group.next()
    try loop.submit {
      node.link.value = try LinkAnnouncer(
        interface: interface, eventLoop: loop,
        configuration: .init(schedule: schedule, conflicts: conflicts), lease: node.lease,
        onSpeakerFrame: { frame, _ in node.frames.withLock { $0.append(frame) } },
        callbacks: .init(
          onProblem: { problem in node.reported.withLock { $0.append(problem) } },
          onConflict: { event in node.events.withLock { $0.append(event) } }))
    }.wait()
    defer {
      try? loop.submit {
        node.link.value?.close()
        node.link.value = nil
      }.wait()
    }
    try body(node)
  }

  /// Does something with the announcer on its loop.
  @discardableResult
  func callAsFunction<Value: Sendable>(
    _ body: @escaping @Sendable (LinkAnnouncer) -> Value
  ) throws -> Value {
    try group.next().submit {
      guard let link = self.link.value else { throw ChannelError.alreadyClosed }
      return body(link)
    }.wait()
  }

  func take(_ addresses: IPAddress...) throws { try take(addresses) }
  func take(_ addresses: [IPAddress]) throws { try self { $0.take(addresses) } }
  func release(_ addresses: IPAddress...) throws { try self { $0.release(addresses) } }
  var statistics: LinkStatistics { get throws { try self { $0.statistics } } }
}

let owned4 = IPAddress.v4(IPv4Address(192, 0, 2, 10))
let owned6 = IPAddress.v6(IPv6Address(high: 0x2001_0DB8_0000_0000, low: 0x10))
