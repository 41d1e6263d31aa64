/// A document that programs read: its form has a version.
public protocol VersionedDocument: Codable, Sendable {
  /// The version that this program writes, and the only one that it reads.
  static var currentVersion: Int { get }
  /// The version that the document was written in.
  var version: Int { get }
}

/// A document about one node.
public protocol NodeDocument: VersionedDocument {
  /// The node.
  var node: String { get }
}
