extension ObjectMetadata {
  /// The namespace of a namespaced object that names none, as kubectl has it.
  static let defaultNamespace = "default"

  /// The annotation that repeats the whole object.
  private static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

  /// Reads `metadata`.
  static func decode(from object: inout FieldReader, kind: ResourceKind) -> ObjectMetadata? {
    guard var reader = object.required("metadata", "a mapping with a name")?.mapping() else {
      return nil
    }
    reader.ignore([
      "clusterName", "creationTimestamp", "deletionGracePeriodSeconds", "finalizers",
      "generateName", "generation", "managedFields", "ownerReferences", "resourceVersion",
      "selfLink", "uid",
    ])
    let name = reader.required("name", "the name of the object").flatMap(Self.name)
    var namespace = ""
    if kind.isNamespaced {
      namespace = reader.field("namespace").flatMap(Self.namespace) ?? defaultNamespace
    } else {
      reader.ignore(["namespace"])
    }
    let labels = reader.field("labels").map(Self.labels) ?? [:]
    var annotations: [String: String] = [:]
    if kind == .service {
      annotations = reader.field("annotations")?.stringMap() ?? [:]
      annotations[lastApplied] = nil
    } else {
      reader.ignore(["annotations"])
    }
    let isBeingDeleted = reader.field("deletionTimestamp") != nil
    reader.finish(unknown: kind.unknownFields)
    guard let name else { return nil }
    return ObjectMetadata(
      name: ObjectName(namespace: namespace, name: name), labels: labels,
      annotations: annotations, isBeingDeleted: isBeingDeleted)
  }

  private static func name(_ field: Field) -> String? {
    guard let name = field.text("a name") else { return nil }
    guard NameRules.isSubdomain(name) else {
      field.fail(
        expected: "a name of lower-case letters, digits, - and . (at most 253), "
          + "that begins and ends with a letter or digit")
      return nil
    }
    return name
  }

  private static func namespace(_ field: Field) -> String? {
    guard let name = field.string("the name of a namespace") else { return nil }
    if name.isEmpty { return defaultNamespace }
    guard NameRules.isDNSLabel(name) else {
      field.fail(
        expected: "a namespace of lower-case letters, digits and - (at most 63), "
          + "that begins and ends with a letter or digit")
      return nil
    }
    return name
  }

  private static func labels(_ field: Field) -> [String: String] {
    let labels = field.stringMap()
    for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
      if !NameRules.isLabelKey(key) {
        field.fail("\"\(key.printable)\" is not the key of a label, \(NameRules.labelKeyRule)")
      }
      if !NameRules.isLabelValue(value) {
        field.fail(
          "\"\(value.printable)\", the value of \(key.printable), is not the value of a label, "
            + NameRules.labelValueRule)
      }
    }
    return labels
  }
}
