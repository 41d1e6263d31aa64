import Foundation
import Lab

/// What a program has printed as JSON.
enum JSON: Decodable, Hashable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([String: JSON])

  /// Parses a text; throws ``LabError`` with the text when it is not JSON.
  static func parse(_ text: some StringProtocol) throws -> JSON {
    do {
      return try JSONDecoder().decode(JSON.self, from: Data(text.utf8))
    } catch {
      throw LabError("not JSON: \(text)")
    }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSON].self) {
      self = .array(value)
    } else if let value = try? container.decode([String: JSON].self) {
      self = .object(value)
    } else {
      self = .null
    }
  }

  /// A member of an object; null where there is none.
  subscript(_ key: String) -> JSON {
    if case .object(let members) = self { members[key] ?? .null } else { .null }
  }

  /// An element of an array; null where there is none.
  subscript(_ index: Int) -> JSON { items.indices.contains(index) ? items[index] : .null }

  /// The elements of an array, none of anything else.
  var items: [JSON] { if case .array(let items) = self { items } else { [] } }

  /// The members of an object by name, none of anything else.
  var members: [(key: String, value: JSON)] {
    if case .object(let members) = self { members.sorted { $0.key < $1.key } } else { [] }
  }

  var string: String? { if case .string(let text) = self { text } else { nil } }
  var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  /// A number, or a text of digits.
  var int: Int? {
    switch self {
    case .number(let value): Int(exactly: value)
    case .string(let text): Int(text)
    default: nil
    }
  }
}
