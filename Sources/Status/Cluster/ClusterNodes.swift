/// What each speaker of a cluster says of its node, its peers and its members, but not of addresses:
/// `bellman status peers` and `members` from anywhere.
public struct ClusterNodes: Sendable {
  /// The URL of the API server.
  public let server: String
  /// When the speakers were asked.
  public let askedAt: Timestamp
  /// The speakers and whether they answered, by node, then by pod.
  public let speakers: [SpeakerAnswer]
  /// What those told that answered, by node.
  public let nodes: [StatusDocument]

  /// Whether every speaker that there is answered.
  public var isComplete: Bool { speakers.allSatisfy { !$0.outcome.isSilence } }

  /// What was told; the lists are sorted here.
  public init(
    server: String, askedAt: Timestamp, speakers: [SpeakerAnswer], nodes: [StatusDocument]
  ) {
    self.server = server
    self.askedAt = askedAt
    self.speakers = speakers.sorted { ($0.node, $0.pod) < ($1.node, $1.pod) }
    self.nodes = nodes.sorted { $0.node < $1.node }
  }
}

/// What `bellman status peers -o json` of a cluster holds.
struct ClusterPeersDocument: VersionedDocument {
  static let currentVersion = ClusterStatusDocument.currentVersion

  let version: Int
  let server: String
  let askedAt: Timestamp
  let speakers: [SpeakerAnswer]
  let nodes: [PeersDocument]

  init(_ told: ClusterNodes) {
    version = Self.currentVersion
    server = told.server
    askedAt = told.askedAt
    speakers = told.speakers
    nodes = told.nodes.map(PeersDocument.init)
  }
}

/// What `bellman status members -o json` of a cluster holds.
struct ClusterMembersDocument: VersionedDocument {
  static let currentVersion = ClusterStatusDocument.currentVersion

  let version: Int
  let server: String
  let askedAt: Timestamp
  let speakers: [SpeakerAnswer]
  let nodes: [MembersDocument]

  init(_ told: ClusterNodes) {
    version = Self.currentVersion
    server = told.server
    askedAt = told.askedAt
    speakers = told.speakers
    nodes = told.nodes.map(MembersDocument.init)
  }
}

extension StatusDocument {
  /// The same without what grows with the number of addresses.
  public var ofTheNode: StatusDocument {
    StatusDocument(
      node: node, programVersion: programVersion, pid: pid, startedAt: startedAt, source: source,
      peers: peers, listeners: listeners, interfaces: interfaces, election: election, drain: drain,
      problems: problems, counters: counters)
  }
}
