/// Something that holds for more than one address and may be why an announcement is not as it
/// should be.
public struct Circumstance: Codable, Hashable, Sendable {
  /// What kind of circumstance.
  public enum Reason: String, Codable, Hashable, Sendable, CaseIterable {
    /// The node has no quorum of its witnesses: it is cut off, or too many of them are gone.
    case noQuorum
    /// The other speakers hold the node dead.
    case memberDead
    /// The node's speaker is silent, and its host answers.
    case memberStalled
    /// The API cannot be reached, or the objects of one kind cannot be read; what was read last counts.
    case sourceUnreachable
    /// The API calls too much bad at once; what it said before counts.
    case sourceSuspect
    /// An object is in error: it is not used, or as it was before.
    case configurationError
    /// An object is used, but probably not as it was meant.
    case configurationWarning
  }

  /// What kind.
  public let reason: Reason
  /// The node that it is about; nil where it is about none.
  public let node: String?
  /// The object that it is about, such as `Service shop/web`, or the objects that cannot be read, such
  /// as `bgppeers.metallb.io`; nil where it is about none.
  public let object: String?
  /// One sentence for people, without its full stop.
  public let sentence: String

  /// A circumstance with these values.
  public init(_ reason: Reason, node: String? = nil, object: String? = nil, sentence: String) {
    self.reason = reason
    self.node = node
    self.object = object
    self.sentence = sentence
  }
}

extension Circumstance.Reason {
  /// Whether the node does nothing, as others see it.
  var isSilence: Bool { self == .memberDead || self == .memberStalled }
}

extension Circumstance {
  /// Whether nothing of the source can be read.
  var isAboutWholeSource: Bool { reason == .sourceUnreachable && object == nil }
  /// Whether some objects of the source cannot be read.
  var isAboutKind: Bool { reason == .sourceUnreachable && object != nil }
}

extension Circumstance: Comparable {
  public static func < (left: Self, right: Self) -> Bool { left.sortKey < right.sortKey }

  private var sortKey: (Int, String, String, String) {
    (
      Reason.allCases.firstIndex(of: reason) ?? 0, node ?? "", object ?? "", sentence
    )
  }
}
