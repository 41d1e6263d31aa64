import Addresses
import BGP
import LinuxIO
import Logging
import NIOCore
import Resources
import Status

/// The sessions of this node: makes, changes and ends them as the BGPPeers say.
///
/// An instance belongs to the event loop of the control state.
final class PeerTable {
  /// One configured neighbour.
  struct Entry {
    let transport: PeerTransport
    let configuration: PeerConfiguration
    let endpoint: PeerEndpoint
    /// How long routes that shall go are marked before they are withdrawn.
    var gracefulShutdownTime: TimeAmount
    /// Since when the session has its present state.
    var stateSince: Timestamp
    /// When the last error happened.
    var lastErrorAt: Timestamp?

    /// The last error in words, with what it often means for this peer.
    var lastError: String? {
      guard let error = transport.statistics.lastError else { return nil }
      guard error == .noAnswer, endpoint.authentication != nil else { return "\(error)" }
      return "\(error); nor would a peer answer that has another password, or none"
    }
  }

  /// A configured neighbour with which there can be no session now.
  struct Waiting {
    let peer: BGPPeer
    /// What it waits for, for people.
    let reason: String
    let since: NIODeadline
  }

  private(set) var entries: [String: Entry] = [:]
  private(set) var waiting: [String: Waiting] = [:]
  /// Hears when a session is established or lost.
  var onSession: (_ peer: String, _ isUp: Bool) -> Void = { _, _ in }
  private let node: String
  private let logger: Logger
  private let eventLoop: any EventLoop
  private var routes: [String: [IPPrefix: RouteAttributes]] = [:]
  /// Since when each route is to be announced as it is.
  private var changedAt: [String: [IPPrefix: Timestamp]] = [:]
  private var isTableComplete = false
  private var random = SystemRandomNumberGenerator()

  /// A table without sessions.
  init(node: String, eventLoop: any EventLoop, logger: Logger) {
    self.node = node
    self.logger = logger
    self.eventLoop = eventLoop
  }

  /// Makes the sessions what `peers`, those selected for this node, ask for. A session whose
  /// configuration stays the same is left alone.
  func reconcile(
    peers: [LocatedPeer], passwords: [String: String], nodeAddresses: [IPAddress],
    interfaces: [NetworkInterface]
  ) {
    var wanted: Set<String> = []
    var stillWaiting: [String: Waiting] = [:]
    for located in peers {
      let peer = located.peer
      guard case .known(let address, let scope) = located.place else {
        if case .unknown(let reason) = located.place {
          stillWaiting[peer.name] = wait(peer, reason)
        }
        continue
      }
      let settings = PeerSettings(
        peer, at: address, scope: scope, password: passwords[peer.name], node: node,
        nodeAddresses: nodeAddresses, interfaces: interfaces)
      if let obstacle = Self.obstacle(to: settings, of: peer) {
        stillWaiting[peer.name] = wait(peer, obstacle)
        continue
      }
      wanted.insert(peer.name)
      if let present = entries[peer.name],
        present.configuration != settings.configuration || present.endpoint != settings.endpoint
      {
        remove(peer.name, .configurationChanged)
      }
      if entries[peer.name] == nil {
        start(peer.name, settings.configuration, settings.endpoint)
      }
      entries[peer.name]?.gracefulShutdownTime = peer.gracefulShutdownTime
    }
    for name in Set(entries.keys).union(waiting.keys).sorted() where !wanted.contains(name) {
      if stillWaiting[name] != nil {
        remove(name, .configurationChanged)
      } else {
        remove(name, .peerDeconfigured)
        routes[name] = nil
        changedAt[name] = nil
      }
    }
    waiting = stillWaiting
  }

  /// Those who may connect to this node.
  var neighbours: [BGPListener.Neighbour] {
    entries.sorted { $0.key < $1.key }.map { name, entry in
      BGPListener.Neighbour(name: name, transport: entry.transport)
    }
  }

  /// The peers with which there can be no session.
  func problems() -> [Problem] {
    waiting.sorted { $0.key < $1.key }.map { name, waiting in
      Problem(
        severity: .error, object: "BGPPeer \(name)", message: "no session: \(waiting.reason)")
    }
  }

  private func wait(_ peer: BGPPeer, _ reason: String) -> Waiting {
    if let known = waiting[peer.name], known.reason == reason { return known }
    logger.warning("no session", metadata: ["peer": "\(peer.name)", "reason": "\(reason)"])
    return Waiting(peer: peer, reason: reason, since: .now())
  }

