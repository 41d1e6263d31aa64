/// What came of the frames that a ``Responder`` was shown.
public struct ResponderCounters: Hashable, Sendable {
  /// The frames that were answered.
  public private(set) var replies: UInt64 = 0
  private var dropped: [UInt64]

  /// Counters at zero.
  public init() {
    dropped = Array(repeating: 0, count: DropReason.allCases.count)
  }

  /// The frames that were ignored for `reason`.
  public subscript(_ reason: DropReason) -> UInt64 { dropped[Int(reason.rawValue)] }

  /// All frames that were seen, answered or ignored.
  public var received: UInt64 { dropped.reduce(replies, &+) }

  /// Counts what was done with one frame. Does not allocate.
  public mutating func count(_ answer: Answer) {
    switch answer {
    case .reply: replies &+= 1
    case .ignored(let reason), .withheld(let reason, _): dropped[Int(reason.rawValue)] &+= 1
    }
  }
}
