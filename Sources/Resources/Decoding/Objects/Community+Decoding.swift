extension Community {
  /// Reads `spec` of a Community.
  static func decode(from object: inout FieldReader, metadata: ObjectMetadata) -> Community {
    object.ignore(["status"])
    var community = Community(metadata: metadata, aliases: [])
    guard var spec = object.field("spec")?.mapping() else { return community }
    var seen: Set<String> = []
    for element in spec.field("communities")?.list("a list of names and values") ?? [] {
      guard let alias = alias(element) else { continue }
      if !seen.insert(alias.name).inserted {
        element.fail("the alias \"\(alias.name.printable)\" occurs more than once; remove one")
      }
      community.aliases.append(alias)
    }
    spec.finish(unknown: .error)
    return community
  }

  private static func alias(_ field: Field) -> Alias? {
    guard var reader = field.mapping() else { return nil }
    let nameField = reader.required("name", "the name of an alias")
    let valueField = reader.required("value", CommunityRules.expected)
    reader.finish(unknown: .error)
    guard let nameField, let name = nameField.text("the name of an alias"), let valueField,
      let text = valueField.string(CommunityRules.expected)
    else { return nil }
    if name.contains(":") {
      nameField.fail("expected a name without \":\", found \"\(name.printable)\"")
      return nil
    }
    guard let value = CommunityValue(text) else {
      valueField.fail(CommunityRules.problem(of: text))
      return nil
    }
    return Alias(name: name, value: value)
  }
}
