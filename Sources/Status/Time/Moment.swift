/// A moment in UTC, in whole milliseconds: finer than ``Timestamp``, for what is told in the order in
/// which it happened. Its text is RFC 3339's, such as `2026-01-31T23:59:59.123Z`.
public struct Moment: Hashable, Sendable, Comparable {
  /// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
  public let millisecondsSince1970: Int64

  /// The moment so many milliseconds after the epoch; what lies outside of 1970 to 9999 is clamped.
  public init(millisecondsSince1970: Int64) {
    let start = Timestamp(secondsSince1970: millisecondsSince1970 / 1000)
    let rest = millisecondsSince1970 - start.secondsSince1970 * 1000
    self.millisecondsSince1970 = start.secondsSince1970 * 1000 + min(max(rest, 0), 999)
  }

  public static func < (left: Self, right: Self) -> Bool {
    left.millisecondsSince1970 < right.millisecondsSince1970
  }
}

extension Moment: LosslessStringConvertible {
  /// Parses `YYYY-MM-DDThh:mm:ss.sssZ`, and the whole seconds of a ``Timestamp``.
  public init?(_ text: some StringProtocol) {
    if let whole = Timestamp(text) {
      self.init(millisecondsSince1970: whole.secondsSince1970 * 1000)
      return
    }
    let octets = Array(text.utf8)
    guard octets.count == 24, octets[19] == UInt8(ascii: "."), octets[23] == UInt8(ascii: "Z"),
      let whole = Timestamp(String(decoding: octets[..<19], as: UTF8.self) + "Z")
    else { return nil }
    var rest: Int64 = 0
    for octet in octets[20..<23] {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet) else { return nil }
      rest = rest * 10 + Int64(octet - UInt8(ascii: "0"))
    }
    self.init(millisecondsSince1970: whole.secondsSince1970 * 1000 + rest)
  }

  public var description: String {
    let rest = String(millisecondsSince1970 % 1000)
    return Timestamp(secondsSince1970: millisecondsSince1970 / 1000).description.dropLast()
      + "." + String(repeating: "0", count: 3 - rest.count) + rest + "Z"
  }
}

extension Moment: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let moment = Moment(text) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "'\(text)' is not a UTC time such as 2026-01-31T23:59:59.123Z")
    }
    self = moment
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
