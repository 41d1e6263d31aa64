/// What one speaker does and why: the one snapshot that `bellman status` and every other view of a
/// speaker is made of.
///
/// Lists are sorted when the document is made, so that equal states make equal documents. Reasons
/// are the names of `Assignment`'s reasons, as text.
public struct StatusDocument: NodeDocument, Hashable {
  public static let currentVersion = 1

  /// The version of the document's form, ``currentVersion`` where this program made it.
  public let version: Int
  /// The node that the speaker speaks for.
  public let node: String
  /// The version of the program.
  public let programVersion: String
  /// The process of the speaker.
  public let pid: Int32
  /// When the speaker started.
  public let startedAt: Timestamp
  /// Where its configuration comes from.
  public let source: SourceStatus
  /// Every address of the services that it serves, by address.
  public let addresses: [AddressStatus]
  /// The services that have no address to announce, by name.
  public let servicesWithoutAddress: [ServiceStatus]
  /// The configured peers of this node, by name.
  public let peers: [PeerStatus]
  /// Where peers can connect to this node, by address; nil when nothing listens.
  public let listeners: [ListenerStatus]?
  /// The network interfaces of this node, by name.
  public let interfaces: [InterfaceStatus]
  /// The election of owners; nil where there is none, or it has ended.
  public let election: ElectionStatus?
  /// How far the drain of the node is; nil when it is not drained.
  public let drain: DrainStatus?
  /// What is wrong with the configuration: errors first, then by file and line.
  public let problems: [Problem]
  /// What was counted since the start, bad input above all, by name.
  public let counters: [String: UInt64]

  /// A document of the current version; the lists are sorted here.
  public init(
    node: String, programVersion: String, pid: Int32, startedAt: Timestamp, source: SourceStatus,
    addresses: [AddressStatus] = [], servicesWithoutAddress: [ServiceStatus] = [],
    peers: [PeerStatus] = [], listeners: [ListenerStatus]? = nil,
    interfaces: [InterfaceStatus] = [], election: ElectionStatus? = nil,
    drain: DrainStatus? = nil, problems: [Problem] = [], counters: [String: UInt64] = [:]
  ) {
    version = Self.currentVersion
    self.node = node
    self.programVersion = programVersion
    self.pid = pid
    self.startedAt = startedAt
    self.source = source
    self.addresses = addresses.sorted { $0.address < $1.address }
    self.servicesWithoutAddress = servicesWithoutAddress.sorted { $0.service < $1.service }
    self.peers = peers.sorted { $0.name < $1.name }
    self.listeners = listeners?.sorted { $0.address < $1.address }
    self.interfaces = interfaces.sorted { $0.name < $1.name }
    self.election = election
    self.drain = drain
    self.problems = problems.sorted()
    self.counters = counters
  }
}

/// Where a speaker reads its objects.
public struct SourceStatus: Codable, Hashable, Sendable {
  /// The directory of manifests, or the URL of the API server.
  public let directory: String
  /// How many objects are in use, by kind.
  public let objects: [String: Int]
  /// Whether everything in the source is in use; false while some of it is in error and the last
  /// good state stands in for it.
  public let complete: Bool
  /// Whether it can be asked at all; nil where that is not known.
  public let isReachable: Bool?
  /// What is followed in it, by name.
  public let streams: [StreamStatus]?
  /// When the source was last known to be well, where it could not be reached at the start and the
  /// objects were read from the disk of the node; nil otherwise.
  public let objectsAsOf: Timestamp?

  /// Whether it is an API server.
  public var isCluster: Bool { directory.contains("://") }

  /// A source with these values.
  public init(
    directory: String, objects: [String: Int] = [:], complete: Bool = true,
    isReachable: Bool? = nil, streams: [StreamStatus]? = nil, objectsAsOf: Timestamp? = nil
  ) {
    self.objectsAsOf = objectsAsOf
    self.isReachable = isReachable
    self.streams = streams?.sorted { $0.name < $1.name }
    self.directory = directory
    self.objects = objects
    self.complete = complete
  }
}

/// Objects of one kind that a speaker follows, or a directory.
public struct StreamStatus: Codable, Hashable, Sendable {
  /// Such as `services`, `bgppeers.metallb.io` or `manifests`.
  public let name: String
  /// Whether changes come at present, or would if the kind were installed; false while requests fail.
  public let isFollowed: Bool
  /// When a change last came; nil before the first.
  public let lastEventAt: Timestamp?
  /// How many changes of objects came since the start.
  public let events: UInt64
  /// How often all objects were asked for since the start.
  public let lists: UInt64

  /// A stream with these values.
  public init(
    name: String, isFollowed: Bool, lastEventAt: Timestamp?, events: UInt64, lists: UInt64
  ) {
    self.name = name
    self.isFollowed = isFollowed
    self.lastEventAt = lastEventAt
    self.events = events
    self.lists = lists
  }
}

/// A service that has no address to announce.
public struct ServiceStatus: Codable, Hashable, Sendable {
  /// `namespace/name`.
  public let service: String
  /// Its `externalTrafficPolicy`.
  public let externalTrafficPolicy: TrafficPolicy
  /// The name of the reason, such as `noAddress`.
  public let reason: String
  /// The reason in a sentence for people.
  public let sentence: String

  /// A service with these values.
  public init(
    service: String, externalTrafficPolicy: TrafficPolicy, reason: String, sentence: String
  ) {
    self.service = service
    self.externalTrafficPolicy = externalTrafficPolicy
    self.reason = reason
    self.sentence = sentence
  }
}
