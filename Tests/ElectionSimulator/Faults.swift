package import Election

/// What the simulator does to the cluster. Every fault ends by itself, so that a script of faults
/// can be shortened anywhere.
package struct Fault: Hashable, Sendable, CustomStringConvertible {
  package enum Partition: String, Hashable, Sendable, CaseIterable {
    /// The peer plane and the segment.
    case both
    /// The peer plane only.
    case peers
    /// The segment only.
    case segment
    /// The peer plane, from the group outwards only.
    case oneWay
    /// Some pairs on the peer plane.
    case pairs
  }

  package enum Kind: Hashable, Sendable {
    /// The host fails; its process is back with what it had on disk, or without.
    case crash(node: Int, remembers: Bool)
    /// The process is killed; the host goes on.
    case kill(node: Int, remembers: Bool)
    /// The process is restarted and has said so.
    case restart(node: Int)
    /// The process does not run.
    case stall(node: Int)
    /// Neither does the host; the clock goes on, or stands still.
    case suspend(node: Int, clockStops: Bool)
    case partition(Partition, group: UInt64)
    /// Packets are lost, per mille, and late.
    case weather(loss: Int, delayMilliseconds: Int)
    /// The API cannot be reached.
    case outage
    /// Other nodes are fit for an address.
    case fitness(address: Int, group: UInt64)
    /// A node is leaving an address, softly (`nil`) or within a time.
    case leaving(address: Int, node: Int, milliseconds: Int?)
    case drain(node: Int)
    /// The node is removed from the cluster, and added again at the end.
    case removal(node: Int)
    case rebalance(node: Int)

    /// Whether a node is gone without a word.
    var isCrash: Bool {
      switch self {
      case .crash, .kill: true
      default: false
      }
    }
  }

  /// Milliseconds since the start.
  package var at: Int
  /// How long it lasts, in milliseconds.
  package var lasts: Int
  package var kind: Kind

  package var description: String { "at \(at) ms for \(lasts) ms: \(kind)" }
}

/// Which faults a run may contain.
package struct FaultMix: OptionSet, Sendable, Hashable {
  package let rawValue: UInt32
  package init(rawValue: UInt32) { self.rawValue = rawValue }

  package static let crash = FaultMix(rawValue: 1 << 0)
  package static let kill = FaultMix(rawValue: 1 << 1)
  package static let restart = FaultMix(rawValue: 1 << 2)
  package static let stall = FaultMix(rawValue: 1 << 3)
  package static let suspend = FaultMix(rawValue: 1 << 4)
  package static let frozenClock = FaultMix(rawValue: 1 << 5)
  package static let partition = FaultMix(rawValue: 1 << 6)
  package static let weather = FaultMix(rawValue: 1 << 7)
  package static let outage = FaultMix(rawValue: 1 << 8)
  package static let fitness = FaultMix(rawValue: 1 << 9)
  package static let drain = FaultMix(rawValue: 1 << 10)
  package static let removal = FaultMix(rawValue: 1 << 11)
  package static let rebalance = FaultMix(rawValue: 1 << 12)
  package static let forgetting = FaultMix(rawValue: 1 << 13)

  package static let all = FaultMix(rawValue: (1 << 14) - 1)
}

/// What the cluster of a run is like.
package enum Model: String, Hashable, Sendable, CaseIterable {
  /// As speakers run: a node has the claims of its own file, which may be lost with it, and nothing
  /// else; a segment on which a node is alone carries nothing; a seed may have any profile.
  case product
  /// The API records claims and tells them to all nodes, the segment always carries something, and
  /// the profile is `default`: what the first regression seeds ran with.
  case recorded
}

