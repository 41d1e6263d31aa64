import NIOCore
import Resources
import TestSupport
import Testing

@testable import KubernetesClient

/// A reflector step by step.
struct ReflectorHarness {
  var reflector: Reflector
  var now = NIODeadline.uptimeNanoseconds(1_000_000_000)
  private var generator = SeededGenerator(1)
  /// The request under way.
  private(set) var request: Reflector.RequestID?

  init(_ configuration: Reflector.Configuration = Self.paged) {
    reflector = Reflector(configuration)
  }

  static var paged: Reflector.Configuration {
    var configuration = Reflector.Configuration()
    configuration.usesStreamingLists = false
    return configuration
  }

  /// A harness whose list is complete and whose watch is open.
  static func following(_ objects: [KubernetesObject]) throws -> ReflectorHarness {
    var harness = ReflectorHarness()
    harness.handle(.start)
    try harness.respond(.page(ListPage(objects: objects, resourceVersion: "50")))
    try harness.respond(.opened)
    harness.pass(.seconds(6))
    return harness
  }

  @discardableResult
  mutating func handle(_ input: Reflector.Input) -> [Reflector.Action] {
    let actions = reflector.handle(input, now: now, using: &generator)
    for action in actions {
      switch action {
      case .list(_, _, let id), .watch(_, let id), .discover(let id): request = id
      default: break
      }
    }
    return actions
  }

  @discardableResult
  mutating func respond(_ response: Reflector.Response) throws -> [Reflector.Action] {
    handle(.response(response, of: try #require(request)))
  }

  /// Fails the request under way with an HTTP status.
  @discardableResult
  mutating func fail(
    _ code: Int, retryAfter: TimeAmount? = nil
  ) throws -> [Reflector.Action] {
    try respond(.failed(.status(APIStatus(code: code, retryAfter: retryAfter))))
  }

  /// Lets time pass, and gives what is done in it.
  @discardableResult
  mutating func pass(_ time: TimeAmount) -> [Reflector.Action] {
    let end = now + time
    var actions: [Reflector.Action] = []
    while let deadline = reflector.nextDeadline, deadline <= end {
      now = max(now, deadline)
      let done = handle(.timer)
      actions += done
      guard reflector.nextDeadline != deadline else { break }
    }
    now = end
    return actions
  }

  /// The time until the reflector does something by itself.
  var delay: TimeAmount? { reflector.nextDeadline.map { $0 - now } }

  static func object(_ name: String, _ version: String) -> KubernetesObject {
    KubernetesObject(
      apiVersion: "v1", kind: "Service", name: ObjectName(namespace: "default", name: name),
      uid: "uid-\(name)", resourceVersion: version, json: [])
  }
}

extension [Reflector.Action] {
  /// The changes that are delivered.
  var delivered: [ReflectedChanges] {
    compactMap { if case .deliver(let changes) = $0 { changes } else { nil } }
  }

  /// The versions from which watches are asked for; nil for a streaming list.
  var watches: [String?] {
    compactMap { if case .watch(let watch, _) = $0 { watch.resourceVersion } else { nil } }
  }

  /// The tokens of the pages that are asked for; nil for a first page.
  var lists: [String?] {
    compactMap { if case .list(_, let token, _) = $0 { .some(token) } else { nil } }
  }

  /// How often it is asked what the server serves.
  var discoveries: Int { count { if case .discover = $0 { true } else { false } } }

  /// How many requests are made.
  var requests: Int { watches.count + lists.count + discoveries }

  /// The conditions that are reported.
  var conditions: [Reflector.Condition] {
    compactMap { if case .report(let condition) = $0 { condition } else { nil } }
  }
}
