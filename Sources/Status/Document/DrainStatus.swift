public import Addresses

/// How far the drain of a node is.
public struct DrainStatus: Codable, Hashable, Sendable {
  /// Since when the node is drained, restarts of its speaker included.
  public let since: Timestamp
  /// What it had when the drain began, or when the speaker started, and no longer has: by address.
  public let moved: [DrainedAddress]
  /// What it still answers for by layer 2: by address.
  public let remaining: [RemainingAddress]
  /// How many prefixes each BGP peer still has from it, peers without any left out.
  public let announcedPrefixes: [String: Int]
  /// How many prefixes were withdrawn from each BGP peer since the drain began, or since the speaker
  /// started; peers without any left out.
  public let withdrawnPrefixes: [String: Int]
  /// What it announced by BGP when the drain began, and no other node may announce by any way: by address.
  public let unannounced: [IPAddress]

  /// Whether nothing is left to hand over or to withdraw.
  public var isComplete: Bool { remaining.isEmpty && announcedPrefixes.isEmpty }

  /// A drain with these values; the lists are sorted here.
  public init(
    since: Timestamp, moved: [DrainedAddress] = [], remaining: [RemainingAddress] = [],
    announcedPrefixes: [String: Int] = [:], withdrawnPrefixes: [String: Int] = [:],
    unannounced: [IPAddress] = []
  ) {
    self.withdrawnPrefixes = withdrawnPrefixes
    self.unannounced = unannounced.sorted()
    self.since = since
    self.moved = moved.sorted { $0.address < $1.address }
    self.remaining = remaining.sorted { $0.address < $1.address }
    self.announcedPrefixes = announcedPrefixes
  }
}

/// An address that a drained node had.
public struct DrainedAddress: Codable, Hashable, Sendable {
  /// The address.
  public let address: IPAddress
  /// Its owner now; nil for nobody.
  public let owner: String?

  /// An address with its new owner.
  public init(address: IPAddress, owner: String?) {
    self.address = address
    self.owner = owner
  }
}

/// An address that a drained node still answers for.
public struct RemainingAddress: Codable, Hashable, Sendable {
  /// The address.
  public let address: IPAddress
  /// Why it was not handed over yet, in a sentence for people.
  public let sentence: String
  /// Whether nothing is in the way of the hand-over: it takes moments. Otherwise it takes until what
  /// the sentence says has changed.
  public let isUnderWay: Bool

  /// An address with the reason why it is still there.
  public init(address: IPAddress, sentence: String, isUnderWay: Bool) {
    self.address = address
    self.sentence = sentence
    self.isUnderWay = isUnderWay
  }
}

/// What `bellman drain` shows: one node and its drain.
public struct DrainDocument: VersionedDocument, Hashable {
  public static let currentVersion = 1

  /// The version of the document's form.
  public let version: Int
  /// The node.
  public let node: String
  /// How far its drain is; nil when it is not drained.
  public let drain: DrainStatus?

  /// A document of the current version.
  public init(node: String, drain: DrainStatus?) {
    version = Self.currentVersion
    self.node = node
    self.drain = drain
  }
}
