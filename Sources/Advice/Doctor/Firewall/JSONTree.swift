import FoundationEssentials

/// JSON of any form.
enum JSONTree: Decodable, Hashable {
  case null
  case flag(Bool)
  case number(Int)
  case text(String)
  case list([JSONTree])
  case object([String: JSONTree])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .flag(value)
    } else if let value = try? container.decode(Int.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([JSONTree].self) {
      self = .list(value)
    } else if let value = try? container.decode([String: JSONTree].self) {
      self = .object(value)
    } else {
      // A number with a fraction, which nothing here needs.
      self = .null
    }
  }

  subscript(_ key: String) -> JSONTree? {
    if case .object(let members) = self { members[key] } else { nil }
  }

  var text: String? { if case .text(let value) = self { value } else { nil } }
  var number: Int? { if case .number(let value) = self { value } else { nil } }
  var list: [JSONTree]? { if case .list(let value) = self { value } else { nil } }

  /// The only member of an object, as nftables writes statements.
  var only: (key: String, value: JSONTree)? {
    if case .object(let members) = self, members.count == 1, let member = members.first {
      return (member.key, member.value)
    }
    return nil
  }
}
