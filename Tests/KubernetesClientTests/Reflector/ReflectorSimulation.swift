import NIOCore
import Resources
import TestSupport
import Testing

@testable import KubernetesClient

/// A reflector, a server, and a network between them that fails at random. Every delivery is
/// checked against the history of the server.
struct ReflectorSimulation {
  var server = SimulatedServer()
  var reflector: Reflector
  var now = NIODeadline.uptimeNanoseconds(1_000_000_000)
  /// How many of a hundred answers meet a fault.
  var faultRate = 0
  /// The requests so far.
  private(set) var requests = 0
  /// What a reader has made of the deliveries.
  private(set) var view: [ObjectName: String] = [:]
  private(set) var isViewComplete = false
  private(set) var conditions: [Reflector.Condition] = []
  private var generator: SeededGenerator
  private var request: Request?
  private var lastListed = 0

  private enum Request {
    case list(limit: Int, token: String?, Reflector.RequestID)
    case watch(Watch, Reflector.RequestID)
    case discover(Reflector.RequestID)

    var id: Reflector.RequestID {
      switch self {
      case .list(_, _, let id), .watch(_, let id), .discover(let id): id
      }
    }
  }

  private struct Watch {
    /// The version up to which events were sent; nil before the initial events.
    var version: Int?
    var isOpen = false
    var isStreaming: Bool
    /// The initial events that are still to be sent.
    var initial: [WatchEvent] = []
    var bookmarkAt: NIODeadline
  }

  init(seed: Int, configuration: Reflector.Configuration) {
    generator = SeededGenerator(seed)
    reflector = Reflector(configuration)
  }

  mutating func start() { perform(.start) }

  /// Lets `time` pass, with everything that happens in it.
  mutating func run(for time: TimeAmount) {
    let end = now + time
    while now < end {
      now = now + .milliseconds(.random(in: 1...50, using: &generator))
      if let deadline = reflector.nextDeadline, deadline <= now { perform(.timer) }
      if request != nil { answer() }
      // Nothing happens for long in many a state.
      if let next = nextChange, next > now { now = min(next, end) }
    }
  }

  private var nextChange: NIODeadline? {
    switch request {
    case nil: reflector.nextDeadline
    case .watch(let watch, _) where watch.isOpen && !watch.isStreaming:
      watch.version == server.version
        ? min(watch.bookmarkAt, reflector.nextDeadline ?? watch.bookmarkAt) : nil
    default: nil
    }
  }

  // MARK: The reader

  private mutating func perform(_ input: Reflector.Input) {
    for action in reflector.handle(input, now: now, using: &generator) {
      switch action {
      case .list(let limit, let token, let id):
        #expect(request == nil, "two requests at once")
        requests += 1
        request = .list(limit: limit, token: token, id)
      case .watch(let watch, let id):
        #expect(request == nil, "two requests at once")
        requests += 1
        request = .watch(
          Watch(
            version: watch.resourceVersion.flatMap { Int($0) },
            isStreaming: watch.resourceVersion == nil, bookmarkAt: now + .seconds(60)), id)
      case .discover(let id):
        #expect(request == nil, "two requests at once")
        requests += 1
        request = .discover(id)
      case .cancel(let id): if request?.id == id { request = nil }
      case .renewCredentials, .renewConnections, .dropFieldSelector: break
      case .deliver(let changes): take(changes)
      case .report(let condition): conditions.append(condition)
      }
    }
  }

  private mutating func take(_ changes: ReflectedChanges) {
    for change in changes.changes {
      switch change {
      case .upserted(let object):
        #expect(view[object.name] != object.resourceVersion, "a change that is none")
        view[object.name] = object.resourceVersion
      case .removed(let name):
        #expect(view.removeValue(forKey: name) != nil, "the removal of an unknown object")
      }
    }
    isViewComplete = changes.isComplete
    guard changes.isComplete else { return }
    let versions = view.mapValues { Int($0) ?? -1 }
    if reflector.absentSince != nil {
      #expect(view.isEmpty)
    } else {
      #expect(server.snapshot(reflector.resourceVersion) == versions, "no state the server had")
    }
  }

  // MARK: The network

