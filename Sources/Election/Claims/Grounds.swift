/// How the owner of an address came to it, told along with the claim so that every node can say why.
/// Nothing is decided by it.
public struct Grounds: Hashable, Sendable {
  /// Why this node and not another one of the ranking.
  public enum Choice: UInt8, Hashable, Sendable, CaseIterable {
    /// It was not told.
    case untold = 0
    /// It was the first of the ranking.
    case first = 1
    /// It was the second, as good as the first but for the hash, and had fewer addresses.
    case lessLoaded = 2
    /// Those before it in the ranking did not take the address in their turn.
    case next = 3
  }

  /// Why the address has another owner than before; `learnt` where nobody told.
  public var cause: Election.Cause
  /// Why this node.
  public var choice: Choice

  /// The grounds with these parts.
  public init(_ cause: Election.Cause, _ choice: Choice = .untold) {
    self.cause = cause
    self.choice = choice
  }

  /// What is known of a claim that came without a word about it.
  static let untold = Grounds(.learnt)
}

extension Election.Cause {
  /// What stands in a packet.
  var code: UInt8 {
    switch self {
    case .learnt: 0
    case .firstClaim: 1
    case .ownerSilent: 2
    case .ownerGaveUp: 3
    case .reclaimed: 4
    case .handedOver: 5
    case .segmentSilent: 6
    case .reasserted: 7
    case .gaveUp: 8
    case .drained: 9
    case .rebalanced: 10
    }
  }

  /// The cause that stands in a packet as `code`; nil for an unknown one.
  init?(code: UInt8) {
    guard let cause = Self.allCases.first(where: { $0.code == code }) else { return nil }
    self = cause
  }

  /// Whether the owner itself passed the address on.
  public var isHandOver: Bool {
    switch self {
    case .handedOver, .drained, .rebalanced: true
    case .learnt, .firstClaim, .ownerSilent, .ownerGaveUp, .reclaimed, .segmentSilent, .reasserted,
      .gaveUp:
      false
    }
  }
}
