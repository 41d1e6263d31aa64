import NIOConcurrencyHelpers
import NIOCore

/// Tells all who follow objects over one client when the server is well again.
final class Outages: Sendable {
  private struct State {
    var watch = RecoveryWatch()
    var listeners: [UInt64: @Sendable () -> Void] = [:]
    var number: UInt64 = 0
  }

  private let state = NIOLockedValueBox(State())

  /// Has `listener` called at the end of each outage, until ``remove(_:)``.
  func add(_ listener: @escaping @Sendable () -> Void) -> UInt64 {
    state.withLockedValue { state in
      state.number += 1
      state.listeners[state.number] = listener
      return state.number
    }
  }

  func remove(_ number: UInt64) { state.withLockedValue { $0.listeners[number] = nil } }

  func note(_ failure: RequestFailure) { state.withLockedValue { $0.watch.note(failure) } }

  func noteSuccess() {
    let listeners = state.withLockedValue { state in
      state.watch.noteSuccess(now: .now()) ? Array(state.listeners.values) : []
    }
    for listener in listeners { listener() }
  }
}
