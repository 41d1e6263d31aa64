import Addresses
import Assignment
import NIOCore
import Resources

/// Asks this node's health check node ports, time and again. An instance belongs to the event loop of
/// the control state.
final class HealthChecks {
  /// Hears when ``takeChanges()`` has something.
  var onChange: () -> Void = {}
  /// The addresses of this node at which to ask, the best first; loopback is asked where none answers.
  var nodeAddresses: [IPAddress] = []
  private var gate: HealthGate
  private let node: String
  private let eventLoop: any EventLoop
  private var timer: RepeatedTask?

  private static let tick: TimeAmount = .milliseconds(100)

  /// Checks that ask about nothing yet.
  init(_ options: HealthGateOptions, node: String, eventLoop: any EventLoop) {
    gate = HealthGate(options)
    self.node = node
    self.eventLoop = eventLoop
  }

  /// Whether every service that is asked about was answered for.
  var isPrimed: Bool { gate.isPrimed }

  /// Begins to ask; until ``stop()``.
  func start() {
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    timer = eventLoop.scheduleRepeatedTask(initialDelay: Self.tick, delay: Self.tick) { _ in
      bound.value.ask()
    }
  }

  func stop() {
    timer?.cancel()
    timer = nil
  }

  /// Asks about these services from now on, at these ports; nil ends it.
  func update(_ ports: [ObjectName: UInt16?]) {
    guard !ports.isEmpty else { return }
    gate.update(ports, now: .now())
    ask()
  }

  /// What counts now of the services of which it has changed since the last call.
  func takeChanges() -> [(service: ObjectName, health: LocalHealth?)] { gate.takeChanges() }

  private func ask() {
    guard timer != nil else { return }
    let wasPrimed = gate.isPrimed
    let questions = gate.takeDue(now: .now())
    noteChanges(wasPrimed: wasPrimed)
    let places = Array(nodeAddresses.prefix(1)) + [.v4(IPv4Address(127, 0, 0, 1))]
    let patience = gate.options.timeout
    for question in questions {
      let answer = eventLoop.makeFutureWithTask { [node] in
        await Self.outcome(of: question, at: places, node, patience: patience)
      }
      answer.assumeIsolated().whenSuccess { self.take($0, to: question) }
    }
  }

  /// A service proxy may listen on some of the node's addresses only.
  private static func outcome(
    of question: HealthGate.Question, at places: [IPAddress], _ node: String, patience: TimeAmount
  ) async -> HealthOutcome {
    var outcome = HealthOutcome.silent
    for place in places {
      outcome = await HealthRequest.outcome(
        at: place, port: Int(question.port), host: node, patience: patience)
      if outcome != .refused { break }
    }
    return outcome
  }

  private func take(_ outcome: HealthOutcome, to question: HealthGate.Question) {
    let wasPrimed = gate.isPrimed
    gate.take(outcome, to: question.number, about: question.service)
    noteChanges(wasPrimed: wasPrimed)
  }

  private func noteChanges(wasPrimed: Bool) {
    if gate.hasChanges || gate.isPrimed != wasPrimed { onChange() }
  }
}
