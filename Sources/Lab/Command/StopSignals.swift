import Dispatch
import NIOConcurrencyHelpers

#if canImport(Glibc)
  import Glibc
#endif

/// Waits for the signals that ask the lab to end: Ctrl-C, SIGTERM, and the end of the terminal.
/// They no longer kill the process, which has to clean up first.
final class StopSignals: Sendable {
  private struct State {
    var first: Int32?
    var action: (@Sendable (Int32) -> Void)?
  }

  private let state = NIOLockedValueBox(State())

  /// Takes the signals over, until the process ends.
  init() {
    // A reader that closes our output must not end us either.
    signal(SIGPIPE, SIG_IGN)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      // The handler keeps the source, and the source the handler: both last as long as the process.
      source.setEventHandler { withExtendedLifetime(source) { self.received(number) } }
      source.resume()
    }
  }

  /// The first signal that came.
  var first: Int32? { state.withLockedValue { $0.first } }

  /// Calls `action` with the first signal, at once if it has come already.
  func onFirst(_ action: @escaping @Sendable (Int32) -> Void) {
    let early = state.withLockedValue { state -> Int32? in
      state.action = action
      return state.first
    }
    if let early { action(early) }
  }

  private func received(_ number: Int32) {
    let action = state.withLockedValue { state -> (@Sendable (Int32) -> Void)? in
      guard state.first == nil else { return nil }
      state.first = number
      return state.action
    }
    action?(number)
  }
}
