/// A Kubernetes LabelSelector: every requirement must hold; an empty selector matches everything.
public struct LabelSelector: Hashable, Sendable {
  /// One entry of `matchExpressions`.
  public struct Requirement: Hashable, Sendable {
    /// The operator of a requirement.
    public enum Operator: String, Hashable, Sendable, CaseIterable {
      case isIn = "In"
      case notIn = "NotIn"
      case exists = "Exists"
      case doesNotExist = "DoesNotExist"
    }

    /// The label's key.
    public var key: String
    /// How the label is compared.
    public var `operator`: Operator
    /// The values for `In` and `NotIn`; empty otherwise.
    public var values: [String]

    /// A requirement with these values.
    public init(key: String, operator: Operator, values: [String] = []) {
      self.key = key
      self.operator = `operator`
      self.values = values
    }
  }

  /// `matchLabels`.
  public var matchLabels: [String: String]
  /// `matchExpressions`.
  public var matchExpressions: [Requirement]

  /// A selector with these requirements.
  public init(matchLabels: [String: String] = [:], matchExpressions: [Requirement] = []) {
    self.matchLabels = matchLabels
    self.matchExpressions = matchExpressions
  }

  /// Whether an object with these labels is selected. An absent label satisfies `NotIn`.
  public func matches(_ labels: [String: String]) -> Bool {
    for (key, value) in matchLabels where labels[key] != value { return false }
    return matchExpressions.allSatisfy { requirement in
      switch requirement.operator {
      case .isIn: labels[requirement.key].map(requirement.values.contains) ?? false
      case .notIn: labels[requirement.key].map { !requirement.values.contains($0) } ?? true
      case .exists: labels[requirement.key] != nil
      case .doesNotExist: labels[requirement.key] == nil
      }
    }
  }
}

extension [LabelSelector] {
  /// Whether any selector of the list matches; an empty list matches everything, as in MetalLB.
  public func matchesAny(_ labels: [String: String]) -> Bool {
    isEmpty || contains { $0.matches(labels) }
  }
}
