public import Addresses
public import NIOCore

/// Watches, on one interface, over addresses of ours that somebody else uses too (RFC 5227).
///
/// A claim counts only when it still is one a little later: an address that moves from one speaker to
/// another is for a moment with both. A claim soon after we took the address is asked about instead, by
/// a probe to its sender alone, and counts when that is answered.
///
/// It does no I/O and holds no clock: hand it each ``Sighting``, call ``due(now:)`` when
/// ``nextDeadline`` is reached, and do the actions.
public struct ConflictDetector: Sendable {
  /// What to do about a conflict, and the times.
  public struct Configuration: Hashable, Sendable {
    public var policy: ConflictPolicy
    /// The least time between two defences of an address: DEFEND_INTERVAL of RFC 5227 §1.1, 10 s.
    public var defendInterval: TimeAmount
    /// How long a claim waits until it counts; 200 ms.
    public var settleTime: TimeAmount
    /// For how long after an address is taken claims are asked about; 500 ms.
    public var moveTime: TimeAmount
    /// For how long an address is left to another who was last seen using it, before it is asked
    /// for; 60 s (RATE_LIMIT_INTERVAL).
    public var yieldTime: TimeAmount
    /// For how long a conflict is remembered after it was last seen; 10 min.
    public var memory: TimeAmount

    /// A configuration with these values.
    public init(
      policy: ConflictPolicy = .defend, defendInterval: TimeAmount = .seconds(10),
      settleTime: TimeAmount = .milliseconds(200), moveTime: TimeAmount = .milliseconds(500),
      yieldTime: TimeAmount = .seconds(60), memory: TimeAmount = .minutes(10)
    ) {
      self.policy = policy
      self.defendInterval = defendInterval
      self.settleTime = settleTime
      self.moveTime = moveTime
      self.yieldTime = yieldTime
      self.memory = memory
    }
  }

  /// What has to be done.
  public enum Action: Hashable, Sendable {
    /// Tell of somebody who was not known to use or want the address.
    case report(Conflict)
    /// Announce the address once.
    case defend(IPAddress)
    /// Ask whether the address is in use: all, or the owner of one MAC address.
    case probe(IPAddress, MACAddress?)
    /// Stop answering for the address.
    case yield(IPAddress, to: MACAddress)
    /// Answer for the address again, and announce it: nobody else uses it any more.
    case resume(IPAddress)
  }

  /// Addresses with conflicts that are remembered at most, and MAC addresses for each.
  static let addressLimit = 256
  static let macLimit = 8
  /// PROBE_NUM and PROBE_MIN of RFC 5227 §1.1.
  static let probeCount = 3
  static let probeInterval = TimeAmount.seconds(1)

  private let configuration: Configuration
  private var taken: [IPAddress: NIODeadline] = [:]
  private var disputes: [IPAddress: Dispute] = [:]

  /// The MAC addresses of our own interfaces and of the other speakers: what they say is no conflict.
  public var peers: Set<MACAddress> = []
  /// What was counted so far.
  public private(set) var counters = ConflictCounters()

  /// A detector that watches over nothing.
  public init(_ configuration: Configuration = Configuration()) {
    self.configuration = configuration
  }

  /// What is remembered, by address, then by MAC address.
  public var conflicts: [Conflict] {
    disputes.sorted { $0.key < $1.key }.flatMap { _, dispute in
      dispute.conflicts.values.sorted { $0.mac.rawValue < $1.mac.rawValue }
    }
  }

  /// What is remembered of one address, by MAC address.
  public func conflicts(of address: IPAddress) -> [Conflict] {
    disputes[address]?.conflicts.values.sorted { $0.mac.rawValue < $1.mac.rawValue } ?? []
  }

  /// Begins to watch over addresses that were taken now.
  public mutating func take(_ addresses: some Sequence<IPAddress>, now: NIODeadline) {
    for address in addresses where taken[address] == nil { taken[address] = now }
  }

  /// Ends the watch over the addresses, and forgets who else used them.
  public mutating func release(_ addresses: some Sequence<IPAddress>) {
    for address in addresses {
      taken[address] = nil
      disputes[address] = nil
    }
  }

  /// Takes in that something was said of an address, `count` times.
  public mutating func handle(
    _ sighting: Sighting, count: UInt64 = 1, now: NIODeadline
  ) -> [Action] {
    guard let takenAt = taken[sighting.address] else { return [] }
    guard !peers.contains(sighting.mac) else {
      counters.ofPeers &+= count
      return []
    }
    switch sighting.kind {
    case .claim: counters.claims &+= count
    case .probe: counters.probes &+= count
    }
    guard hasRoom(for: sighting) else {
      counters.unrecorded &+= count
      return []
    }
    var dispute = disputes[sighting.address] ?? Dispute()
    defer { disputes[sighting.address] = dispute }
    var actions: [Action] = []
    switch sighting.kind {
    case .probe:
      let isNew = dispute.conflicts[sighting.mac] == nil
      dispute.note(sighting, now: now) { $0.probes &+= count }
      if isNew, let conflict = dispute.conflicts[sighting.mac] { actions.append(.report(conflict)) }
    case .claim where dispute.giving != nil:
      let isNew = dispute.conflicts[sighting.mac].map { $0.claims == 0 } ?? true
      dispute.note(sighting, now: now) {
        $0.claims &+= count
        $0.isYieldedTo = true
      }
      dispute.giving = .waiting(until: now + configuration.yieldTime)
      if isNew, let conflict = dispute.conflicts[sighting.mac] { actions.append(.report(conflict)) }
    case .claim:
      if dispute.pending[sighting.mac] != nil {
        dispute.pending[sighting.mac]?.count &+= count
      } else {
        let isMove = now < takenAt + configuration.moveTime
        dispute.pending[sighting.mac] = Dispute.Pending(
          count: count, isAsked: isMove,
          due: isMove ? takenAt + configuration.moveTime : now + configuration.settleTime)
      }
    }
    return actions
  }

