public import NIOCore
public import Resources

/// Follows the objects of one selection by list and watch: decides what to ask for and when, and
/// what has changed.
///
/// A value without clock, chance or I/O of its own: hand it what happens, do what it says in order,
/// and call it again at ``nextDeadline``. At most one request is under way at any time. Whatever
/// fails, the changes that are delivered lead to the state of the server; nothing is lost, and
/// nothing stays that is gone.
public struct Reflector: Sendable {
  /// How the reflector stands.
  public internal(set) var condition = Condition.starting
  /// The names of the objects that are known.
  public var knownNames: some Collection<ObjectName> { known.keys }
  /// Whether a list was completed.
  public internal(set) var isSynced = false

  let configuration: Configuration
  var phase = Phase.idle
  var known: [ObjectName: Known] = [:]
  /// The number of the last list that was begun.
  var list: UInt64 = 0
  var backoff: Backoff
  /// Whether a watch was too old since one last made progress.
  var hasExpired = false
  var usesStreamingLists: Bool
  /// Whether the server may still be asked for all objects, if it does not know the fields by which
  /// they are selected.
  var mayDropFieldSelector: Bool
  /// The last version of a watch that went on from a complete list.
  var resourceVersion = ""
  /// When the kind was first found not to be installed, in an unbroken row of such answers.
  var absentSince: NIODeadline?
  /// How often the kind was found not to be installed.
  var absences = 0
  /// Whether the server was asked what it serves of the kind's group and version.
  var hasAskedDiscovery = false
  /// Until when the server asked to be left in peace.
  var asksNothingUntil: NIODeadline?
  /// Whether what is waited for is a server that could take no request.
  var waitsForServer = false
  /// How often in a row a streaming list ended in silence.
  var silentStreams = 0
  private var lastRequest: UInt64 = 0

  /// What is kept of an object.
  struct Known: Sendable {
    var resourceVersion: String
    /// The last list that was begun when the object was last heard of.
    var list: UInt64
  }

  /// What is under way.
  enum Phase: Sendable {
    case idle
    case waiting(until: NIODeadline, then: Step)
    case listing(Listing)
    case streaming(Listing, startedAt: NIODeadline)
    case watching(Following)
    /// Whether the kind is served at all is asked.
    case discovering(RequestID, lastActivity: NIODeadline)
  }

  /// What to do after a wait.
  enum Step: Sendable {
    case list
    case watch
  }

  /// A list that arrives, in pages or as the first events of a watch.
  struct Listing: Sendable {
    let request: RequestID
    var continueToken: String?
    var pages = 0
    var lastActivity: NIODeadline
  }

  /// A watch.
  struct Following: Sendable {
    let request: RequestID
    var openedAt: NIODeadline?
    var lastActivity: NIODeadline
    /// Whether the version moved on.
    var hasProgressed = false
  }

  /// A reflector that knows nothing yet.
  ///
  /// - Parameter mayDropFieldSelector: whether all objects will do where the server does not know the
  ///   fields by which they are selected
  public init(
    _ configuration: Configuration = Configuration(), mayDropFieldSelector: Bool = false
  ) {
    self.configuration = configuration
    backoff = configuration.backoff
    usesStreamingLists = configuration.usesStreamingLists
    self.mayDropFieldSelector = mayDropFieldSelector
  }

  /// Takes in what happened, and says what to do.
  public mutating func handle(
    _ input: Input, now: NIODeadline, using generator: inout some RandomNumberGenerator
  ) -> [Action] {
    var actions: [Action] = []
    switch input {
    case .start:
      if case .idle = phase { begin(.list, now, &generator, &actions) }
    case .timer:
      handleTimer(now, &generator, &actions)
    case .recovered:
      cutWaitShort(now, &generator)
    case .response(let response, let request):
      // What a request brings that was cancelled means nothing.
      if request == currentRequest { handle(response, now, &generator, &actions) }
    }
    return actions
  }

  /// When to call again even if nothing happens.
  public var nextDeadline: NIODeadline? {
    switch phase {
    case .idle: nil
    case .waiting(let until, _): until
    case .listing(let listing): listing.lastActivity + configuration.responseTimeout
    case .streaming(let listing, let startedAt):
      min(
        listing.lastActivity + configuration.responseTimeout,
        startedAt + configuration.streamingListTimeout)
    case .watching(let watch): deadline(of: watch)
    case .discovering(_, let lastActivity): lastActivity + configuration.responseTimeout
    }
  }

  private func deadline(of watch: Following) -> NIODeadline {
    guard let openedAt = watch.openedAt else {
      return watch.lastActivity + configuration.responseTimeout
    }
    let idle = watch.lastActivity + configuration.watchIdleTimeout
    let needsProof = backoff.failures > 0 || condition != .following
    return needsProof ? min(idle, openedAt + configuration.stablePeriod) : idle
  }