/// What a run is made of; all of it follows from a seed, and any part may be changed.
package struct Scenario: Sendable {
  package var model = Model.product
  package var seed: UInt64
  package var nodes: Int
  package var addresses: Int
  package var policy: IsolationPolicy
  package var guards: Guards = .all
  /// How long faults happen, in milliseconds; a calm phase follows.
  package var milliseconds: Int
  package var faults: [Fault]
  /// Whether messages are encoded, sealed and opened on their way.
  package var usesPackets = false
  /// Whether every node is equally fit for every address.
  package var isUniform = false
  /// The milliseconds between the starts of two nodes; 0 for all at about the same time.
  package var stagger = 0
  package var timers = Timers()
  /// The timers of nodes that have others.
  package var timersOfNodes: [Int: Timers] = [:]
  /// Whether the run is stopped at the first broken invariant.
  package var stopsAtFailure = true

  /// The run of a seed: each enables a random part of all faults.
  package init(
    seed: UInt64, nodes: Int? = nil, policy: IsolationPolicy? = nil, seconds: Int = 600,
    mix: FaultMix? = nil, guards: Guards = .all, model: Model = .product
  ) {
    var random = Random(seed: seed)
    self.model = model
    self.seed = seed
    self.guards = guards
    let size = random.below(1000)
    let drawn =
      switch size {
      case ..<500: 2 + random.below(4)
      case ..<860: 5 + random.below(5)
      case ..<980: 10 + random.below(11)
      case ..<996: 20 + random.below(31)
      default: 50 + random.below(51)
      }
    self.nodes = nodes ?? drawn
    addresses = 2 + random.below(7)
    let policies: [IsolationPolicy] = [.wire, .strict, .wire, .strict, .gateway]
    let drawnPolicy = policies[random.below(policies.count)]
    self.policy = policy ?? drawnPolicy
    milliseconds = max(0, seconds * 1000 - Scenario.calm)
    faults = []
    var allowed = FaultMix(rawValue: UInt32(truncatingIfNeeded: random.next())).intersection(.all)
    if let mix { allowed = mix }
    if self.policy == .strict {
      // No algorithm keeps one owner with a clock that stands still, see the manual.
      allowed.remove(.frozenClock)
      if model == .recorded, allowed.contains(.outage) { allowed.remove(.forgetting) }
    }
    if model == .product {
      var drawn = Random(seed: seed &+ 4242)
      let profiles: [Profile] = [.default, .default, .fast, .calm]
      timers = Timers(profiles[drawn.below(profiles.count)])
    }
    let pause = [700, 1500, 4000, 9000][random.below(4)]
    faults = Self.script(
      &random, nodes: self.nodes, addresses: addresses, until: milliseconds, pause: pause,
      mix: allowed)
  }

  /// How long a run goes on after the last fault, in milliseconds.
  package static let calm = 12_000

  private static func script(
    _ random: inout Random, nodes: Int, addresses: Int, until: Int, pause: Int, mix: FaultMix
  ) -> [Fault] {
    let choices: [FaultMix] = [
      .crash, .crash, .kill, .restart, .stall, .stall, .suspend, .partition, .partition, .weather,
      .outage, .fitness, .drain, .removal, .rebalance,
    ].filter { mix.contains($0) }
    guard !choices.isEmpty else { return [] }
    var faults: [Fault] = []
    var at = 6000
    while at < until {
      at += 1 + random.below(2 * pause)
      let lasts =
        [50, 300, 700, 1500, 4000, 12_000][random.below(6)] * (50 + random.below(100)) / 100
      let node = random.below(nodes)
      let group = random.next()
      let remembers = !mix.contains(.forgetting) || random.below(2) == 0
      let kind: Fault.Kind
      switch choices[random.below(choices.count)] {
      case .crash: kind = .crash(node: node, remembers: remembers)
      case .kill: kind = .kill(node: node, remembers: remembers)
      case .restart: kind = .restart(node: node)
      case .stall: kind = .stall(node: node)
      case .suspend:
        kind = .suspend(node: node, clockStops: mix.contains(.frozenClock) && random.below(2) == 0)
      case .partition:
        let kinds = Fault.Partition.allCases
        kind = .partition(kinds[random.below(kinds.count)], group: group)
      case .weather:
        kind = .weather(
          loss: [5, 50, 200][random.below(3)], delayMilliseconds: [0, 20, 80][random.below(3)])
      case .outage: kind = .outage
      case .fitness:
        let address = random.below(addresses)
        kind =
          random.below(2) == 0
          ? .fitness(address: address, group: group)
          : .leaving(
            address: address, node: node, milliseconds: [nil, 150, 1000][random.below(3)])
      case .drain: kind = .drain(node: node)
      case .removal: kind = .removal(node: node)
      default: kind = .rebalance(node: node)
      }
      if at + lasts < until { faults.append(Fault(at: at, lasts: lasts, kind: kind)) }
    }
    return faults
  }
}

/// The random numbers of the simulator (SplitMix64).
package struct Random: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 ^ 0x5851_F42D_4C95_7F2D }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  /// A number from 0 to `bound - 1`.
  package mutating func below(_ bound: Int) -> Int {
    Int(truncatingIfNeeded: next() >> 33) % max(1, bound)
  }

  /// A number from 0 up to 1.
  package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
