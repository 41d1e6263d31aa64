import Addresses
import Election
import NIOCore

/// Measures how long hand-overs take, by what the election says.
struct HandOverClock {
  private struct Attempt {
    let began: NIODeadline
    var lastAsked: NIODeadline
    var isCommitted = false
  }

  private var attempts: [IPAddress: Attempt] = [:]
  private let member: MemberID

  /// After so long without a question an attempt was given up, and a later one is another.
  private static let patience = TimeAmount.seconds(2)

  /// A clock of the hand-overs from this member.
  init(member: MemberID) { self.member = member }

  /// Takes in what the election wants done; how long the hand-over took that ends with it, if any.
  mutating func note(
    _ action: Election.Action, now: NIODeadline
  ) -> (address: IPAddress, time: TimeAmount)? {
    switch action {
    case .send(.rows(let message), _) where message.kind == .prepare:
      for row in message.rows { noteQuestion(row.address, now) }
    case .claimed(let address, let claim, .handedOver, _) where claim.owner != member:
      attempts[address]?.isCommitted = true
    case .silence(let address, _):
      guard let attempt = attempts.removeValue(forKey: address), attempt.isCommitted else { break }
      return (address, now - attempt.began)
    case .send, .broadcast, .answer, .probeHost, .claimed, .witnessesChanged: break
    }
    return nil
  }

  private mutating func noteQuestion(_ address: IPAddress, _ now: NIODeadline) {
    if let attempt = attempts[address], now - attempt.lastAsked < Self.patience {
      attempts[address]?.lastAsked = now
    } else {
      attempts[address] = Attempt(began: now, lastAsked: now)
    }
  }

  /// The address is no longer known.
  mutating func forget(_ address: IPAddress) { attempts[address] = nil }
}
