/// The rules of label selectors.
enum SelectorRules {
  /// Reports what is wrong with `requirement`; the diagnostics point at `field`.
  static func check(_ requirement: LabelSelector.Requirement, _ field: Field) {
    check(key: requirement.key, values: requirement.values, field)
    let name = requirement.operator.rawValue
    switch requirement.operator {
    case .isIn, .notIn:
      if requirement.values.isEmpty { field.fail("the operator \(name) needs at least one value") }
    case .exists, .doesNotExist:
      if !requirement.values.isEmpty { field.fail("the operator \(name) takes no values") }
    }
    var seen: Set<String> = []
    for value in requirement.values where !seen.insert(value).inserted {
      field.fail("the value \"\(value.printable)\" occurs more than once; remove one")
    }
  }

  /// Reports a key or a value that no label can have.
  static func check(key: String, values: [String], _ field: Field) {
    if !NameRules.isLabelKey(key) {
      field.fail("\"\(key.printable)\" is not the key of a label, \(NameRules.labelKeyRule)")
    }
    for value in values where !NameRules.isLabelValue(value) {
      field.fail("\"\(value.printable)\" is not the value of a label, \(NameRules.labelValueRule)")
    }
  }
}