  /// When ``due(now:)`` has something to do; nil when nothing is to come.
  public var nextDeadline: NIODeadline? {
    disputes.values.lazy.compactMap { $0.nextDeadline(memory: configuration.memory) }.min()
  }

  /// What has to be done now, by address.
  public mutating func due(now: NIODeadline) -> [Action] {
    var actions: [Action] = []
    let ready = disputes.filter {
      ($0.value.nextDeadline(memory: configuration.memory) ?? .distantFuture) <= now
    }
    for address in ready.keys.sorted() {
      guard var dispute = disputes[address] else { continue }
      settle(&dispute, of: address, now: now, &actions)
      askAgain(&dispute, of: address, now: now, &actions)
      if dispute.giving == nil {
        dispute.conflicts = dispute.conflicts.filter {
          now < $0.value.lastSeen + configuration.memory
        }
      }
      disputes[address] = dispute.isEmpty ? nil : dispute
    }
    return actions
  }

  private func hasRoom(for sighting: Sighting) -> Bool {
    guard let dispute = disputes[sighting.address] else {
      return disputes.count < Self.addressLimit
    }
    return dispute.knows(sighting.mac) || dispute.macCount < Self.macLimit
  }

  /// Counts the claims whose time has come, and answers them by the policy.
  private mutating func settle(
    _ dispute: inout Dispute, of address: IPAddress, now: NIODeadline, _ actions: inout [Action]
  ) {
    let settled = dispute.pending.filter { $0.value.due <= now }
      .sorted { $0.key.rawValue < $1.key.rawValue }
    for (mac, pending) in settled {
      dispute.pending[mac] = nil
      guard !pending.isAsked else {
        actions.append(.probe(address, mac))
        continue
      }
      let isNew = dispute.conflicts[mac].map { $0.claims == 0 } ?? true
      dispute.note(Sighting(address: address, mac: mac, kind: .claim), now: now) {
        $0.claims &+= pending.count
      }
      if isNew, let conflict = dispute.conflicts[mac] { actions.append(.report(conflict)) }
      guard dispute.giving == nil else { continue }
      switch configuration.policy {
      case .defend:
        guard now >= dispute.defendableAt else { continue }
        dispute.defendableAt = now + configuration.defendInterval
        dispute.conflicts[mac]?.defences &+= 1
        counters.defences &+= 1
        actions.append(.defend(address))
      case .yield:
        dispute.conflicts[mac]?.isYieldedTo = true
        dispute.giving = .waiting(until: now + configuration.yieldTime)
        counters.yields &+= 1
        actions.append(.yield(address, to: mac))
      }
    }
  }

  /// Asks for an address that was left to another, and takes it back when nobody answers.
  private func askAgain(
    _ dispute: inout Dispute, of address: IPAddress, now: NIODeadline, _ actions: inout [Action]
  ) {
    switch dispute.giving {
    case .waiting(let end) where end <= now:
      dispute.giving = .asking(left: Self.probeCount - 1, next: now + Self.probeInterval)
      actions.append(.probe(address, nil))
    case .asking(let left, let next) where next <= now:
      if left > 0 {
        dispute.giving = .asking(left: left - 1, next: now + Self.probeInterval)
        actions.append(.probe(address, nil))
      } else {
        dispute.giving = nil
        for mac in dispute.conflicts.keys { dispute.conflicts[mac]?.isYieldedTo = false }
        actions.append(.resume(address))
      }
    default: break
    }
  }
}

/// What is known of one address that others use too.
private struct Dispute: Sendable {
  /// Claims that do not count yet.
  struct Pending {
    var count: UInt64
    /// Whether the sender is asked when it is due, because the address was just taken.
    let isAsked: Bool
    let due: NIODeadline
  }

  /// The way back of an address that was left to another.
  enum Giving {
    case waiting(until: NIODeadline)
    case asking(left: Int, next: NIODeadline)
  }

  var conflicts: [MACAddress: Conflict] = [:]
  var pending: [MACAddress: Pending] = [:]
  var defendableAt: NIODeadline = .distantPast
  var giving: Giving?

  var isEmpty: Bool { conflicts.isEmpty && pending.isEmpty && giving == nil }

  var macCount: Int { conflicts.count + pending.keys.count { conflicts[$0] == nil } }

  func knows(_ mac: MACAddress) -> Bool { conflicts[mac] != nil || pending[mac] != nil }

  mutating func note(
    _ sighting: Sighting, now: NIODeadline, _ count: (inout Conflict) -> Void
  ) {
    var conflict =
      conflicts[sighting.mac]
      ?? Conflict(address: sighting.address, mac: sighting.mac, now: now)
    conflict.lastSeen = now
    count(&conflict)
    conflicts[sighting.mac] = conflict
  }

  func nextDeadline(memory: TimeAmount) -> NIODeadline? {
    let settled = pending.values.lazy.map(\.due).min()
    let next: NIODeadline?
    switch giving {
    case .waiting(let end): next = end
    case .asking(_, let time): next = time
    case nil: next = conflicts.values.lazy.map { $0.lastSeen + memory }.min()
    }
    guard let settled, let next else { return settled ?? next }
    return min(settled, next)
  }
}
