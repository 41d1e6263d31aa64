import Addresses
import BFD
import LinuxIO
import Logging
import NIOCore
import Resources
import Status

/// The BFD sessions of this node's peers: makes and ends them as the BFDProfiles say.
///
/// An instance belongs to the event loop of the control state; the sessions run on a thread of their
/// own, which begins with the first of them.
final class BFDTable {
  /// One session and what is known of it.
  private struct Entry {
    let id: SessionID
    let configuration: BFD.Session.Configuration
    var state: BFD.Session.State = .down
    var since = NIODeadline.now()
    var lastChange: BFD.Session.StateChange?
  }

  /// Hears that BFD found the path to a peer up, or failed.
  var onChange: (_ peer: String, _ isUp: Bool) -> Void = { _, _ in }

  /// Hears of every change of a session.
  var onState: (BFD.Session.State) -> Void = { _ in }

  private let eventLoop: any EventLoop
  private let logger: Logger
  private var speaker: BFDSpeaker?
  private var entries: [String: Entry] = [:]
  private var failures: [String: String] = [:]
  /// The failures that were logged.
  private var known: [String: String] = [:]

  /// A table without sessions.
  init(eventLoop: any EventLoop, logger: Logger) {
    self.eventLoop = eventLoop
    self.logger = logger
  }

  /// Makes the sessions those of `peers` that have one of `profiles`; one that stays the same is left
  /// alone.
  func reconcile(
    peers: [LocatedPeer], profiles: [String: BFDProfile], interfaces: [NetworkInterface]
  ) {
    var wanted: [String: BFD.Session.Configuration] = [:]
    failures = [:]
    for located in peers {
      let peer = located.peer
      guard let profile = profiles[peer.name], case .known(let address, let scope) = located.place
      else { continue }
      let device = located.device.map { name in
        (name: name, interface: interfaces.first { $0.name == name })
      }
      if let device, device.interface == nil {
        fail(peer.name, "this node has no interface \(device.name)")
        continue
      }
      if device?.interface?.kind == "vrf" {
        fail(peer.name, "BFD in a VRF is not possible; remove bfdProfile, or the VRF")
        continue
      }
      wanted[peer.name] = BFD.Session.Configuration(
        path: Path(
          remote: address, local: peer.sourceAddress,
          interface: (scope?.index ?? device?.interface?.index).map { UInt32(clamping: $0) },
          hops: peer.ebgpMultiHop
            ? .multiple(minimumTimeToLive: UInt8(clamping: profile.minimumTTL)) : .single),
        parameters: BFD.Session.Parameters(profile), isPassive: profile.passiveMode)
    }
    for (name, entry) in entries where wanted[name] != entry.configuration {
      speaker?.remove(entry.id)
      entries[name] = nil
    }
    for (name, configuration) in wanted.sorted(by: { $0.key < $1.key }) where entries[name] == nil {
      start(name, configuration)
    }
    known = failures
  }

  /// How the session with a peer stands; nil where there is none.
  func status(of peer: String) -> BFDSessionStatus? {
    guard let entry = entries[peer] else { return nil }
    return BFDSessionStatus(
      state: "\(entry.state)", since: Timestamp(entry.since),
      lastChange: entry.lastChange.map { "\($0)" })
  }

  /// The sessions that should be and cannot.
  func problems() -> [Problem] {
    failures.sorted { $0.key < $1.key }.map { name, text in
      Problem(severity: .error, object: "BGPPeer \(name)", message: "no BFD session: \(text)")
    }
  }

  /// Tells all peers that the sessions end on purpose; completes when they have heard it.
  func stop() -> EventLoopFuture<Void> {
    entries = [:]
    return speaker?.shutDown(on: eventLoop) ?? eventLoop.makeSucceededVoidFuture()
  }

  private func start(_ name: String, _ configuration: BFD.Session.Configuration) {
    do {
      let speaker = try self.speaker ?? BFDSpeaker()
      self.speaker = speaker
      let bound = NIOLoopBound(self, eventLoop: eventLoop)
      let id = try speaker.add(configuration, on: eventLoop) { change in
        bound.value.note(change, of: name)
      }
      entries[name] = Entry(id: id, configuration: configuration)
    } catch {
      fail(name, "\(error)")
    }
  }

  private func fail(_ name: String, _ text: String) {
    failures[name] = text
    if known[name] != text {
      logger.error("no BFD session", metadata: ["peer": "\(name)", "error": "\(text)"])
    }
    known[name] = text
  }

  private func note(_ change: BFD.Session.StateChange, of name: String) {
    guard entries[name] != nil else { return }
    entries[name]?.state = change.to
    entries[name]?.since = change.time
    entries[name]?.lastChange = change
    onState(change.to)
    logger.log(
      level: change.isFailure ? .warning : .info, "BFD session changed",
      metadata: ["peer": "\(name)", "change": "\(change)"])
    if change.isFailure { onChange(name, false) }
    if change.to == .up { onChange(name, true) }
  }
}

extension BFD.Session.Parameters {
  /// The timers of a profile.
  fileprivate init(_ profile: BFDProfile) {
    self.init(
      desiredMinTxInterval: .milliseconds(Int64(profile.transmitInterval)),
      requiredMinRxInterval: .milliseconds(Int64(profile.receiveInterval)),
      requiredMinEchoRxInterval: profile.echoMode
        ? .milliseconds(Int64(profile.echoInterval)) : .zero,
      detectMultiplier: UInt8(clamping: profile.detectMultiplier))
  }
}