  /// Why no connection may be tried: one without the protection that is asked for would be worse than
  /// none.
  private static func obstacle(to settings: PeerSettings, of peer: BGPPeer) -> String? {
    guard peer.options.tcpAuthentication != nil else { return nil }
    guard let key = settings.endpoint.keys.ao else {
      return "the annotation bellman.dev/tcp-ao needs a password, which is the key"
    }
    do {
      try AOSupport.check(key)
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// Tells the session with a peer what BFD found of the path.
  func pathChanged(to name: String, isUp: Bool) {
    entries[name]?.transport.handle(isUp ? .bfdUp : .bfdDown)
  }

  /// What is to be announced to one peer, and what no longer.
  struct RouteChanges {
    var announced: [IPPrefix: RouteAttributes] = [:]
    /// Prefixes that this node may not draw traffic for any more.
    var withdrawn: [IPPrefix] = []
    /// Prefixes that it still forwards: peers with a graceful shutdown time get a warning first.
    var departing: [IPPrefix] = []
  }

  /// Announces and withdraws prefixes at the named peers.
  func update(_ changes: [String: RouteChanges]) {
    let now = Timestamp.now
    for (name, changes) in changes {
      for prefix in changes.withdrawn + changes.departing {
        routes[name]?[prefix] = nil
        changedAt[name]?[prefix] = nil
      }
      for prefix in changes.announced.keys { changedAt[name, default: [:]][prefix] = now }
      routes[name, default: [:]].merge(changes.announced) { _, new in new }
      guard let entry = entries[name] else { continue }
      if !changes.withdrawn.isEmpty { entry.transport.handle(.withdraw(changes.withdrawn)) }
      if !changes.departing.isEmpty {
        entry.transport.handle(
          entry.gracefulShutdownTime > .zero
            ? .withdrawGracefully(changes.departing, wait: entry.gracefulShutdownTime)
            : .withdraw(changes.departing))
      }
      if !changes.announced.isEmpty { entry.transport.handle(.announce(changes.announced)) }
    }
  }

  /// Marks all routes as about to be withdrawn (RFC 8326) where a session shall end for good and its
  /// peer has a time for that. Returns the longest of these times, zero where there is none.
  func beginGracefulShutdown() -> TimeAmount {
    var longest = TimeAmount.zero
    for entry in entries.values
    where entry.gracefulShutdownTime > .zero && entry.configuration.gracefulRestart == nil
      && entry.transport.state == .established
    {
      entry.transport.handle(.beginGracefulShutdown)
      longest = max(longest, entry.gracefulShutdownTime)
    }
    return longest
  }

  /// Says that every route known from the start has been announced: End-of-RIB may follow.
  func completeInitialTable() {
    guard !isTableComplete else { return }
    isTableComplete = true
    for entry in entries.values { entry.transport.handle(.initialTableComplete) }
  }

  /// Whether the neighbour was told `prefix` in its present session.
  func hasSent(_ prefix: IPPrefix, to name: String) -> Bool {
    guard let transport = entries[name]?.transport, transport.state == .established,
      routes[name]?[prefix] != nil
    else { return false }
    return transport.negotiated?.families.contains(prefix.family) ?? false
      && transport.heldBackFamilies[prefix.family] == nil
  }

  /// Since when the neighbour has the route as it is; nil where that is not known, as of routes that
  /// are about to go.
  func sentSince(_ prefix: IPPrefix, to name: String) -> Timestamp? {
    guard let entry = entries[name], let change = changedAt[name]?[prefix] else { return nil }
    return max(change, entry.stateSince)
  }

  /// Why the session with a neighbour carries no routes of `family` now; nil where it does.
  func obstacle(to family: AddressFamily, of name: String) -> String? {
    if let waiting = waiting[name] { return waiting.reason }
    guard let entry = entries[name] else { return "this node has no such peer" }
    guard entry.transport.state == .established else {
      return entry.lastError ?? "the first connection is being made"
    }
    guard entry.transport.negotiated?.families.contains(family) ?? false else {
      return "the session is established, and the peer takes no \(family.rawValue) routes by it"
    }
    return entry.transport.heldBackFamilies[family].map { "\($0)" }
  }

  /// How many prefixes each neighbour has from this node, those without any left out.
  func announcedPrefixes() -> [String: Int] {
    entries.compactMapValues { entry in
      guard entry.transport.state == .established else { return nil }
      let count = entry.transport.advertisedCount(.ipv4) + entry.transport.advertisedCount(.ipv6)
      return count == 0 ? nil : count
    }
  }

  /// Ends all sessions; completes when all are closed. The neighbours get a Cease with `reason`; those
  /// with graceful restart are left to keep the routes until the next speaker is there.
  func stop(reason: String) -> EventLoopFuture<Void> {
    let closing = entries.values.map { entry in
      entry.transport.stop(
        entry.configuration.gracefulRestart == nil ? .shutdown(reason) : .restart(reason))
    }
    return EventLoopFuture.andAllComplete(closing, on: eventLoop)
  }

  private func start(
    _ name: String, _ configuration: PeerConfiguration, _ endpoint: PeerEndpoint
  ) {
    let reporter = SessionReporter(peer: name)
    let transport = PeerTransport(
      configuration: configuration, endpoint: endpoint, seed: random.next(),
      isRestarting: !isTableComplete, eventLoop: eventLoop
    ) { [weak self] report in
      reporter.log(report)
      self?.note(report, of: name)
    }
    let entry = Entry(
      transport: transport, configuration: configuration, endpoint: endpoint,
      gracefulShutdownTime: .zero, stateSince: .now)
    entries[name] = entry
    if let known = routes[name], !known.isEmpty {
      transport.handle(.announce(known))
    }
    if isTableComplete { transport.handle(.initialTableComplete) }
    transport.handle(.start)
  }

  private func remove(_ name: String, _ reason: StopReason) {
    guard let entry = entries.removeValue(forKey: name) else { return }
    let wasUp = entry.transport.state == .established
    _ = entry.transport.stop(reason)
    if wasUp { onSession(name, false) }
  }

  private func note(_ report: PeerReport, of name: String) {
    switch report {
    case .stateChanged(let from, let to):
      entries[name]?.stateSince = .now
      if to == .established { onSession(name, true) }
      if from == .established, entries[name] != nil { onSession(name, false) }
    case .down:
      entries[name]?.lastErrorAt = .now
    default:
      break
    }
  }
}

extension BGPPeer {
  fileprivate var gracefulShutdownTime: TimeAmount {
    .seconds(Int64(options.gracefulShutdownTime))
  }
}
