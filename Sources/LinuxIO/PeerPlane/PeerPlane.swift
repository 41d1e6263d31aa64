public import Election
public import LinkLayer
public import NIOCore
import Synchronization

/// Runs the election of this node on a thread of its own, where nothing else delays heartbeats and
/// leases.
///
/// All methods may be called on any thread, and none of them waits for it but ``close()``.
public final class PeerPlane: Sendable {
  /// What a peer plane is started with.
  public struct Settings: Sendable {
    /// What the machine is started with.
    public var configuration: Configuration
    /// The keys that seal packets.
    public var keys: PeerKeys
    /// The UDP port, the same on all nodes.
    public var port: UInt16
    /// What an earlier process of this node has kept; nil when there is nothing to rely on.
    public var recorded: Record?

    /// Settings with these values.
    public init(configuration: Configuration, keys: PeerKeys, port: UInt16 = 7946) {
      self.configuration = configuration
      self.keys = keys
      self.port = port
    }
  }

  /// Until when this node may answer.
  public let lease: ReplyLease

  private let mailbox: Mailbox<PeerPlaneCommand>
  private let frames: Mailbox<HeardFrame>
  private let thread: IOThread
  private let isClosed = Mutex(false)

  /// Anybody on the segment can send frames: more than these do not wait for the thread. After a cut
  /// all owners of a segment send a beacon at once.
  static let frameLimit = 1024

  /// Opens the sockets in the network namespace of the calling thread, and starts the thread.
  ///
  /// - Parameters:
  ///   - settings: What it is started with.
  ///   - deliver: Called on that thread with what happened at one time together; it must not wait.
  public init(
    _ settings: Settings, deliver: @escaping @Sendable ([PeerPlaneOutput]) -> Void
  ) throws(LinuxError) {
    let mailbox = try Mailbox<PeerPlaneCommand>()
    let frames = try Mailbox<HeardFrame>(limit: Self.frameLimit)
    let lease = ReplyLease()
    lease.setEnd(.uptimeNanoseconds(0))
    let links = try PeerPlaneLinks(settings, mailbox: mailbox, frames: frames)
    self.mailbox = mailbox
    self.frames = frames
    self.lease = lease
    thread = try IOThread(name: "peers") {
      var loop = PeerPlaneLoop(
        settings, links: links, mailbox: mailbox, frames: frames, lease: lease,
        priority: .raise(), deliver: deliver)
      loop.run()
    }
  }

  deinit { close() }

  /// Tells the machine what happened.
  public func tell(_ events: [Election.Event]) {
    if !events.isEmpty { mailbox.post(.events(events)) }
  }

  /// The nodes of the cluster, this one included.
  public func setMembers(_ members: [PeerPlaneMember]) { mailbox.post(.members(members)) }

  /// Changes the keys.
  public func use(_ keys: PeerKeys) { mailbox.post(.keys(keys)) }

  /// Takes in what another speaker said on the segment of `interface`, and when on the clock of
  /// ``ReplyLease/now``. In a flood of frames some are dropped, and counted.
  public func receive(_ frame: SpeakerFrame, on interface: String, receivedAt: NIODeadline) {
    frames.post(HeardFrame(frame: frame, interface: interface, receivedAt: receivedAt))
  }

  /// What is known now; fails when the plane is closed.
  ///
  /// - Parameter includesAddresses: Whether the addresses are wanted too; thousands of them cost the
  ///   thread of the heartbeats some milliseconds.
  public func status(
    on eventLoop: any EventLoop, includesAddresses: Bool = true
  ) -> EventLoopFuture<PeerPlaneStatus> {
    let promise = eventLoop.makePromise(of: PeerPlaneStatus.self)
    isClosed.withLock { isClosed in
      if isClosed {
        promise.fail(ChannelError.alreadyClosed)
      } else {
        mailbox.post(.status(promise, includesAddresses: includesAddresses))
      }
    }
    return promise.futureResult
  }

  /// What to keep for the next process; fails when the plane is closed.
  public func record(on eventLoop: any EventLoop) -> EventLoopFuture<Record> {
    let promise = eventLoop.makePromise(of: Record.self)
    isClosed.withLock { isClosed in
      if isClosed {
        promise.fail(ChannelError.alreadyClosed)
      } else {
        mailbox.post(.record(promise))
      }
    }
    return promise.futureResult
  }

  /// Lets this node give away what it has above its share, one address each `interval`, for
  /// `duration`.
  public func rebalance(for duration: TimeAmount, interval: TimeAmount) {
    tell([.rebalance(until: BootClock.now() + duration, interval: interval)])
  }

  /// Ends the thread and waits for that.
  public func close() {
    isClosed.withLock { $0 = true }
    mailbox.post(.close)
    thread.join()
  }
}

/// What other threads ask of the thread of the peer plane.
enum PeerPlaneCommand: Sendable {
  case events([Election.Event])
  case members([PeerPlaneMember])
  case keys(PeerKeys)
  case status(EventLoopPromise<PeerPlaneStatus>, includesAddresses: Bool)
  case record(EventLoopPromise<Record>)
  case close
}

/// What another speaker said on a segment, or somebody who claims to be one.
struct HeardFrame: Sendable {
  let frame: SpeakerFrame
  /// The interface of ours that it came in by.
  let interface: String
  let receivedAt: NIODeadline
}