  private var currentRequest: RequestID? {
    switch phase {
    case .idle, .waiting: nil
    case .listing(let listing), .streaming(let listing, _): listing.request
    case .watching(let watch): watch.request
    case .discovering(let request, _): request
    }
  }

  private mutating func handleTimer(
    _ now: NIODeadline, _ generator: inout some RandomNumberGenerator, _ actions: inout [Action]
  ) {
    guard let deadline = nextDeadline, now >= deadline else { return }
    switch phase {
    case .idle: break
    case .waiting(_, let step):
      begin(step, now, &generator, &actions)
    case .discovering(let request, _):
      actions.append(.cancel(request))
      fail(.stalled, now, &generator, &actions)
    case .listing(let listing):
      actions.append(.cancel(listing.request))
      fail(.stalled, now, &generator, &actions)
    case .streaming(let listing, _):
      actions.append(.cancel(listing.request))
      if now >= listing.lastActivity + configuration.responseTimeout {
        silentStreams += 1
        if silentStreams > 1 { usesStreamingLists = false }
        fail(.stalled, now, &generator, &actions)
      } else {
        // An old server takes the request for a plain watch and never ends the first events.
        usesStreamingLists = false
        begin(.list, now, &generator, &actions)
      }
    case .watching(let watch):
      if let openedAt = watch.openedAt,
        now < watch.lastActivity + configuration.watchIdleTimeout
      {
        if now >= openedAt + configuration.stablePeriod { settle(&actions) }
      } else {
        actions.append(.cancel(watch.request))
        fail(.stalled, now, &generator, &actions)
      }
    }
  }

  /// Begins a list or a watch.
  mutating func begin(
    _ step: Step, _ now: NIODeadline, _ generator: inout some RandomNumberGenerator,
    _ actions: inout [Action]
  ) {
    lastRequest += 1
    let request = RequestID(number: lastRequest)
    let seconds = Int64.random(in: configuration.watchSeconds, using: &generator)
    if step == .list { list += 1 }
    switch step {
    case .list where usesStreamingLists:
      phase = .streaming(Listing(request: request, lastActivity: now), startedAt: now)
      actions.append(.watch(Watch(resourceVersion: nil, seconds: seconds), request))
    case .list:
      phase = .listing(Listing(request: request, lastActivity: now))
      actions.append(.list(limit: configuration.pageSize, continueToken: nil, request))
    case .watch:
      phase = .watching(Following(request: request, lastActivity: now))
      actions.append(.watch(Watch(resourceVersion: resourceVersion, seconds: seconds), request))
    }
  }

  /// Asks what the server serves of the kind's group and version.
  mutating func askDiscovery(_ now: NIODeadline, _ actions: inout [Action]) {
    hasAskedDiscovery = true
    lastRequest += 1
    let request = RequestID(number: lastRequest)
    phase = .discovering(request, lastActivity: now)
    actions.append(.discover(request))
  }

  /// Asks for the page of a list that follows.
  mutating func turnPage(
    of listing: Listing, token: String, _ now: NIODeadline, _ actions: inout [Action]
  ) {
    lastRequest += 1
    let request = RequestID(number: lastRequest)
    phase = .listing(
      Listing(
        request: request, continueToken: token, pages: listing.pages + 1, lastActivity: now))
    actions.append(.list(limit: configuration.pageSize, continueToken: token, request))
  }

  /// Waits before the next step.
  mutating func wait(_ time: TimeAmount, then step: Step, _ now: NIODeadline) {
    phase = .waiting(until: now + time, then: step)
    waitsForServer = false
    asksNothingUntil = nil
  }

  /// Asks the server soon that is well again. Its failures count on: should it fail once more, the
  /// wait is as long as it would have been.
  private mutating func cutWaitShort(
    _ now: NIODeadline, _ generator: inout some RandomNumberGenerator
  ) {
    guard waitsForServer, case .waiting(let until, let step) = phase else { return }
    let spread = Int64.random(
      in: 0...max(configuration.recoverySpread.nanoseconds, 0), using: &generator)
    let soon = max(now + .nanoseconds(spread), asksNothingUntil ?? now)
    phase = .waiting(until: min(until, soon), then: step)
  }

  /// Notes that all is well.
  mutating func settle(_ actions: inout [Action]) {
    backoff.reset()
    report(.following, &actions)
  }

  /// Tells of a condition, if it is another one.
  mutating func report(_ condition: Condition, _ actions: inout [Action]) {
    guard condition != self.condition else { return }
    self.condition = condition
    actions.append(.report(condition))
  }
}
