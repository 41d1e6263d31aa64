public import NIOCore

extension Reflector {
  /// The times and sizes of a reflector.
  public struct Configuration: Hashable, Sendable {
    /// Whether the server is asked to send the list as the first events of a watch, which costs it
    /// and us less memory (KEP-3157). Where it cannot, lists in pages take over.
    public var usesStreamingLists = true
    /// The objects of one page of a list.
    public var pageSize = 500
    /// How long a list, or the head of a watch, may be silent.
    public var responseTimeout: TimeAmount = .seconds(30)
    /// How long the first events of a streaming list may take before lists in pages take over.
    public var streamingListTimeout: TimeAmount = .seconds(60)
    /// How long a watch may be silent; servers send a bookmark about every minute.
    public var watchIdleTimeout: TimeAmount = .seconds(150)
    /// How long the server is asked to keep a watch, in seconds.
    public var watchSeconds: ClosedRange<Int64> = 300...600
    /// A watch that lasted so long is in order, and the failures before it are forgotten.
    public var stablePeriod: TimeAmount = .seconds(5)
    /// How often a kind that is not installed is looked for. Where it was never seen the time is
    /// doubled with each answer, up to ``longestAbsentInterval``.
    public var absentInterval: TimeAmount = .seconds(10)
    /// The longest time between two looks for a kind that was never seen.
    public var longestAbsentInterval: TimeAmount = .minutes(2)
    /// How long a kind that had objects must seem not installed until they count as gone: API
    /// servers answer 404 for custom resources while they start.
    public var absenceConfirmation: TimeAmount = .seconds(30)
    /// The same at the very first look, before anything is known of the kind, where the server does
    /// not prove it: by serving others of its group and version, and not this one.
    public var firstAbsenceConfirmation: TimeAmount = .seconds(3)
    /// Until when all who wait for a server ask it again after it is seen to be well.
    public var recoverySpread: TimeAmount = .milliseconds(500)
    /// The waiting times after failures.
    public var backoff = Backoff(base: .milliseconds(200), maximum: .seconds(30))
    /// The longest that a server may ask to wait.
    public var maximumRetryAfter: TimeAmount = .minutes(5)

    /// The times and sizes that suit a cluster.
    public init() {}
  }
}
