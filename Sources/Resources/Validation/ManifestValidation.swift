/// What came of checking manifest files.
public struct ManifestValidation: Sendable {
  /// All that is wrong in each file and between them, sorted by file and line.
  public var diagnostics: [Diagnostic]
  /// How many objects were read, by kind.
  public var objectCounts: [ResourceKind: Int]
  /// How many objects of other kinds were passed over.
  public var otherObjects: Int
}

/// Checks manifest files as a speaker would, all together.
///
/// - Parameter files: the name and the text of each file
/// - Returns: what was found. Besides what a ``ResourceStore`` reports there are the services with
///   an address in no pool.
public func validate(files: [(name: String, text: String)]) -> ManifestValidation {
  let decoded = files.map { ManifestDecoder.decode($0.text, file: $0.name) }
  var store = ResourceStore()
  store.replace(decoded.map { ($0.name, $0) })
  return ManifestValidation(
    diagnostics: (store.diagnostics + addressesInNoPool(decoded.flatMap(\.objects))).sorted(),
    objectCounts: store.objectCounts, otherObjects: decoded.reduce(0) { $0 + $1.otherObjects })
}

/// A warning for each LoadBalancer service with an address in no pool. Pools that are refused for
/// another reason count, so that one mistake is reported once.
private func addressesInNoPool(_ objects: [DecodedObject]) -> [Diagnostic] {
  let pools = objects.compactMap { object in
    if case .ipAddressPool(let pool) = object.resource { pool } else { nil }
  }
  return objects.flatMap { object -> [Diagnostic] in
    guard case .service(let service) = object.resource, service.type == .loadBalancer else {
      return []
    }
    return service.ingress.compactMap { address in
      guard !pools.contains(where: { $0.contains(address) }) else { return nil }
      return Diagnostic(
        severity: .warning, file: object.location.file, line: object.location.line,
        object: object.resource.key.description,
        fieldPath: "status.loadBalancer.ingress",
        message: "\(address) is in no IPAddressPool, so that it is not announced")
    }
  }
}
