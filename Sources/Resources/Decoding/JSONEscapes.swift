/// The escapes of JSON strings (RFC 8259 §7).
enum JSONEscapes {
  /// The text of `content`, which stands between quotes at `offset` of its text.
  static func decode(
    _ content: ArraySlice<UInt8>, at offset: Int
  ) throws(JSONCursor.Failure) -> String {
    var octets: [UInt8] = []
    octets.reserveCapacity(content.count)
    var rest = content
    while let octet = rest.popFirst() {
      guard octet == UInt8(ascii: "\\") else {
        octets.append(octet)
        continue
      }
      switch rest.popFirst() {
      case UInt8(ascii: "\""): octets.append(UInt8(ascii: "\""))
      case UInt8(ascii: "\\"): octets.append(UInt8(ascii: "\\"))
      case UInt8(ascii: "/"): octets.append(UInt8(ascii: "/"))
      case UInt8(ascii: "b"): octets.append(0x08)
      case UInt8(ascii: "f"): octets.append(0x0C)
      case UInt8(ascii: "n"): octets.append(0x0A)
      case UInt8(ascii: "r"): octets.append(0x0D)
      case UInt8(ascii: "t"): octets.append(0x09)
      case UInt8(ascii: "u"):
        guard let scalar = scalar(&rest) else {
          throw JSONCursor.Failure(offset: offset, message: "a \\u escape without four hex digits")
        }
        octets.append(contentsOf: String(Character(scalar)).utf8)
      default:
        throw JSONCursor.Failure(offset: offset, message: "an unknown escape in a string")
      }
    }
    guard let text = String(validating: octets, as: UTF8.self) else {
      throw JSONCursor.Failure(offset: offset, message: "a string that is not UTF-8")
    }
    return text
  }

  /// The character of the digits after `\u`; half of a pair becomes U+FFFD, as in Go.
  private static func scalar(_ rest: inout ArraySlice<UInt8>) -> Unicode.Scalar? {
    guard let first = unit(&rest) else { return nil }
    if let scalar = Unicode.Scalar(first) { return scalar }
    var ahead = rest
    guard first < 0xDC00, ahead.popFirst() == UInt8(ascii: "\\"),
      ahead.popFirst() == UInt8(ascii: "u"), let second = unit(&ahead),
      (0xDC00...0xDFFF).contains(second)
    else { return "\u{FFFD}" }
    rest = ahead
    return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
  }

  private static func unit(_ rest: inout ArraySlice<UInt8>) -> UInt32? {
    guard rest.count >= 4 else { return nil }
    var value: UInt32 = 0
    for octet in rest.prefix(4) {
      guard let digit = Character(Unicode.Scalar(octet)).hexDigitValue else { return nil }
      value = value << 4 | UInt32(digit)
    }
    rest = rest.dropFirst(4)
    return value
  }
}

/// The grammar of JSON numbers (RFC 8259 §6).
enum JSONNumber {
  /// Whether `text` is a number.
  static func isValid(_ text: ArraySlice<UInt8>) -> Bool {
    var rest = text
    if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    let whole = rest.prefix(while: \.isDigit)
    guard !whole.isEmpty, whole.count == 1 || whole.first != UInt8(ascii: "0") else { return false }
    rest = rest.dropFirst(whole.count)
    if rest.first == UInt8(ascii: ".") {
      let fraction = rest.dropFirst().prefix(while: \.isDigit)
      guard !fraction.isEmpty else { return false }
      rest = rest.dropFirst(1 + fraction.count)
    }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest = rest.dropFirst()
      if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") {
        rest = rest.dropFirst()
      }
      let exponent = rest.prefix(while: \.isDigit)
      guard !exponent.isEmpty else { return false }
      rest = rest.dropFirst(exponent.count)
    }
    return rest.isEmpty
  }
}
