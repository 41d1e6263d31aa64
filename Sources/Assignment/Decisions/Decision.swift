/// What was decided about one address on one node for one protocol, and why.
public struct Decision: Hashable, Sendable {
  /// What the node does about the address.
  public enum Verdict: String, Hashable, Sendable, CaseIterable, Codable {
    /// The node announces it.
    case announces
    /// The node is fit and announces nothing: another one owns it, or there is no peer to tell.
    case standsBy
    /// The node may not announce it.
    case unfit
  }

  /// What the node does.
  public let verdict: Verdict
  /// The machine-readable cause.
  public let reason: Reason
  /// One sentence for people that names the object and the field that decided.
  public let sentence: String

  /// A decision.
  public init(_ verdict: Verdict, _ reason: Reason, _ sentence: String) {
    self.verdict = verdict
    self.reason = reason
    self.sentence = sentence
  }

  /// Whether policy, endpoints, node state, selectors and interfaces allow the announcement.
  public var isFit: Bool { verdict != .unfit }

  init(_ refusal: Refusal) {
    self.init(.unfit, refusal.reason, refusal.sentence)
  }
}

extension Decision: CustomStringConvertible {
  public var description: String { "\(verdict.rawValue) (\(reason.rawValue)): \(sentence)" }
}
