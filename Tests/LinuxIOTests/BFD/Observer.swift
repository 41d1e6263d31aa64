import Addresses
import BFD
import LinuxIO
import NIOCore
import NIOPosix
import Synchronization

/// Runs a BFD speaker in a namespace and notes what it tells.
final class Observer: Sendable {
  struct Told: Sendable {
    let change: Session.StateChange
    /// When the event loop heard of it.
    let heard: NIODeadline
  }

  /// What was told of one session.
  private final class Log: Sendable {
    let told = Mutex<[Told]>([])
  }

  let speaker: BFDSpeaker
  private let loop = MultiThreadedEventLoopGroup.singleton.next()
  private let logs = Mutex<[SessionID: Log]>([:])

  init(in host: Namespace) throws { speaker = try host.run { try BFDSpeaker() } }

  /// Starts a session at 50 ms × 3, unless it is changed.
  func add(
    _ remote: String, _ change: (inout Session.Configuration) -> Void = { _ in }
  ) throws -> SessionID {
    guard let remote = IPAddress(remote) else { throw NoAddress(text: remote) }
    var configuration = Session.Configuration(
      path: Path(remote: remote),
      parameters: Session.Parameters(
        desiredMinTxInterval: .milliseconds(50), requiredMinRxInterval: .milliseconds(50)))
    change(&configuration)
    let log = Log()
    let id = try speaker.add(configuration, on: loop) { change in
      log.told.withLock { $0.append(Told(change: change, heard: .now())) }
    }
    logs.withLock { $0[id] = log }
    return id
  }

  struct NoAddress: Error { let text: String }

  func changes(of id: SessionID) -> [Told] {
    logs.withLock { $0[id] }?.told.withLock { $0 } ?? []
  }

  func status() throws -> BFDStatus { try speaker.status(on: loop).wait() }

  func status(of id: SessionID) throws -> BFDStatus.Entry? {
    try status().sessions.first { $0.id == id }
  }

  func shutDown() throws { try speaker.shutDown(on: loop).wait() }

  /// Whether the session gets into `state` in time.
  func reaches(_ state: Session.State, _ id: SessionID, within seconds: Double = 2) throws -> Bool {
    try eventually(within: seconds) { try status(of: id)?.session.state == state }
  }

  /// The first failure of the session since `time`, waiting for it for two seconds.
  func failure(of id: SessionID, since time: NIODeadline) -> Told? {
    var found: Told?
    _ = eventually(within: 2) {
      found = changes(of: id).first { $0.change.isFailure && $0.change.time >= time }
      return found != nil
    }
    return found
  }
}
