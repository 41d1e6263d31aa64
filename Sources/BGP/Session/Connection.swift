import Addresses
import NIOCore

/// A TCP connection: how far the session on it is, and what came in on it but is no whole message
/// yet. A peer has at most two, one of each origin.
struct Connection: Sendable {
  /// Which side opened it.
  enum Origin: Sendable {
    case dialled
    case accepted
  }

  /// The states of RFC 4271 §8.2.2 that have a connection, each with what is valid in it.
  enum Phase: Sendable {
    case openSent(holdDeadline: NIODeadline)
    case openConfirm(OpenConfirm)
    case established(Established)
  }

  struct OpenConfirm: Sendable {
    let negotiated: NegotiatedSession
    var timers: SessionTimers
  }

  struct Established: Sendable {
    let negotiated: NegotiatedSession
    var timers: SessionTimers
    let since: NIODeadline
    var hasReportedFault = false
  }

  let id: ConnectionID
  let origin: Origin
  let local: IPAddress
  var phase: Phase
  var framer = MessageFramer()
  /// Octets sent that the kernel has not accepted.
  var bytesUnderWay = 0

  /// The phase's name in the RFC.
  var state: SessionState {
    switch phase {
    case .openSent: .openSent
    case .openConfirm: .openConfirm
    case .established: .established
    }
  }

  /// What both sides agreed on, once they did.
  var negotiated: NegotiatedSession? {
    switch phase {
    case .openSent: nil
    case .openConfirm(let state): state.negotiated
    case .established(let state): state.negotiated
    }
  }

  /// What is valid while routes are exchanged, else nil.
  var established: Established? {
    if case .established(let state) = phase { state } else { nil }
  }

  /// The first of its timers.
  var nextDeadline: NIODeadline? {
    switch phase {
    case .openSent(let holdDeadline): holdDeadline
    case .openConfirm(let state): state.timers.next
    case .established(let state): state.timers.next
    }
  }

  /// A KEEPALIVE or an UPDATE came in.
  mutating func received(now: NIODeadline) { updateTimers { $0.received(now: now) } }

  /// A KEEPALIVE or an UPDATE goes out.
  mutating func sent(now: NIODeadline, using random: inout RandomGenerator) {
    updateTimers { $0.sent(now: now, using: &random) }
  }

  /// The kernel accepted bytes.
  mutating func written(_ byteCount: Int, now: NIODeadline) {
    bytesUnderWay -= min(byteCount, bytesUnderWay)
    if established != nil { updateTimers { $0.wrote(now: now) } }
  }

  private mutating func updateTimers(_ change: (inout SessionTimers) -> Void) {
    switch phase {
    case .openSent:
      break
    case .openConfirm(var state):
      change(&state.timers)
      phase = .openConfirm(state)
    case .established(var state):
      change(&state.timers)
      phase = .established(state)
    }
  }
}
