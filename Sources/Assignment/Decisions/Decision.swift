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
  /// Whether the node still forwards what comes for an address that it may not announce: its end can
  /// wait until the routers have found other ways.
  public let stillForwards: Bool

  /// A decision.
  public init(
    _ verdict: Verdict, _ reason: Reason, _ sentence: String, stillForwards: Bool = false
  ) {
    self.verdict = verdict
    self.reason = reason
    self.sentence = sentence
    self.stillForwards = stillForwards
  }

  /// Whether policy, endpoints, node state, selectors and interfaces allow the announcement.
  public var isFit: Bool { verdict != .unfit }

  init(_ refusal: Refusal) {
    self.init(
      .unfit, refusal.reason, refusal.sentence, stillForwards: refusal.leavesForwarding)
  }
}

extension Decision: CustomStringConvertible {
  public var description: String { "\(verdict.rawValue) (\(reason.rawValue)): \(sentence)" }
}
