/// What is wrong with a node: `bellman doctor`.
public struct DoctorDocument: VersionedDocument, Hashable {
  public static let currentVersion = 1

  /// The version of the document's form, ``currentVersion`` where this program made it.
  public let version: Int
  /// The node, or the host where no node was named.
  public let node: String
  /// What was found, the worst first.
  public let findings: [DoctorFinding]
  /// What could not be looked at, and why, in sentences.
  public let omissions: [String]

  /// A document of the current version; the lists are sorted here.
  public init(node: String, findings: [DoctorFinding], omissions: [String] = []) {
    version = Self.currentVersion
    self.node = node
    self.findings = findings.sorted()
    self.omissions = omissions.sorted()
  }

  /// Whether there is a finding of severity error.
  public var hasErrors: Bool { findings.contains { $0.severity == .error } }
}
