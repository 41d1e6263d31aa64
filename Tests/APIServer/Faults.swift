import NIOConcurrencyHelpers

/// Something that goes wrong with one request.
public enum Fault: Hashable, Sendable {
  /// The server answers with this status.
  case status(Int, retryAfter: Int? = nil)
  /// The server answers that the token has expired.
  case unauthorized
  /// The connection breaks after so many octets of the body.
  case cut(after: Int)
  /// Nothing comes after so many octets of the body.
  case stall(after: Int)
  /// The server never answers.
  case silence
  /// The body comes in pieces of `size` octets, with a pause of milliseconds before each.
  case slow(size: Int, pause: Int)
  /// The body is not JSON.
  case garbage
  /// A watch ends in an orderly way after so many milliseconds.
  case end(after: Int)
  /// A watch says within its stream that its version has expired.
  case expire
}

/// What goes wrong, request by request.
public final class FaultPlan: Sendable {
  /// The kinds of requests that are told apart.
  public enum Request: String, Hashable, Sendable, CaseIterable {
    case list, page, watch, stream, get, write, other
  }

  private struct State {
    var queued: [Request: [Fault]] = [:]
    var forever: [Request: Fault] = [:]
    var counts: [Request: Int] = [:]
  }

  private let state = NIOLockedValueBox(State())

  init() {}

  /// Has the next requests of a kind meet these faults, one each.
  public func add(_ faults: Fault..., to request: Request) {
    state.withLockedValue { $0.queued[request, default: []] += faults }
  }

  /// Has all requests of a kind meet this fault, or none.
  public func set(_ fault: Fault?, for request: Request) {
    state.withLockedValue { $0.forever[request] = fault }
  }

  /// How many requests of a kind there were.
  public func count(of request: Request) -> Int {
    state.withLockedValue { $0.counts[request] ?? 0 }
  }

  /// How many requests there were.
  public var total: Int { state.withLockedValue { $0.counts.values.reduce(0, +) } }

  func next(_ request: Request) -> Fault? {
    state.withLockedValue { state in
      state.counts[request, default: 0] += 1
      guard var queued = state.queued[request], !queued.isEmpty else {
        return state.forever[request]
      }
      let fault = queued.removeFirst()
      state.queued[request] = queued
      return fault
    }
  }
}
