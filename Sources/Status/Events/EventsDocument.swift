/// Some of the events of a speaker: one answer to a reader who follows them.
public struct EventsDocument: VersionedDocument, Hashable {
  public static let currentVersion = 1

  /// The version of the document's form, ``currentVersion`` where this program made it.
  public let version: Int
  /// The node of the speaker.
  public let node: String
  /// Which process tells it: numbers of another one mean nothing to it.
  public let life: String
  /// The events in their order.
  public let events: [SpeakerEvent]
  /// The number after which to go on.
  public let last: UInt64
  /// How many events after the one asked for are lost, since only so many are kept.
  public let lost: UInt64
  /// Whether there are more already.
  public let hasMore: Bool

  /// A document of the current version.
  public init(
    node: String, life: String, events: [SpeakerEvent], last: UInt64, lost: UInt64 = 0,
    hasMore: Bool = false
  ) {
    version = Self.currentVersion
    self.node = node
    self.life = life
    self.events = events
    self.last = last
    self.lost = lost
    self.hasMore = hasMore
  }
}

/// How far a reader of a speaker's events has come.
public struct EventPosition: Hashable, Sendable {
  /// The process that told them; empty before the first answer.
  public var life: String
  /// The number of the last event.
  public var sequence: UInt64

  /// Before the first event.
  public init(life: String = "", sequence: UInt64 = 0) {
    self.life = life
    self.sequence = sequence
  }

  /// After the events of `document`.
  public init(after document: EventsDocument) {
    self.init(life: document.life, sequence: document.last)
  }
}