  private mutating func answer() {
    guard let current = request else { return }
    let isFaulty = Int.random(in: 0..<100, using: &generator) < faultRate
    if isFaulty, Bool.random(using: &generator) {
      let failure = randomFailure()
      // A stall is found by the reflector itself.
      if failure == .stalled { return }
      request = nil
      perform(.response(.failed(failure), of: current.id))
      return
    }
    switch current {
    case .list(let limit, let token, let id): answerList(limit, token, id)
    case .watch(let watch, let id): answerWatch(watch, id, isFaulty)
    case .discover(let id):
      request = nil
      perform(.response(.discovered(isServed: server.isInstalled), of: id))
    }
  }

  private mutating func answerList(_ limit: Int, _ token: String?, _ id: Reflector.RequestID) {
    request = nil
    switch server.page(limit: limit, token: token) {
    case .success(let page): perform(.response(.page(page), of: id))
    case .failure(let status): perform(.response(.failed(.status(status)), of: id))
    }
  }

  private mutating func answerWatch(_ old: Watch, _ id: Reflector.RequestID, _ isFaulty: Bool) {
    var watch = old
    guard server.isInstalled else {
      request = nil
      let status = APIStatus(code: 404)
      return perform(.response(watch.isOpen ? .ended : .failed(.status(status)), of: id))
    }
    if !watch.isOpen {
      if watch.isStreaming, server.streaming == .refused {
        request = nil
        return perform(.response(.failed(.status(APIStatus(code: 422))), of: id))
      }
      if let version = watch.version, version < server.compacted {
        request = nil
        let status = APIStatus(code: 410, reason: "Expired")
        return perform(.response(.failed(.status(status)), of: id))
      }
      watch.isOpen = true
      if watch.isStreaming {
        watch.initial = server.objects.sorted { $0.key < $1.key }
          .map { .upserted(SimulatedServer.object($0.key, $0.value)) }
        watch.version = server.version
        if server.streaming == .known {
          watch.initial.append(
            .bookmark(resourceVersion: String(server.version), endsInitialEvents: true))
        }
      }
      request = .watch(watch, id)
      return perform(.response(.opened, of: id))
    }
    if isFaulty {
      request = nil
      let status = APIStatus(code: 410, reason: "Expired")
      let response: Reflector.Response =
        Bool.random(using: &generator) ? .ended : .events([.failed(status)])
      return perform(.response(response, of: id))
    }
    let events = next(&watch)
    request = .watch(watch, id)
    perform(.response(events.isEmpty ? .activity : .events(events), of: id))
  }

  private mutating func next(_ watch: inout Watch) -> [WatchEvent] {
    let limit = Int.random(in: 1...5, using: &generator)
    if !watch.initial.isEmpty {
      let events = Array(watch.initial.prefix(limit))
      watch.initial.removeFirst(events.count)
      return events
    }
    watch.isStreaming = false
    var (events, version) = server.events(after: watch.version ?? 0, limit: limit)
    watch.version = version
    if now >= watch.bookmarkAt, version == server.version {
      watch.bookmarkAt = now + .seconds(60)
      events.append(.bookmark(resourceVersion: String(version), endsInitialEvents: false))
    }
    return events
  }

  private mutating func randomFailure() -> RequestFailure {
    let failures: [RequestFailure] = [
      .status(APIStatus(code: 500)), .status(APIStatus(code: 503, retryAfter: .seconds(2))),
      .status(APIStatus(code: 429, retryAfter: .seconds(1))), .status(APIStatus(code: 401)),
      .status(APIStatus(code: 403)), .status(APIStatus(code: 404)),
      .status(APIStatus(code: 410, reason: "Expired")), .connection("cut"), .stalled,
      .malformed("<html>"), .credentials("no plugin"),
    ]
    return failures.randomElement(using: &generator) ?? .stalled
  }

  /// Changes the server at random.
  mutating func disturb() {
    switch Int.random(in: 0..<100, using: &generator) {
    case 0..<60: server.upsert(SimulatedServer.name(.random(in: 0..<40, using: &generator)))
    case 60..<90: server.remove(SimulatedServer.name(.random(in: 0..<40, using: &generator)))
    case 90..<96: server.compact()
    case 96: server.uninstall()
    default: server.isInstalled = true
    }
  }

  /// Whether the reader sees what the server has.
  var hasConverged: Bool {
    isViewComplete && view.mapValues { Int($0) ?? -1 } == server.objects
  }
}
