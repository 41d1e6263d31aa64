public import BFD
public import NIOCore
import Synchronization

/// Runs BFD sessions on a thread of its own (RFC 5881, RFC 5883), where nothing else delays them.
///
/// A session that offers echo (``BFD/Session/Parameters/requiredMinEchoRxInterval``) sends back what its
/// peer addresses to this host, as FRR does over IPv6. What a peer addresses to itself, as RFC 5881
/// §4 wants it, the kernel sends back where it forwards packets (`net.ipv4.ip_forward`).
///
/// All methods may be called on any thread, and none of them waits for the sessions, but for
/// ``close()``.
public final class BFDSpeaker: Sendable {
  private struct Directory {
    var lastID: UInt64 = 0
    var paths: [SessionID: Path] = [:]
    var ending: EventLoopFuture<Void>?
    var isClosed = false
  }

  private let mailbox: Mailbox<BFDCommand>
  private let directory = Mutex(Directory())
  private let thread: IOThread

  /// Opens UDP ports 3784, 3785 and 4784 of both families in the network namespace of the calling
  /// thread, and starts the thread. Without IPv6 in the kernel, sessions of IPv6 stay down.
  public init() throws(LinuxError) {
    let mailbox = try Mailbox<BFDCommand>()
    let receivers = try BFDReceiver.openAll()
    let queue = try EventQueue()
    // The loop knows the receivers by their index, and the mailbox as the tag after them.
    for (tag, receiver) in receivers.enumerated() {
      try queue.add(receiver.socket.descriptor, tag: UInt64(tag))
    }
    try queue.add(mailbox.descriptor, tag: UInt64(receivers.count))
    self.mailbox = mailbox
    thread = try IOThread(name: "bfd") {
      var loop = BFDLoop(
        mailbox: mailbox, receivers: receivers, queue: queue, priority: .raise())
      loop.run()
    }
  }

  deinit { close() }

  /// Starts a session.
  ///
  /// - Parameters:
  ///   - configuration: what the session is made of.
  ///   - eventLoop: where `onChange` is called.
  ///   - onChange: told every change of the state, in order, until ``remove(_:)``; one that was under
  ///     way by then may still come. ``Session/StateChange/isFailure`` says when to act.
  /// - Returns: The name of the session for the other methods.
  @discardableResult
  public func add(
    _ configuration: Session.Configuration, on eventLoop: any EventLoop,
    onChange: @escaping @Sendable (Session.StateChange) -> Void
  ) throws(ConfigurationError) -> SessionID {
    try configuration.validate()
    let listener = BFDListener(eventLoop: eventLoop, onChange: onChange)
    // Posted under the lock, so that the thread hears of sessions in the order of the directory.
    let id = directory.withLock { directory -> SessionID? in
      guard !directory.paths.values.contains(where: { $0.overlaps(configuration.path) }) else {
        return nil
      }
      directory.lastID += 1
      let id = SessionID(rawValue: directory.lastID)
      directory.paths[id] = configuration.path
      mailbox.post(.add(id, configuration, listener))
      return id
    }
    guard let id else { throw .duplicate(configuration.path) }
    return id
  }

  /// Ends a session. A peer that holds it up is told for one detection time that this is no failure;
  /// on the same path a new one may begin at once.
  public func remove(_ id: SessionID) {
    directory.withLock { directory in
      guard directory.paths.removeValue(forKey: id) != nil else { return }
      mailbox.post(.remove(id))
    }
  }

  /// Changes intervals and detect multiplier; a session that is up stays up.
  public func change(
    _ id: SessionID, to parameters: Session.Parameters
  ) throws(ConfigurationError) {
    try parameters.validate()
    mailbox.post(.change(id, parameters))
  }

  /// Disables a session, which tells its peer that this is no failure, or enables it again.
  public func setEnabled(_ isEnabled: Bool, _ id: SessionID) {
    mailbox.post(.setEnabled(id, isEnabled))
  }

  /// What all sessions do now. Fails with ``BFDSpeakerClosed`` after ``shutDown(on:)`` or ``close()``.
  public func status(on eventLoop: any EventLoop) -> EventLoopFuture<BFDStatus> {
    directory.withLock { directory in
      guard !directory.isClosed else {
        return eventLoop.makeFailedFuture(BFDSpeakerClosed())
      }
      let promise = eventLoop.makePromise(of: BFDStatus.self)
      mailbox.post(.status(promise))
      return promise.futureResult
    }
  }

  /// Ends all sessions as ``remove(_:)`` does, and then the thread; takes as long as the longest
  /// detection time of a peer. Nothing may be added any more.
  public func shutDown(on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
    directory.withLock { directory in
      if let ending = directory.ending { return ending.hop(to: eventLoop) }
      guard !directory.isClosed else { return eventLoop.makeSucceededVoidFuture() }
      let promise = eventLoop.makePromise(of: Void.self)
      directory.ending = promise.futureResult
      directory.isClosed = true
      mailbox.post(.shutDown(promise))
      return promise.futureResult
    }
  }

  /// Ends the thread at once and waits for that: peers whose sessions are up will call it a failure.
  /// Not to be called on an event loop that waits for the sessions.
  public func close() {
    directory.withLock { $0.isClosed = true }
    mailbox.post(.close)
    thread.join()
  }
}

/// The sessions of a ``BFDSpeaker`` have ended.
public struct BFDSpeakerClosed: Error, Hashable, Sendable, CustomStringConvertible {
  public init() {}

  public var description: String { "the BFD speaker is closed" }
}
