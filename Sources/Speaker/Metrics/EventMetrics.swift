import CoreMetrics
import Election
import NIOCore
import Status

/// What the control loop counts as it happens. Its series are there from the start, so that to
/// record takes no lock.
struct EventMetrics: Sendable {
  /// What the control loop acts upon.
  enum Event: String, CaseIterable, Sendable {
    /// A change of the cluster, from the moment in which it was read.
    case source
    /// A word of the election.
    case election
    /// A session was established or lost.
    case session
    /// Interfaces came, went or changed.
    case interface
    /// A drain was begun or ended.
    case drain
    /// Health check node ports answer otherwise.
    case health
  }

  /// What this node has to do with a move.
  enum Part: String, CaseIterable, Sendable {
    case taken, given, seen
  }

  private let latencies: [Event: Timer]
  private let moves: [Part: [Election.Cause: Counter]]
  private let failovers: Timer
  private let handOvers: Timer
  private let layer2Changes: [Layer2Verdict: Counter]
  private let bgpChanges: [BGPVerdict: Counter]
  private let bfdChanges: [String: Counter]

  /// The states that BFD sessions are counted by.
  static let bfdStates = ["AdminDown", "Down", "Init", "Up"]

  init(factory: any MetricsFactory) {
    func counter(_ family: MetricFamily, _ values: String...) -> Counter {
      Counter(
        label: family.name, dimensions: Array(zip(family.labels, values)), factory: factory)
    }
    func timer(_ family: MetricFamily, _ values: String...) -> Timer {
      Timer(label: family.name, dimensions: Array(zip(family.labels, values)), factory: factory)
    }
    func table<Key: Hashable, Value>(
      _ keys: some Sequence<Key>, _ value: (Key) -> Value
    ) -> [Key: Value] {
      Dictionary(keys.map { ($0, value($0)) }) { first, _ in first }
    }
    latencies = table(Event.allCases) { timer(SpeakerMetrics.eventToWire, $0.rawValue) }
    moves = table(Part.allCases) { part in
      table(Election.Cause.allCases) {
        counter(SpeakerMetrics.moves, part.rawValue, $0.rawValue)
      }
    }
    failovers = timer(SpeakerMetrics.failover)
    handOvers = timer(SpeakerMetrics.handOver)
    layer2Changes = table(Layer2Verdict.allCases) {
      counter(SpeakerMetrics.decisionChanges, "layer2", $0.rawValue)
    }
    bgpChanges = table(BGPVerdict.allCases) {
      counter(SpeakerMetrics.decisionChanges, "bgp", $0.rawValue)
    }
    bfdChanges = table(Self.bfdStates) { counter(SpeakerMetrics.bfdChanges, $0) }
  }

  /// Metrics that nobody reads.
  static let ignored = EventMetrics(factory: NOOPMetricsHandler.instance)

  func noteWire(_ event: Event, since start: NIODeadline) {
    latencies[event]?.recordNanoseconds((NIODeadline.now() - start).nanoseconds)
  }

  func noteMove(_ part: Part, _ cause: Election.Cause) { moves[part]?[cause]?.increment() }

  func noteFailover(_ time: TimeAmount) { failovers.recordNanoseconds(time.nanoseconds) }

  func noteHandOver(_ time: TimeAmount) { handOvers.recordNanoseconds(time.nanoseconds) }

  func noteLayer2(_ verdict: Layer2Verdict) { layer2Changes[verdict]?.increment() }

  func noteBGP(_ verdict: BGPVerdict) { bgpChanges[verdict]?.increment() }

  func noteBFD(_ state: String) { bfdChanges[state]?.increment() }
}
