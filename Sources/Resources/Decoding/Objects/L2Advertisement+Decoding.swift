extension L2Advertisement {
  /// Reads `spec` of an L2Advertisement; one without it selects everything.
  static func decode(
    from object: inout FieldReader, metadata: ObjectMetadata
  ) -> L2Advertisement {
    object.ignore(["status"])
    var advertisement = L2Advertisement(metadata: metadata)
    guard var spec = object.field("spec")?.mapping() else { return advertisement }
    advertisement.pools = PoolSelection.decode(from: &spec)
    advertisement.nodeSelectors = LabelSelector.decodeList(spec.field("nodeSelectors"))
    advertisement.serviceSelectors = LabelSelector.decodeList(spec.field("serviceSelectors"))
    advertisement.interfaces =
      spec.field("interfaces")?.strings("the name of an interface") { InterfaceName.check($0) }
      ?? []
    advertisement.preferredNodeSelectors =
      spec.field("preferredNodeSelectors")?.mappings(Self.preference) ?? []
    spec.finish(unknown: .error)
    return advertisement
  }

  private static func preference(_ reader: inout FieldReader) -> NodePreference? {
    let weight = reader.required("weight", "a number from 1 to 100")?.integer(1...100)
    let selector = reader.required("preference", "a label selector")
      .flatMap(LabelSelector.decode)
    reader.finish(unknown: .error)
    guard let weight, let selector else { return nil }
    return NodePreference(weight: weight, preference: selector)
  }
}
