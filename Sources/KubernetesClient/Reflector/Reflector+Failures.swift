import NIOCore
import Resources

extension Reflector {
  /// Ends what is under way, and decides what comes next.
  mutating func fail(
    _ failure: RequestFailure, _ now: NIODeadline, _ generator: inout some RandomNumberGenerator,
    _ actions: inout [Action]
  ) {
    var step = Step.list
    switch phase {
    case .idle, .waiting: return
    case .listing:
      // Servers before 1.31 do not select Services by spec.type, and say so with 400.
      if failure.code == 400, mayDropFieldSelector {
        mayDropFieldSelector = false
        actions.append(.dropFieldSelector)
        return begin(.list, now, &generator, &actions)
      }
    case .discovering:
      // A refusal says nothing of the kind.
      guard failure.isTransient else { return notFound(now, &generator, &actions) }
    case .streaming:
      // Servers before 1.27, and those where it is off, refuse the parameters with 400 or 422.
      if let code = failure.code, [400, 405, 422].contains(code) {
        usesStreamingLists = false
        return begin(.list, now, &generator, &actions)
      }
    case .watching(let watch):
      if watch.hasProgressed {
        backoff.reset()
        hasExpired = false
      }
      if failure.isExpired, !hasExpired {
        // A server that was down and has forgotten the version is well: it is not waited for again.
        hasExpired = true
        backoff.reset()
      }
      step = stepAfterWatch(failure)
    }
    if failure.code == 404 { return notFound(now, &generator, &actions) }
    absentSince = nil
    if failure.code == 401 { actions.append(.renewCredentials) }
    if failure == .stalled { actions.append(.renewConnections) }
    var time = backoff.next(using: &generator)
    var asksNothingUntil: NIODeadline?
    if let asked = failure.retryAfter {
      let bounded = min(asked, configuration.maximumRetryAfter)
      let spread = TimeAmount.nanoseconds(
        .random(in: 0...max(bounded.nanoseconds / 10, 1), using: &generator))
      time = max(time, bounded + spread)
      asksNothingUntil = now + bounded + spread
    }
    // One failure of a watch is the way of the world; a row of them is worth a word.
    if backoff.failures > 1 || !isSynced || !failure.isTransient && !failure.isExpired {
      report(.failing(failure), &actions)
    }
    wait(time, then: step, now)
    waitsForServer = failure.isTransient
    self.asksNothingUntil = asksNothingUntil
  }

  /// Whether a watch can go on from where it was.
  private func stepAfterWatch(_ failure: RequestFailure) -> Step {
    if failure.isExpired { return .list }
    return failure.isTransient || failure.code == 403 ? .watch : .list
  }

  /// Waits for a kind that is not installed. One answer is not believed: API servers that start know
  /// their custom resources later than they answer for them. At the very first, what the server says
  /// of the kind's group and version may prove it.
  private mutating func notFound(
    _ now: NIODeadline, _ generator: inout some RandomNumberGenerator, _ actions: inout [Action]
  ) {
    let since = absentSince ?? now
    absentSince = since
    if !isSynced, known.isEmpty, !hasAskedDiscovery { return askDiscovery(now, &actions) }
    let confirmation: TimeAmount =
      if !known.isEmpty {
        configuration.absenceConfirmation
      } else {
        isSynced ? .zero : configuration.firstAbsenceConfirmation
      }
    guard now >= since + confirmation else {
      let time = min(configuration.absentInterval, since + confirmation - now).nanoseconds
      let spread = Int64.random(in: 0...max(time / 5, 0), using: &generator)
      return wait(.nanoseconds(time + spread), then: .list, now)
    }
    settleAbsence(nextLook: absentInterval, now, &generator, &actions)
    absences += 1
  }

  /// Takes in what the server serves of the kind's group and version.
  ///
  /// That others of them are served proves that this one is not: a server knows the definitions of all,
  /// or of none. It is looked for soon again, lest it be one that is being installed beside them.
  mutating func noteDiscovery(
    isServed: Bool, _ now: NIODeadline, _ generator: inout some RandomNumberGenerator,
    _ actions: inout [Action]
  ) {
    guard !isServed else { return notFound(now, &generator, &actions) }
    settleAbsence(
      nextLook: configuration.firstAbsenceConfirmation, now, &generator, &actions)
  }

  private mutating func settleAbsence(
    nextLook interval: TimeAmount, _ now: NIODeadline,
    _ generator: inout some RandomNumberGenerator, _ actions: inout [Action]
  ) {
    backoff.reset()
    // First of all: who is told that nothing is there must know why.
    report(.notInstalled, &actions)
    if !known.isEmpty || !isSynced {
      let removed = known.keys.sorted().map(ReflectedChanges.Change.removed)
      known = [:]
      isSynced = true
      actions.append(.deliver(ReflectedChanges(removed, isComplete: true)))
    }
    let time = interval.nanoseconds
    let spread = Int64.random(in: -(time / 5)...time / 5, using: &generator)
    wait(.nanoseconds(time + spread), then: .list, now)
  }

  /// The time until a kind that is not installed is looked for again.
  private var absentInterval: TimeAmount {
    // Versions are known of what was read once.
    guard resourceVersion.isEmpty else { return configuration.absentInterval }
    let (doubled, overflow) = configuration.absentInterval.nanoseconds
      .multipliedReportingOverflow(by: 1 << min(absences, 20))
    let longest = configuration.longestAbsentInterval
    return overflow ? longest : min(.nanoseconds(doubled), longest)
  }
}
