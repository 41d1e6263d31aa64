import Resources

/// A JSON value, for the small documents that are written or looked into; the objects of lists and
/// watches stay octets.
public enum JSONValue: Hashable, Sendable {
  case null
  case boolean(Bool)
  case integer(Int64)
  /// A number that is no integer of 64 bits, by its text.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// The value that `octets` hold.
  ///
  /// - Throws: ``JSONFailure`` where they are not one JSON value.
  public init(parsing octets: some Sequence<UInt8>) throws(JSONFailure) {
    do {
      var cursor = JSONCursor(Array(octets))
      self = try Self.read(&cursor, depth: 0)
      try cursor.finish()
    } catch {
      throw JSONFailure(description: error.description)
    }
  }

  /// The member `key` of an object.
  public subscript(key: String) -> JSONValue? {
    if case .object(let members) = self { members[key] } else { nil }
  }

  /// The text of a string.
  public var string: String? { if case .string(let text) = self { text } else { nil } }

  /// The value of an integer.
  public var integer: Int64? { if case .integer(let value) = self { value } else { nil } }

  /// The elements of an array.
  public var array: [JSONValue]? { if case .array(let items) = self { items } else { nil } }

  /// The members of an object.
  public var object: [String: JSONValue]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// The text of the value, without space; members are sorted by name.
  public var octets: [UInt8] {
    var octets: [UInt8] = []
    write(to: &octets)
    return octets
  }

  private static func read(
    _ cursor: inout JSONCursor, depth: Int
  ) throws(JSONCursor.Failure) -> JSONValue {
    let kind = try cursor.peek()
    guard depth < JSONCursor.maximumDepth else {
      throw JSONCursor.Failure(offset: cursor.position, message: "nested too deeply")
    }
    switch kind {
    case .string:
      return .string(try cursor.readString())
    case .array:
      var items: [JSONValue] = []
      try cursor.readArray { cursor throws(JSONCursor.Failure) in
        items.append(try read(&cursor, depth: depth + 1))
      }
      return .array(items)
    case .object:
      var members: [String: JSONValue] = [:]
      try cursor.readObject { key, cursor throws(JSONCursor.Failure) in
        members[key] = try read(&cursor, depth: depth + 1)
      }
      return .object(members)
    case .number, .boolean, .null:
      let word = try cursor.readWord()
      switch word {
      case "null": return .null
      case "true": return .boolean(true)
      case "false": return .boolean(false)
      default: return Int64(word).map(JSONValue.integer) ?? .number(String(word))
      }
    }
  }

  private func write(to octets: inout [UInt8]) {
    switch self {
    case .null: octets += "null".utf8
    case .boolean(let value): octets += (value ? "true" : "false").utf8
    case .integer(let value): octets += String(value).utf8
    case .number(let text): octets += text.utf8
    case .string(let text): Self.write(text, to: &octets)
    case .array(let items):
      octets.append(UInt8(ascii: "["))
      for (index, item) in items.enumerated() {
        if index > 0 { octets.append(UInt8(ascii: ",")) }
        item.write(to: &octets)
      }
      octets.append(UInt8(ascii: "]"))
    case .object(let members):
      octets.append(UInt8(ascii: "{"))
      for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
        if index > 0 { octets.append(UInt8(ascii: ",")) }
        Self.write(member.key, to: &octets)
        octets.append(UInt8(ascii: ":"))
        member.value.write(to: &octets)
      }
      octets.append(UInt8(ascii: "}"))
    }
  }

  private static func write(_ text: String, to octets: inout [UInt8]) {
    octets.append(UInt8(ascii: "\""))
    for octet in text.utf8 {
      switch octet {
      case UInt8(ascii: "\""): octets += "\\\"".utf8
      case UInt8(ascii: "\\"): octets += "\\\\".utf8
      case 0x0A: octets += "\\n".utf8
      case 0..<0x20:
        let digits = String(octet, radix: 16)
        octets += "\\u00\(digits.count == 1 ? "0" : "")\(digits)".utf8
      default: octets.append(octet)
      }
    }
    octets.append(UInt8(ascii: "\""))
  }
}

/// Text that is not JSON.
public struct JSONFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was expected, and where.
  public let description: String
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// Of members with the same name the last one counts.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(elements) { $1 })
  }
}
