/// A moment in UTC, in whole seconds. Its text is RFC 3339's, such as `2026-01-31T23:59:59Z`.
///
/// It is data only: whoever makes documents or renders them passes the clock's time in.
public struct Timestamp: Hashable, Sendable {
  /// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted: 0 to the end of the year 9999.
  public let secondsSince1970: Int64

  /// The moment `secondsSince1970` after the epoch; what lies outside of 1970 to 9999 is clamped.
  public init(secondsSince1970: Int64) {
    self.secondsSince1970 = min(max(secondsSince1970, 0), Self.lastSecond)
  }

  /// The seconds from `other` to this moment; negative when `other` is later.
  public func seconds(since other: Timestamp) -> Int64 {
    secondsSince1970 - other.secondsSince1970
  }

  /// 9999-12-31T23:59:59Z, the last moment that RFC 3339 can write.
  private static let lastSecond: Int64 = 253_402_300_799
  private static let secondsOfDay: Int64 = 86_400
}

extension Timestamp: Comparable {
  public static func < (left: Self, right: Self) -> Bool {
    left.secondsSince1970 < right.secondsSince1970
  }
}

extension Timestamp: LosslessStringConvertible {
  /// Parses `YYYY-MM-DDThh:mm:ssZ`, the only form that ``description`` writes.
  public init?(_ text: some StringProtocol) {
    let characters = Array(text.utf8)
    guard characters.count == 20 else { return nil }
    for (index, separator) in [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"), (19, "Z")] {
      guard characters[index...index].elementsEqual(separator.utf8) else { return nil }
    }
    func number(_ range: Range<Int>) -> Int64? {
      var value: Int64 = 0
      for character in characters[range] {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) else { return nil }
        value = value * 10 + Int64(character - UInt8(ascii: "0"))
      }
      return value
    }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
      let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
      year >= 1970, (1...12).contains(month), hour < 24, minute < 60, second < 60
    else { return nil }
    let days = Self.days(year: year, month: month, day: day)
    guard Self.civil(days: days) == (year, month, day) else { return nil }
    self.init(secondsSince1970: days * Self.secondsOfDay + hour * 3600 + minute * 60 + second)
  }

  public var description: String {
    let (year, month, day) = Self.civil(days: secondsSince1970 / Self.secondsOfDay)
    let second = secondsSince1970 % Self.secondsOfDay
    func padded(_ number: Int64, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2) + "T"
      + padded(second / 3600, 2) + ":" + padded(second / 60 % 60, 2) + ":"
      + padded(second % 60, 2) + "Z"
  }

  /// The days from 1970-01-01 to a date of the Gregorian calendar. A year starts in March here, so
  /// that the leap day is its last, and 400 years always have 146,097 days.
  private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let marchYear = month <= 2 ? year - 1 : year
    let marchMonth = (month + 9) % 12
    let dayOfYear = (153 * marchMonth + 2) / 5 + day - 1
    return marchYear * 365 + marchYear / 4 - marchYear / 100 + marchYear / 400 + dayOfYear
      - 719_468
  }

  /// The date that lies `days` days after 1970-01-01.
  private static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }
}

extension Timestamp: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let timestamp = Timestamp(text) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "'\(text)' is not a UTC time such as 2026-01-31T23:59:59Z")
    }
    self = timestamp
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
