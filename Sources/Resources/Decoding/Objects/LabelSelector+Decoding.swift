extension LabelSelector {
  /// Reads one selector.
  static func decode(_ field: Field) -> LabelSelector? {
    guard var reader = field.mapping("a label selector") else { return nil }
    var selector = LabelSelector()
    if let labels = reader.field("matchLabels") {
      selector.matchLabels = labels.stringMap()
      for (key, value) in selector.matchLabels.sorted(by: { $0.key < $1.key }) {
        SelectorRules.check(key: key, values: [value], labels)
      }
    }
    var seen: Set<Requirement> = []
    for element in reader.field("matchExpressions")?.list("a list of requirements") ?? [] {
      guard let requirement = requirement(element) else { continue }
      if !seen.insert(requirement).inserted {
        element.fail("the same requirement occurs more than once; remove one")
      }
      selector.matchExpressions.append(requirement)
    }
    reader.finish(unknown: .error)
    return selector
  }

  /// Reads a list of selectors; the same one twice is an error, as in MetalLB.
  static func decodeList(_ field: Field?) -> [LabelSelector] {
    var selectors: [LabelSelector] = []
    var seen: Set<LabelSelector> = []
    for element in field?.list("a list of label selectors") ?? [] {
      guard let selector = decode(element) else { continue }
      if !seen.insert(selector).inserted {
        element.fail("the same selector occurs more than once; remove one")
      }
      selectors.append(selector)
    }
    return selectors
  }

  private static func requirement(_ field: Field) -> Requirement? {
    guard var reader = field.mapping("a requirement") else { return nil }
    let key = reader.required("key", "the key of a label")?.text("the key of a label")
    let comparison = reader.required("operator", "In, NotIn, Exists or DoesNotExist")?
      .choice(Requirement.Operator.self)
    let valuesField = reader.field("values")
    let values = valuesField?.list("a list of strings").compactMap { $0.string() } ?? []
    reader.finish(unknown: .error)
    guard let key, let comparison else { return nil }
    let requirement = Requirement(key: key, operator: comparison, values: values)
    SelectorRules.check(requirement, valuesField ?? field)
    return requirement
  }
}
