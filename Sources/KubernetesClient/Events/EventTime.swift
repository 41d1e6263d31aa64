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
    let (days, rest) = Self.divide(microseconds, 86_400_000_000)
    let (year, month, day) = Self.date(days)
    let (seconds, fraction) = (rest / 1_000_000, rest % 1_000_000)
    let date = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    let time =
      "\(Self.padded(hours, 2)):\(Self.padded(minutes, 2)):\(Self.padded(seconds % 60, 2))"
    return "\(date)T\(time).\(Self.padded(fraction, 6))Z"
  }

  /// The date of a day since 1970-01-01, in the Gregorian calendar counted from 1 March of year 0.
  private static func date(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = divide(days + 719_468, 146_097)
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }

  private static func divide(_ value: Int64, _ divisor: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }

  private static func padded(_ value: Int64, _ width: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(width - text.count, 0)) + text
  }
}
