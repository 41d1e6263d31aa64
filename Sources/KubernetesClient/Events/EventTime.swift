import FoundationEssentials

/// A time of the calendar, for what people read; nothing is measured with it.
public struct EventTime: Hashable, Sendable, Comparable {
  /// Microseconds since 1970-01-01 UTC.
  public var microseconds: Int64

  /// So many microseconds since 1970-01-01 UTC.
  public init(microseconds: Int64) { self.microseconds = microseconds }

  public static func < (left: Self, right: Self) -> Bool {
    left.microseconds < right.microseconds
  }
}

extension EventTime: CustomStringConvertible {
  /// Such as `2026-01-31T23:59:59.000001Z` (RFC 3339, Kubernetes' MicroTime).
  public var description: String {
    let fraction = ((microseconds % 1_000_000) + 1_000_000) % 1_000_000
    let seconds = (microseconds - fraction) / 1_000_000
    let text = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
    let digits = String(fraction)
    return "\(text.dropLast()).\(String(repeating: "0", count: 6 - digits.count))\(digits)Z"
  }
}
