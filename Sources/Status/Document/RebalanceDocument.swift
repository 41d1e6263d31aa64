/// What a node does about its load when it is asked to even it out.
public struct RebalanceDocument: VersionedDocument, Hashable {
  public static let currentVersion = 1
  /// A node with more than this share of the mean, in percent, gives addresses away; the election
  /// has the same threshold.
  public static let threshold = 150

  /// The version of the document's form.
  public let version: Int
  /// The node.
  public let node: String
  /// How many layer-2 addresses each living member owns, by name: of those that may have the same
  /// addresses as the node, or of all where the node owns none.
  public let loads: [String: Int]
  /// Until when the node gives addresses away, one in each interval; nil when it does not, since it
  /// has not more than ``threshold`` of the mean.
  public let until: Timestamp?
  /// The interval in milliseconds.
  public let intervalMilliseconds: Int64

  /// A document of the current version.
  public init(node: String, loads: [String: Int], until: Timestamp?, intervalMilliseconds: Int64) {
    version = Self.currentVersion
    self.node = node
    self.loads = loads
    self.until = until
    self.intervalMilliseconds = intervalMilliseconds
  }

  /// Whether a node with this load has more than its share of `loads`.
  public static func isOverloaded(_ load: Int, among loads: some Collection<Int>) -> Bool {
    load * loads.count * 100 > loads.reduce(0, +) * threshold
  }
}
