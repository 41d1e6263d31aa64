/// The forms in which a document is shown.
public enum OutputFormat: String, Hashable, Sendable, CaseIterable {
  /// Aligned columns for people.
  case table
  /// The table with more columns, and what else is known.
  case wide
  /// JSON, indented, with sorted keys.
  case json
  /// YAML with the keys of the JSON.
  case yaml
}

/// Shows documents as text: pure functions of the document, the time and the terminal.
///
/// Every text ends in a newline. Text that came from outside is shown without control characters.
public struct StatusRenderer: Sendable {
  /// The form.
  public let format: OutputFormat
  /// The time from which ages are counted.
  public let now: Timestamp
  /// The columns of the terminal; nil when lines may be of any length. Only `table` and `wide`
  /// shorten cells to fit.
  public let width: Int?
  /// Whether `table` and `wide` use terminal colours.
  public let colour: Bool

  /// A renderer with these settings.
  public init(format: OutputFormat, now: Timestamp, width: Int? = nil, colour: Bool = false) {
    self.format = format
    self.now = now
    self.width = width
    self.colour = colour
  }

  /// The speaker, its addresses and its problems. Throws what the JSON or YAML encoder throws.
  public func status(_ document: StatusDocument) throws -> String {
    try render(document) { AddressesView(document: document, now: now, wide: $0).blocks }
  }

  /// The BGP peers alone. Throws what the JSON or YAML encoder throws.
  public func peers(_ document: StatusDocument) throws -> String {
    try render(PeersDocument(document)) {
      PeersView(document: document, now: now, wide: $0).blocks
    }
  }

  /// The members of the election. Throws what the JSON or YAML encoder throws.
  public func members(_ document: StatusDocument) throws -> String {
    try render(MembersDocument(document)) {
      MembersView(document: document, now: now, wide: $0).blocks
    }
  }

  /// How far a drain is. Throws what the JSON or YAML encoder throws.
  public func drain(_ document: DrainDocument) throws -> String {
    try render(document) { _ in DrainView(document: document, now: now).blocks }
  }

  /// What a node does about its load. Throws what the JSON or YAML encoder throws.
  public func rebalance(_ document: RebalanceDocument) throws -> String {
    try render(document) { _ in RebalanceView(document: document, now: now).blocks }
  }

  /// The chain of reasoning about addresses. Throws what the JSON or YAML encoder throws.
  public func explain(_ document: ExplainDocument) throws -> String {
    try render(document) { ExplainView(document: document, now: now, wide: $0).blocks }
  }

  /// What would be announced. Throws what the JSON or YAML encoder throws.
  public func plan(_ document: PlanDocument) throws -> String {
    try render(document) { PlanView(document: document, wide: $0).blocks }
  }

  /// What one plan changes of another. Throws what the JSON or YAML encoder throws.
  public func difference(_ document: PlanDifference) throws -> String {
    try render(document) { _ in PlanDifferenceView(document: document).blocks }
  }

  /// What is wrong or risky. Throws what the JSON or YAML encoder throws.
  public func advice(_ document: AdviceDocument) throws -> String {
    try render(document) { _ in AdviceView(document: document).blocks }
  }

  /// What is wrong with a node. Throws what the JSON or YAML encoder throws.
  public func doctor(_ document: DoctorDocument) throws -> String {
    try render(document) { _ in DoctorView(document: document).blocks }
  }

  /// What all speakers of a cluster say. Throws what the JSON or YAML encoder throws.
  public func cluster(_ document: ClusterStatusDocument) throws -> String {
    try render(document) { ClusterView(document: document, now: now, wide: $0).blocks }
  }

  /// The peers of all nodes of a cluster. Throws what the JSON or YAML encoder throws.
  public func clusterPeers(_ told: ClusterNodes) throws -> String {
    try render(ClusterPeersDocument(told)) {
      ClusterPeersView(told: told, now: now, wide: $0).blocks
    }
  }

  /// The election as all nodes of a cluster see it. Throws what the JSON or YAML encoder throws.
  public func clusterMembers(_ told: ClusterNodes) throws -> String {
    try render(ClusterMembersDocument(told)) {
      ClusterMembersView(told: told, now: now, wide: $0).blocks
    }
  }

  /// Why, in the words of every node. Throws what the JSON or YAML encoder throws.
  public func clusterExplain(_ document: ClusterExplainDocument) throws -> String {
    try render(document) { _ in ClusterExplainView(document: document, now: now).blocks }
  }

  private func render(
    _ document: some VersionedDocument, blocks: (_ wide: Bool) -> [TextBlock]
  ) throws -> String {
    switch format {
    case .table: TextBlock.text(of: blocks(false), width: width, colour: colour)
    case .wide: TextBlock.text(of: blocks(true), width: width, colour: colour)
    case .json: try Self.json(document)
    case .yaml: try Self.yaml(document)
    }
  }
}

/// What `bellman status peers -o json` holds: the peers of a ``StatusDocument``.
struct PeersDocument: VersionedDocument {
  static let currentVersion = StatusDocument.currentVersion

  let version: Int
  let node: String
  let peers: [PeerStatus]

  init(_ document: StatusDocument) {
    version = document.version
    node = document.node
    peers = document.peers
  }
}

/// What `bellman status members -o json` holds: the election of a ``StatusDocument``.
struct MembersDocument: VersionedDocument {
  static let currentVersion = StatusDocument.currentVersion

  let version: Int
  let node: String
  let election: ElectionStatus?

  init(_ document: StatusDocument) {
    version = document.version
    node = document.node
    election = document.election
  }
}
