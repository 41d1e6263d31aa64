/// What one manifest file holds: its valid objects, and what is wrong with the others.
public struct DecodedFile: Hashable, Sendable {
  /// The name of the file, as the caller gave it.
  public var name: String
  /// The valid objects of the kinds that are decoded, in the order of the file.
  public var objects: [DecodedObject]
  /// All that is wrong in this file by itself, sorted by line.
  public var diagnostics: [Diagnostic]
  /// The number of objects of other kinds (Deployment, ConfigMap, ...), which are passed over.
  public var otherObjects: Int

  /// A decoded file with these values.
  public init(
    name: String, objects: [DecodedObject] = [], diagnostics: [Diagnostic] = [],
    otherObjects: Int = 0
  ) {
    self.name = name
    self.objects = objects
    self.diagnostics = diagnostics
    self.otherObjects = otherObjects
  }

  /// Whether the file has no error. Where it has one, the absence of an object means nothing.
  public var isComplete: Bool { !diagnostics.contains { $0.severity == .error } }
}

/// A valid object and its place.
public struct DecodedObject: Hashable, Sendable {
  /// The object.
  public var resource: Resource
  /// Where it stands.
  public var location: SourceLocation

  /// An object at a place.
  public init(_ resource: Resource, at location: SourceLocation) {
    self.resource = resource
    self.location = location
  }
}

/// The place of an object in a manifest.
public struct SourceLocation: Hashable, Sendable {
  /// The file.
  public var file: String
  /// The first line of the object, from 1; nil where the object came from no file.
  public var line: Int?
  /// The line of each field by its path, such as `spec.addresses[0]`; kept for `metallb.io` only.
  public var fieldLines: [String: Int]

  /// A place with these values.
  public init(file: String, line: Int? = nil, fieldLines: [String: Int] = [:]) {
    self.file = file
    self.line = line
    self.fieldLines = fieldLines
  }
}
