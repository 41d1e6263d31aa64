import Addresses

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
  /// Only the names of what is shown, one on each line, for scripts.
  case name
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
  /// shorten cells to fit, those furthest to the right first; `table` cuts lines that still do not.
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

  // MARK: One speaker

  /// The speaker, its addresses and its problems. Throws what the JSON or YAML encoder throws.
  public func status(_ document: StatusDocument) throws -> String {
    try render(document, names: document.addresses.map(\.address.description)) {
      AddressesView(document: document, now: now, wide: $0).blocks
    }
  }

  /// The BGP peers alone. Throws what the JSON or YAML encoder throws.
  public func peers(_ document: StatusDocument) throws -> String {
    try render(PeersDocument(document), names: document.peers.map(\.name)) {
      PeersView(document: document, now: now, wide: $0).blocks
    }
  }

  /// The members of the election. Throws what the JSON or YAML encoder throws.
  public func members(_ document: StatusDocument) throws -> String {
    try render(
      MembersDocument(document), names: document.election?.members.map(\.name) ?? []
    ) {
      MembersView(document: document, now: now, wide: $0).blocks
    }
  }

  /// The interfaces of a node. Throws what the JSON or YAML encoder throws.
  public func interfaces(_ document: InterfacesDocument) throws -> String {
    try render(document, names: document.interfaces.map(\.name)) {
      InterfacesView(document: document, now: now, wide: $0).blocks
    }
  }

  /// The routes that a node sends. Throws what the JSON or YAML encoder throws.
  public func routes(_ document: RoutesDocument) throws -> String {
    try render(document, names: document.sentPrefixes) {
      RoutesView(document: document, now: now, wide: $0).blocks
    }
  }

  /// How far a drain is; its names are the addresses that are left. Throws what the JSON or YAML
  /// encoder throws.
  public func drain(_ document: DrainDocument) throws -> String {
    try render(document, names: document.drain?.remaining.map(\.address.description) ?? []) { _ in
      DrainView(document: document, now: now).blocks
    }
  }

  /// What a node does about its load; its names are the members. Throws what the JSON or YAML encoder
  /// throws.
  public func rebalance(_ document: RebalanceDocument) throws -> String {
    try render(document, names: document.loads.keys.sorted()) { _ in
      RebalanceView(document: document, now: now).blocks
    }
  }

  /// The chain of reasoning about addresses; its names are the nodes that announce one of them. Throws
  /// what the JSON or YAML encoder throws.
  public func explain(_ document: ExplainDocument) throws -> String {
    try render(document, names: Self.announcing(document.addresses.flatMap(\.nodes))) {
      ExplainView(document: document, now: now, wide: $0).blocks
    }
  }

  // MARK: Objects

  /// What would be announced. Throws what the JSON or YAML encoder throws.
  public func plan(_ document: PlanDocument) throws -> String {
    try render(document, names: document.addresses.map(\.address.description)) {
      PlanView(document: document, wide: $0).blocks
    }
  }

  /// What one plan changes of another; its names are the addresses that change. Throws what the JSON or
  /// YAML encoder throws.
  public func difference(_ document: PlanDifference) throws -> String {
    try render(document, names: document.changes.map(\.address.description)) { _ in
      PlanDifferenceView(document: document).blocks
    }
  }

  /// What is wrong or risky; its names are those of the findings. Throws what the JSON or YAML encoder
  /// throws.
  public func advice(_ document: AdviceDocument) throws -> String {
    try render(document, names: Set(document.findings.map(\.kind.rawValue)).sorted()) { _ in
      AdviceView(document: document).blocks
    }
  }

  /// What is wrong with a node; its names are those of the findings. Throws what the JSON or YAML
  /// encoder throws.
  public func doctor(_ document: DoctorDocument) throws -> String {
    try render(document, names: Set(document.findings.map(\.kind.rawValue)).sorted()) { _ in
      DoctorView(document: document).blocks
    }
  }

  // MARK: All speakers

  /// What all speakers of a cluster say. Throws what the JSON or YAML encoder throws.
  public func cluster(_ document: ClusterStatusDocument) throws -> String {
    try render(document, names: document.addresses.map(\.address.description)) {
      ClusterView(document: document, now: now, wide: $0).blocks
    }
  }

  /// The peers of all nodes of a cluster. Throws what the JSON or YAML encoder throws.
  public func clusterPeers(_ told: ClusterNodes) throws -> String {
    let names = Set(told.nodes.flatMap { $0.peers.map(\.name) }).sorted()
    return try render(told.map(PeersDocument.init), names: names) {
      ClusterPeersView(told: told, now: now, wide: $0).blocks
    }
  }

  /// The election as all nodes of a cluster see it. Throws what the JSON or YAML encoder throws.
  public func clusterMembers(_ told: ClusterNodes) throws -> String {
    try render(told.map(MembersDocument.init), names: told.nodes.map(\.node)) {
      ClusterMembersView(told: told, now: now, wide: $0).blocks
    }
  }

  /// The interfaces of all nodes of a cluster; its names are `node/interface`. Throws what the JSON or
  /// YAML encoder throws.
  public func clusterInterfaces(_ told: ClusterDocument<InterfacesDocument>) throws -> String {
    let names = told.nodes.flatMap { node in node.interfaces.map { "\(node.node)/\($0.name)" } }
    return try render(told, names: names) {
      ClusterInterfacesView(told: told, now: now, wide: $0).blocks
    }
  }

  /// The routes that all nodes of a cluster send. Throws what the JSON or YAML encoder throws.
  public func clusterRoutes(_ told: ClusterDocument<RoutesDocument>) throws -> String {
    let names = Set(told.nodes.flatMap(\.sentPrefixes)).sorted()
    return try render(told, names: names) {
      ClusterRoutesView(told: told, now: now, wide: $0).blocks
    }
  }

  /// Why, in the words of every node; its names are the nodes that announce one of the addresses.
  /// Throws what the JSON or YAML encoder throws.
  public func clusterExplain(_ document: ClusterExplainDocument) throws -> String {
    let nodes = document.addresses.flatMap(\.nodes).map(\.decision)
    return try render(document, names: Self.announcing(nodes)) {
      ClusterExplainView(document: document, now: now, wide: $0).blocks
    }
  }

  // MARK: Forms

  private func render(
    _ document: some VersionedDocument, names: [String], blocks: (_ wide: Bool) -> [TextBlock]
  ) throws -> String {
    switch format {
    case .table:
      TextBlock.text(of: blocks(false), width: width, colour: colour, cutsLines: true)
    case .wide: TextBlock.text(of: blocks(true), width: width, colour: colour)
    case .json: try Self.json(document)
    case .yaml: try Self.yaml(document)
    case .name: names.map { $0 + "\n" }.joined()
    }
  }

  private static func announcing(_ nodes: [NodeExplanation]) -> [String] {
    let announcing = nodes.filter { $0.layer2.verdict == .owner || $0.bgp.verdict == .announced }
    return Set(announcing.map(\.node)).sorted()
  }
}

/// What `bellman status peers -o json` holds: the peers of a ``StatusDocument``.
struct PeersDocument: NodeDocument {
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
struct MembersDocument: NodeDocument {
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
