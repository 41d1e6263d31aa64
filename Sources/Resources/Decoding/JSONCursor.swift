/// Reads JSON text (RFC 8259) value by value, without a tree of what it passes over.
///
/// Never traps, whatever the octets. What is skipped is checked only as far as strings and brackets
/// go; what is read is checked in full.
package struct JSONCursor: Sendable {
  /// Why the text cannot be read.
  package struct Failure: Error, Hashable, CustomStringConvertible {
    /// The octet of the text, from 0, that was not as expected.
    package let offset: Int
    /// What was expected.
    package let message: String

    package init(offset: Int, message: String) {
      self.offset = offset
      self.message = message
    }

    package var description: String { "\(message) at octet \(offset)" }
  }

  /// What kind of value comes next, by its first octet.
  package enum Kind: Sendable {
    case object, array, string, number, boolean, null
  }

  /// The deepest nesting that is skipped or read.
  package static let maximumDepth = 128

  /// The text.
  package let octets: [UInt8]
  /// The octet that is read next.
  package private(set) var position: Int
  private let end: Int

  /// A cursor at the begin of `octets`, or of that part of them.
  package init(_ octets: [UInt8], range: Range<Int>? = nil) {
    self.octets = octets
    let range = (range ?? 0..<octets.count).clamped(to: 0..<octets.count)
    position = range.lowerBound
    end = range.upperBound
  }

  /// The kind of the next value; space before it is passed over.
  package mutating func peek() throws(Failure) -> Kind {
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
    case UInt8(ascii: "n"): return .null
    default: throw failure("expected a JSON value")
    }
  }

  /// Checks that nothing but space follows.
  package mutating func finish() throws(Failure) {
    skipSpace()
    if position < end { throw failure("expected the end of the text") }
  }

  /// Passes over the next value and gives the place of its octets.
  @discardableResult
  package mutating func skipValue() throws(Failure) -> Range<Int> {
    skipSpace()
    let start = position
    var depth = 0
    repeat {
      switch current {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        if depth > Self.maximumDepth { throw failure("nested too deeply") }
        position += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard depth > 0 else { throw failure("expected a JSON value") }
        depth -= 1
        position += 1
      case UInt8(ascii: "\""):
        try skipString()
      case UInt8(ascii: ","), UInt8(ascii: ":"):
        guard depth > 0 else { throw failure("expected a JSON value") }
        position += 1
      case nil:
        throw failure("the text ends within a value")
      default:
        let before = position
        skipWord()
        if position == before { throw failure("expected a JSON value") }
      }
      if depth > 0 { skipSpace() }
    } while depth > 0
    return start..<position
  }

  /// Reads an object; `member` is called after each key and must read or skip its value.
  package mutating func readObject(
    _ member: (String, inout JSONCursor) throws(Failure) -> Void
  ) throws(Failure) {
    try expect(UInt8(ascii: "{"), "expected an object")
    skipSpace()
    if take(UInt8(ascii: "}")) { return }
    repeat {
      skipSpace()
      let key = try readString()
      skipSpace()
      try expect(UInt8(ascii: ":"), "expected a colon")
      try member(key, &self)
      skipSpace()
    } while take(UInt8(ascii: ","))
    try expect(UInt8(ascii: "}"), "expected a comma or the end of the object")
  }

  /// Reads an array; `element` is called before each value and must read or skip it.
  package mutating func readArray(
    _ element: (inout JSONCursor) throws(Failure) -> Void
  ) throws(Failure) {
    try expect(UInt8(ascii: "["), "expected an array")
    skipSpace()
    if take(UInt8(ascii: "]")) { return }
    repeat {
      try element(&self)
      skipSpace()
    } while take(UInt8(ascii: ","))
    try expect(UInt8(ascii: "]"), "expected a comma or the end of the array")
  }

  /// Reads a string.
  package mutating func readString() throws(Failure) -> String {
    skipSpace()
    let start = position
    let hasEscapes = try skipString()
    let content = octets[(start + 1)..<(position - 1)]
    if !hasEscapes {
      guard let text = String(validating: content, as: UTF8.self) else {
        throw Failure(offset: start, message: "a string that is not UTF-8")
      }
      return text
    }
    return try JSONEscapes.decode(content, at: start)
  }

  /// Reads a number, `true`, `false` or `null` by its text.
  package mutating func readWord() throws(Failure) -> Substring {
    skipSpace()
    let start = position
    skipWord()
    let word = Substring(decoding: octets[start..<position], as: UTF8.self)
    switch word {
    case "true", "false", "null": return word
    default:
      guard JSONNumber.isValid(octets[start..<position]) else {
        throw Failure(offset: start, message: "expected a JSON value")
      }
      return word
    }
  }

  private var current: UInt8? { position < end ? octets[position] : nil }

  private func failure(_ message: String) -> Failure {
    Failure(offset: position, message: message)
  }

  private mutating func take(_ octet: UInt8) -> Bool {
    guard current == octet else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ octet: UInt8, _ message: String) throws(Failure) {
    skipSpace()
    guard take(octet) else { throw failure(message) }
  }

  private mutating func skipSpace() {
    while position < end {
      switch octets[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  private mutating func skipWord() {
    while position < end {
      switch octets[position] {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "E"):
        position += 1
      default: return
      }
    }
  }

  /// Passes over a string; true if it has escapes.
  @discardableResult
  private mutating func skipString() throws(Failure) -> Bool {
    guard take(UInt8(ascii: "\"")) else { throw failure("expected a string") }
    var hasEscapes = false
    while position < end {
      switch octets[position] {
      case UInt8(ascii: "\""):
        position += 1
        return hasEscapes
      case UInt8(ascii: "\\"):
        hasEscapes = true
        position += 2
      case 0..<0x20:
        throw failure("a control character in a string")
      default:
        position += 1
      }
    }
    position = end
    throw failure("the text ends within a string")
  }
}
