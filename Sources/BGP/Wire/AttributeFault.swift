/// What RFC 7606 §2 asks of us for a fault in an UPDATE that does not cost the session. The stronger
/// one is the greater one.
public enum FaultHandling: UInt8, Hashable, Sendable, Comparable {
  /// Go on as if the attribute were not there.
  case discardAttribute
  /// Go on as if the message withdrew the routes that it announces.
  case treatAsWithdraw

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A fault in the path attributes of an UPDATE that does not cost the session.
public struct AttributeFault: Hashable, Sendable {
  /// What is wrong with the attribute.
  public enum Problem: String, Hashable, Sendable {
    /// The Optional or the Transitive bit is not that of the attribute.
    case flags = "wrong flags"
    /// A length that the attribute cannot have.
    case length = "wrong length"
    /// A value that the attribute cannot have.
    case value = "bad value"
    /// Its length exceeds the attributes of the UPDATE.
    case overrun = "exceeds the attributes"
    /// A route is announced without it.
    case missing = "missing"
    /// It stands there once more; the first one counts.
    case duplicate = "present twice"
    /// A neighbour of this kind does not send it.
    case unexpected = "not expected from this peer"
  }

  /// The number of the attribute; 0 when it was cut off before its number.
  public let attribute: UInt8
  /// What is wrong with it.
  public let problem: Problem
  /// What follows.
  public let handling: FaultHandling
}

extension AttributeFault: CustomStringConvertible {
  public var description: String { "attribute \(attribute): \(problem.rawValue)" }
}

/// The faults of one UPDATE in constant space.
struct AttributeFaults: Sendable {
  /// The first among the strongest.
  private(set) var strongest: AttributeFault?
  private(set) var discardCount = 0

  mutating func add(
    _ attribute: UInt8, _ problem: AttributeFault.Problem, _ handling: FaultHandling
  ) {
    if handling == .discardAttribute { discardCount += 1 }
    if let strongest, strongest.handling >= handling { return }
    strongest = AttributeFault(attribute: attribute, problem: problem, handling: handling)
  }
}
