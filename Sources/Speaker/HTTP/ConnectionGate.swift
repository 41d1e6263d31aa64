import NIOCore

/// Decides which connections and requests are taken, so that nobody keeps others from being
/// answered. A value without a clock of its own.
struct ConnectionGate {
  /// The bounds.
  struct Limits: Hashable, Sendable {
    /// Connections at the same time.
    var connections = 128
    /// Connections at the same time from one address. All who come through the API server have the same:
    /// as many as may wait for events, and some who ask.
    var connectionsOfOne = 96
    /// Requests from one address at once, after a pause.
    var burst = 40.0
    /// Requests a second from one address.
    var rate = 20.0
    /// Addresses whose requests are counted apart; all others share one account.
    var sources = 1024
  }

  /// Why a connection is closed at once.
  enum Refusal: String, CaseIterable, Error {
    /// There are too many in all.
    case tooMany
    /// There are too many from this address.
    case tooManyFromOne
  }

  private struct Account {
    var tokens: Double
    var at: NIODeadline
  }

  let limits: Limits
  private(set) var total = 0
  private var open: [String: Int] = [:]
  private var accounts: [String: Account] = [:]
  private var others: Account?

  init(limits: Limits = Limits()) { self.limits = limits }

  /// A connection from `source` has come; why it is closed at once, if so. Every other one is told of
  /// by ``close(_:)``.
  mutating func connect(_ source: String) -> Refusal? {
    if total >= limits.connections { return .tooMany }
    if open[source, default: 0] >= limits.connectionsOfOne { return .tooManyFromOne }
    open[source, default: 0] += 1
    total += 1
    return nil
  }

  /// A connection from `source` is closed that was not refused.
  mutating func close(_ source: String) {
    guard let count = open[source] else { return }
    open[source] = count > 1 ? count - 1 : nil
    total -= 1
  }

  /// Whether a request from `source` is answered.
  mutating func admits(_ source: String, now: NIODeadline) -> Bool {
    if accounts[source] == nil, accounts.count >= limits.sources { forgetIdle(now) }
    let isOwn = accounts[source] != nil || accounts.count < limits.sources
    var account =
      (isOwn ? accounts[source] : others) ?? Account(tokens: limits.burst, at: now)
    account.tokens = tokens(of: account, now)
    account.at = now
    let isAdmitted = account.tokens >= 1
    if isAdmitted { account.tokens -= 1 }
    if isOwn { accounts[source] = account } else { others = account }
    return isAdmitted
  }

  private func tokens(of account: Account, _ now: NIODeadline) -> Double {
    let seconds = Double((now - account.at).nanoseconds) / 1e9
    return min(limits.burst, account.tokens + max(seconds, 0) * limits.rate)
  }

  /// Forgets those who have their whole burst again: a new account would be the same.
  private mutating func forgetIdle(_ now: NIODeadline) {
    accounts = accounts.filter { tokens(of: $0.value, now) < limits.burst }
  }
}
