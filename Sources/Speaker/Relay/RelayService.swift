import Logging
import NIOCore
import ServiceLifecycle

/// Brings what the relay knows into the kernel, and out of it at the end.
struct RelayService: Service {
  let relay: Relay
  let logger: Logger

  /// After a failure everything is made anew so much later.
  private static let retryInterval = TimeAmount.seconds(1)

  func run() async throws {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await follow() }
      try? await gracefulShutdown()
      group.cancelAll()
    }
    do {
      try await relay.apply(RelayScript.removal)
    } catch {
      logger.error("the rules of the relay stay in the kernel", metadata: ["error": "\(error)"])
    }
  }

  private func follow() async {
    var plan = RelayPlan(node: relay.node)
    var applied: RelayRules?
    var reminder: Task<Void, any Error>?
    for await _ in relay.news {
      let now = NIODeadline.now()
      for event in relay.takeEvents() { plan.handle(event, now: now) }
      var due: NIODeadline?
      do {
        applied = try await apply(&plan, over: applied, now: now)
        due = plan.nextDeadline
        if relay.problem != nil { logger.info("connections are sent on again") }
        relay.problem = nil
      } catch {
        applied = nil
        due = .now() + Self.retryInterval
        let problem = "open connections are not sent on to former owners: \(error)"
        if relay.problem != problem { logger.error("\(problem)") }
        relay.problem = problem
      }
      reminder?.cancel()
      reminder = due.map { due in
        Task {
          try await Task.sleep(for: .nanoseconds(max(0, (due - .now()).nanoseconds)))
          relay.remind()
        }
      }
    }
    reminder?.cancel()
  }

  private func apply(
    _ plan: inout RelayPlan, over applied: RelayRules?, now: NIODeadline
  ) async throws -> RelayRules {
    var rules = plan.rules(at: now)
    var present = applied ?? RelayRules()
    if applied?.interfaces != rules.interfaces {
      plan.forgetFormerOwners()
      rules = plan.rules(at: now)
      try await relay.apply(RelayScript.structure(rules.interfaces))
      present = RelayRules(interfaces: rules.interfaces)
    }
    for batch in RelayScript.batches(from: present, to: rules, now: now) {
      try await relay.apply(batch)
    }
    return rules
  }
}
