/// What each speaker of a cluster says of its node: peers, members, interfaces or routes from anywhere.
public struct ClusterDocument<Node: NodeDocument>: VersionedDocument {
  public static var currentVersion: Int { 1 }

  /// The version of the document's form, ``currentVersion`` where this program made it.
  public let version: Int
  /// The URL of the API server.
  public let server: String
  /// When the speakers were asked.
  public let askedAt: Timestamp
  /// The speakers and whether they answered, by node, then by pod.
  public let speakers: [SpeakerAnswer]
  /// What those told that answered, by node.
  public let nodes: [Node]

  /// Whether every speaker that there is answered.
  public var isComplete: Bool { speakers.allSatisfy { !$0.outcome.isSilence } }

  /// What was told; the lists are sorted here.
  public init(server: String, askedAt: Timestamp, speakers: [SpeakerAnswer], nodes: [Node]) {
    version = Self.currentVersion
    self.server = server
    self.askedAt = askedAt
    self.speakers = speakers.sorted { ($0.node, $0.pod) < ($1.node, $1.pod) }
    self.nodes = nodes.sorted { $0.node < $1.node }
  }

  /// The same of a part of what each node told.
  public func map<Part: NodeDocument>(_ part: (Node) -> Part) -> ClusterDocument<Part> {
    ClusterDocument<Part>(
      server: server, askedAt: askedAt, speakers: speakers, nodes: nodes.map(part))
  }
}

/// What each speaker says, but not of addresses.
public typealias ClusterNodes = ClusterDocument<StatusDocument>

extension StatusDocument {
  /// The same without what grows with the number of addresses.
  public var ofTheNode: StatusDocument {
    StatusDocument(
      node: node, programVersion: programVersion, pid: pid, startedAt: startedAt, source: source,
      peers: peers, listeners: listeners, interfaces: interfaces, election: election, drain: drain,
      problems: problems, counters: counters)
  }
}
