/// What all speakers of a cluster say, put together: `bellman status` from anywhere.
public struct ClusterStatusDocument: VersionedDocument, Hashable {
  public static let currentVersion = 1

  /// The version of the document's form, ``currentVersion`` where this program made it.
  public let version: Int
  /// The URL of the API server.
  public let server: String
  /// When the speakers were asked.
  public let askedAt: Timestamp
  /// The speakers and whether they answered, by node, then by pod.
  public let speakers: [SpeakerAnswer]
  /// Every address that a speaker told of, by address.
  public let addresses: [ClusterAddress]
  /// The services that have no address to announce, by name.
  public let servicesWithoutAddress: [ServiceStatus]
  /// What holds for nodes as a whole, such as that one is drained; the worst first.
  public let conditions: [ClusterCondition]
  /// What is wrong with the configuration, as speakers see it.
  public let problems: [ClusterProblem]

  /// Whether every speaker that there is answered: what is shown is the whole truth.
  public var isComplete: Bool { speakers.allSatisfy { !$0.outcome.isSilence } }

  /// A document of the current version; the lists are sorted here.
  public init(
    server: String, askedAt: Timestamp, speakers: [SpeakerAnswer], addresses: [ClusterAddress],
    servicesWithoutAddress: [ServiceStatus] = [], conditions: [ClusterCondition] = [],
    problems: [ClusterProblem] = []
  ) {
    self.conditions = conditions
    version = Self.currentVersion
    self.server = server
    self.askedAt = askedAt
    self.speakers = speakers.sorted { ($0.node, $0.pod) < ($1.node, $1.pod) }
    self.addresses = addresses.sorted { $0.address < $1.address }
    self.servicesWithoutAddress = servicesWithoutAddress.sorted { $0.service < $1.service }
    self.problems = problems.sorted { $0.problem < $1.problem }
  }
}

/// What came of asking one speaker.
public struct SpeakerAnswer: Codable, Hashable, Sendable {
  /// What came of it.
  public enum Outcome: String, Codable, Hashable, Sendable, CaseIterable {
    case answered
    /// It did not answer before the deadline.
    case late
    /// It could not be reached, or the API server does not let us.
    case failed
    /// Its pod does not run.
    case notRunning
    /// Its pod has no port for questions.
    case noPort
    /// It wants another token.
    case refused
    /// What it answered could not be read.
    case malformed
    /// The node has no pod of a speaker, which announces nothing then.
    case missing

    /// Whether there is a speaker that could have said something and did not.
    public var isSilence: Bool { self != .answered && self != .missing }
  }

  /// The node; empty for a pod that has none yet.
  public let node: String
  /// The pod, as `namespace/name`; empty where there is none.
  public let pod: String
  /// What came of it.
  public let outcome: Outcome
  /// Why there is no answer, in words; nil where there is one.
  public let detail: String?
  /// How long it took, in milliseconds.
  public let milliseconds: Int64
  /// The version of the program; nil without an answer.
  public let programVersion: String?
  /// How many of its sessions are established, and how many peers it has; nil without an answer.
  public let sessions: Int?
  public let peers: Int?

  /// An answer with these values.
  public init(
    node: String, pod: String, outcome: Outcome, detail: String? = nil, milliseconds: Int64 = 0,
    programVersion: String? = nil, sessions: Int? = nil, peers: Int? = nil
  ) {
    self.node = node
    self.pod = pod
    self.outcome = outcome
    self.detail = detail
    self.milliseconds = milliseconds
    self.programVersion = programVersion
    self.sessions = sessions
    self.peers = peers
  }
}

/// A problem and the nodes that have it.
public struct ClusterProblem: Codable, Hashable, Sendable {
  /// The problem.
  public let problem: Problem
  /// The nodes, sorted.
  public let nodes: [String]

  /// A problem of these nodes; they are sorted here.
  public init(_ problem: Problem, nodes: [String]) {
    self.problem = problem
    self.nodes = nodes.sorted()
  }
}
