/// A configuration built from all `metallb.io` objects, and what is wrong between them.
public struct ConfigurationBuild: Hashable, Sendable {
  /// The configuration of the objects that agree; those that an error names are left out.
  public var configuration: Configuration
  /// What is wrong between the objects, sorted by file and line.
  public var diagnostics: [Diagnostic]

  /// Whether no object had to be left out.
  public var isValid: Bool { !diagnostics.contains { $0.severity == .error } }
}

extension Configuration {
  /// Builds the configuration of `objects`, which are valid each by itself.
  ///
  /// Of objects that contradict each other the first by name is used. What one object needs and
  /// does not find (a secret, a BFD profile, a community alias) costs that object. The result does
  /// not depend on the order of `objects`. Objects of other kinds are passed over.
  public static func build(from objects: [DecodedObject]) -> ConfigurationBuild {
    var builder = ConfigurationBuilder(objects)
    return builder.build()
  }
}
