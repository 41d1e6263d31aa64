/// What is wrong or risky about a cluster: `bellman advise`.
public struct AdviceDocument: VersionedDocument, Hashable {
  public static let currentVersion = 1

  /// The version of the document's form, ``currentVersion`` where this program made it.
  public let version: Int
  /// Where the objects came from: a directory, or the URL of an API server.
  public let source: String
  /// How many services of type LoadBalancer were looked at.
  public let services: Int
  /// What was found, the worst first.
  public let findings: [Finding]
  /// What could not be looked at, and why, in sentences.
  public let omissions: [String]

  /// A document of the current version; the findings are sorted here.
  public init(source: String, services: Int, findings: [Finding], omissions: [String] = []) {
    version = Self.currentVersion
    self.source = source
    self.services = services
    self.findings = findings.sorted()
    self.omissions = omissions
  }

  /// Whether anything was found that is as bad as `severity`, or worse.
  public func has(_ severity: Finding.Severity) -> Bool {
    findings.contains { $0.severity <= severity }
  }
}
