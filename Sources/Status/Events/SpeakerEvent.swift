/// Something that a speaker decided or was told: a line of `bellman events`.
public struct SpeakerEvent: VersionedDocument, Hashable {
  public static let currentVersion = 1

  /// What an event is about.
  public enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
    /// This node announces an address otherwise than before, or not any more.
    case decision
    /// An address has another owner.
    case move
    /// A BGP session was established or lost.
    case session
    /// A BFD session changed its state.
    case bfd
    /// An interface takes part, or no longer.
    case interface
    /// A member of the election fell silent, or is heard again; the node's own lease ended, or is held
    /// again.
    case member
    /// Somebody else uses an address, or no longer.
    case conflict
    /// A drain of this node began or ended.
    case drain
    /// The source of services cannot be reached, or again, or is not believed.
    case source
    /// An object of the source is in error, or no object is any more.
    case configuration
  }

  /// The version of the event's form, ``currentVersion`` where this program made it.
  public let version: Int
  /// The node whose speaker tells it.
  public let node: String
  /// Its number among the events of this process, from 1.
  public let sequence: UInt64
  /// When.
  public let at: Moment
  /// What it is about.
  public let kind: Kind
  /// The address, the BGPPeer, the interface or the node that it is about.
  public let object: String
  /// What changed, such as `layer 2: candidate -> owner`.
  public let what: String
  /// Why, in words.
  public let why: String
  /// What the speaker acted upon: `source`, `election`, `session`, `interface` or `drain`; nil where it
  /// decided nothing.
  public let trigger: String?
  /// From that event until what follows of it had been said to segments and peers, in microseconds; nil
  /// where nothing was to be said.
  public let microsecondsToWire: Int64?

  /// An event with these values.
  public init(
    node: String, sequence: UInt64, at: Moment, kind: Kind, object: String, what: String,
    why: String, trigger: String? = nil, microsecondsToWire: Int64? = nil
  ) {
    version = Self.currentVersion
    self.node = node
    self.sequence = sequence
    self.at = at
    self.kind = kind
    self.object = object
    self.what = what
    self.why = why
    self.trigger = trigger
    self.microsecondsToWire = microsecondsToWire
  }
}
