import Addresses
import Status

/// What JSON a type is read from: found by decoding it from a decoder that notes what it is asked for.
indirect enum Schema {
  case string(format: String?)
  case integer(isUnsigned: Bool)
  case number
  case boolean
  case words([String])
  case list(Schema)
  case map(Schema)
  case object([String: Schema], required: Set<String>)

  /// The form of `type`.
  static func of<Value: Decodable>(_ type: Value.Type) throws -> Schema { try record(type).schema }

  /// As JSON Schema has it.
  var json: [String: Any] {
    switch self {
    case .string(nil): ["type": "string"]
    case .string(let format?): ["type": "string", "format": format]
    case .integer(true): ["type": "integer", "minimum": 0]
    case .integer(false): ["type": "integer"]
    case .number: ["type": "number"]
    case .boolean: ["type": "boolean"]
    case .words(let words): ["enum": words]
    case .list(let element): ["type": "array", "items": element.json]
    case .map(let value): ["type": "object", "additionalProperties": value.json]
    case .object(let properties, let required):
      [
        "type": "object", "properties": properties.mapValues(\.json),
        "required": required.sorted(), "additionalProperties": false,
      ]
    }
  }

  // MARK: Recording

  /// The form of a type, and a value of it, which those that contain it need.
  fileprivate static func record<Value: Decodable>(
    _ type: Value.Type
  ) throws -> (schema: Schema, value: Value) {
    func recorded(_ schema: Schema, _ value: Any) throws -> (Schema, Value) {
      guard let value = value as? Value else { throw Unknown(type: "\(type)") }
      return (schema, value)
    }
    if let leaf = leaves[ObjectIdentifier(type)] { return try recorded(leaf.schema, leaf.value) }
    if let container = type as? any ContainerForm.Type {
      let (schema, value) = try container.form()
      return try recorded(schema, value)
    }
    if let choice = type as? any CaseIterable.Type {
      let (words, first) = words(of: choice)
      guard let first, words.count == choice.count else { throw Unknown(type: "\(type)") }
      return try recorded(.words(words.sorted()), first)
    }
    let decoder = RecordingDecoder()
    let value = try Value(from: decoder)
    return (
      .object(
        decoder.notes.properties,
        required: Set(decoder.notes.properties.keys).subtracting(decoder.notes.optional)),
      value
    )
  }

  private static func words<Choice: CaseIterable>(_ type: Choice.Type) -> ([String], Any?) {
    (
      type.allCases.compactMap { ($0 as? any RawRepresentable)?.rawValue as? String },
      type.allCases.first
    )
  }

  private static func words(of type: any CaseIterable.Type) -> ([String], Any?) { words(type) }

  private static var leaves: [ObjectIdentifier: (schema: Schema, value: Any)] {
    var leaves: [ObjectIdentifier: (schema: Schema, value: Any)] = [
      ObjectIdentifier(String.self): (.string(format: nil), ""),
      ObjectIdentifier(Bool.self): (.boolean, false),
      ObjectIdentifier(Double.self): (.number, 0.0),
      ObjectIdentifier(Int.self): (.integer(isUnsigned: false), 0),
      ObjectIdentifier(Int32.self): (.integer(isUnsigned: false), Int32(0)),
      ObjectIdentifier(Int64.self): (.integer(isUnsigned: false), Int64(0)),
      ObjectIdentifier(UInt8.self): (.integer(isUnsigned: true), UInt8(0)),
      ObjectIdentifier(UInt16.self): (.integer(isUnsigned: true), UInt16(0)),
      ObjectIdentifier(UInt32.self): (.integer(isUnsigned: true), UInt32(0)),
      ObjectIdentifier(UInt64.self): (.integer(isUnsigned: true), UInt64(0)),
      ObjectIdentifier(MACAddress.self): (.string(format: nil), MACAddress(rawValue: 0)),
      ObjectIdentifier(Timestamp.self): (
        .string(format: "date-time"), Timestamp(secondsSince1970: 0)
      ),
      ObjectIdentifier(Moment.self): (
        .string(format: "date-time"), Moment(millisecondsSince1970: 0)
      ),
    ]
    let address = IPv4Address(192, 0, 2, 1)
    leaves[ObjectIdentifier(IPAddress.self)] = (.string(format: nil), IPAddress.v4(address))
    leaves[ObjectIdentifier(IPv4Address.self)] = (.string(format: "ipv4"), address)
    if let prefix = IPPrefix(.v4(address), length: 32) {
      leaves[ObjectIdentifier(IPPrefix.self)] = (.string(format: nil), prefix)
    }
    return leaves
  }

  /// A type that says nothing of its form.
  struct Unknown: Error {
    let type: String
  }
}

extension CaseIterable {
  fileprivate static var count: Int { allCases.count }
}

/// Lists and maps.
private protocol ContainerForm {
  static func form() throws -> (Schema, Any)
}

extension Array: ContainerForm where Element: Decodable {
  fileprivate static func form() throws -> (Schema, Any) {
    let element = try Schema.record(Element.self)
    return (.list(element.schema), [element.value])
  }
}

extension Dictionary: ContainerForm where Key == String, Value: Decodable {
  fileprivate static func form() throws -> (Schema, Any) {
    let value = try Schema.record(Value.self)
    return (.map(value.schema), ["": value.value])
  }
}

/// Notes which keys an object is asked for, and of what type.
private struct RecordingDecoder: Decoder {
  final class Notes {
    var properties: [String: Schema] = [:]
    var optional: Set<String> = []
  }

  let notes = Notes()
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(RecordingContainer(notes: notes))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    throw Schema.Unknown(type: "a list without a type")
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer {
    throw Schema.Unknown(type: "a single value")
  }
}

private struct RecordingContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let notes: RecordingDecoder.Notes
  var codingPath: [any CodingKey] { [] }
  var allKeys: [Key] { [] }

  /// Only who can do without a key asks whether it is there.
  func contains(_ key: Key) -> Bool {
    notes.optional.insert(key.stringValue)
    return true
  }

  func decodeNil(forKey key: Key) -> Bool { false }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    let (schema, value) = try Schema.record(type)
    notes.properties[key.stringValue] = schema
    return value
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    throw Schema.Unknown(type: "a nested object")
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    throw Schema.Unknown(type: "a nested list")
  }

  func superDecoder() throws -> any Decoder { throw Schema.Unknown(type: "a base class") }

  func superDecoder(forKey key: Key) throws -> any Decoder {
    throw Schema.Unknown(type: "a base class")
  }
}
