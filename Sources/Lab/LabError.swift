/// Why the lab could not do what it was asked to do, as a sentence for people.
public struct LabError: Error, CustomStringConvertible, Sendable {
  /// The sentence.
  public let description: String

  /// An error that says `description`.
  public init(_ description: String) { self.description = description }
}
