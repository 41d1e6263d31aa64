import Assignment
import NIOCore
import Resources

/// When each health check node port is asked, and what the answers come to. A value: it asks nobody
/// and has no clock.
struct HealthGate {
  /// A question to be asked now.
  struct Question: Hashable, Sendable {
    let service: ObjectName
    let port: UInt16
    /// Tells the answer to this question from late ones to others.
    let number: UInt64
  }

  /// What is known of one service.
  private struct Check {
    var port: UInt16
    /// When it is to be asked next.
    var dueAt: NIODeadline
    /// The question that is under way, and when it counts as not answered.
    var asked: (number: UInt64, until: NIODeadline)?
    /// What counts now; nil before the first answer.
    var health: LocalHealth?
    /// How many answers in a row spoke against what counts.
    var contrary = 0
  }

  let options: HealthGateOptions
  private var checks: [ObjectName: Check] = [:]
  private var changed: Set<ObjectName> = []
  private var lastNumber: UInt64 = 0

  /// How many questions may be under way.
  private static let atOnce = 64

  /// A gate that asks about nothing.
  init(_ options: HealthGateOptions) { self.options = options }

  /// Whether every service was answered for, or has had its time.
  var isPrimed: Bool { checks.values.allSatisfy { $0.health != nil } }

  /// Whether ``takeChanges()`` has something.
  var hasChanges: Bool { !changed.isEmpty }

  /// Asks about these services from now on, at these ports; nil ends it.
  mutating func update(_ ports: [ObjectName: UInt16?], now: NIODeadline) {
    for (service, port) in ports {
      guard let port else {
        // A later service of this name has to answer for itself.
        if checks.removeValue(forKey: service) != nil { changed.insert(service) }
        continue
      }
      guard checks[service]?.port != port else { continue }
      if checks[service] != nil { changed.insert(service) }
      checks[service] = Check(port: port, dueAt: now)
    }
  }

  /// Lets time pass: what was not answered counts as silent. Returns what is to be asked now, by name.
  mutating func takeDue(now: NIODeadline) -> [Question] {
    for (service, check) in checks {
      if let asked = check.asked, asked.until <= now {
        take(.silent, to: asked.number, about: service)
      }
    }
    let underWay = checks.values.count { $0.asked != nil }
    let due = checks.filter { $0.value.asked == nil && $0.value.dueAt <= now }
      .sorted { ($0.value.dueAt, $0.key) < ($1.value.dueAt, $1.key) }
      .prefix(max(0, Self.atOnce - underWay))
    return due.map { service, check in
      lastNumber += 1
      checks[service]?.asked = (lastNumber, now + options.timeout)
      // A gate that fell behind asks once, not for each time it missed.
      let next = check.dueAt + options.interval
      checks[service]?.dueAt = next > now ? next : now + options.interval
      return Question(service: service, port: check.port, number: lastNumber)
    }
  }

  /// Takes an answer; one that comes too late is ignored.
  mutating func take(_ outcome: HealthOutcome, to number: UInt64, about service: ObjectName) {
    guard var check = checks[service], check.asked?.number == number else { return }
    check.asked = nil
    let said: LocalHealth = outcome == .healthy ? .serving : .failing(outcome.sentence)
    switch (check.health, said) {
    case (nil, _):
      check.health = said
      changed.insert(service)
    case (.serving, .serving): check.contrary = 0
    case (.failing(let before), .failing(let text)):
      check.contrary = 0
      if text != before {
        check.health = said
        changed.insert(service)
      }
    case (.serving, .failing), (.failing, .serving):
      check.contrary += 1
      if check.contrary >= (said == .serving ? options.successes : options.failures) {
        check.contrary = 0
        check.health = said
        changed.insert(service)
      }
    }
    checks[service] = check
  }

  /// What counts now of the services of which it has changed since the last call; nil for those that
  /// are not asked about, or were not answered for yet. By name.
  mutating func takeChanges() -> [(service: ObjectName, health: LocalHealth?)] {
    defer { changed.removeAll() }
    return changed.sorted().map { ($0, checks[$0]?.health) }
  }
}
