/// A node of a YAML document, with the line it stands on.
struct ManifestNode {
  /// What the node holds.
  enum Content {
    /// Text; only plain (unquoted) text may mean something else than a string.
    case scalar(String, isPlain: Bool)
    case sequence([ManifestNode])
    case mapping([Entry])
  }

  /// One key of a mapping and its value.
  struct Entry {
    let key: String
    let keyLine: Int
    let value: ManifestNode
  }

  /// The line, from 1.
  let line: Int
  let content: Content

  /// The value of `key`, if this is a mapping that has it.
  subscript(key: String) -> ManifestNode? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key == key }?.value
  }

  /// The text, if this is a scalar that is a string.
  var string: String? {
    if case .string(let text) = value { text } else { nil }
  }

  /// The node's value by the rules of the YAML reader that Kubernetes uses (YAML 1.1 scalars).
  var value: Value {
    switch content {
    case .sequence(let items): .sequence(items)
    case .mapping(let entries): .mapping(entries)
    case .scalar(let text, isPlain: false): .string(text)
    case .scalar(let text, isPlain: true): Value(plain: text)
    }
  }

  /// A value with its type.
  enum Value {
    case null
    case boolean(Bool)
    case integer(Int)
    /// A number that is no integer of 64 bits, by its text.
    case number(String)
    case string(String)
    case sequence([ManifestNode])
    case mapping([Entry])
  }
}

extension ManifestNode.Value {
  /// The value that unquoted `text` means.
  init(plain text: String) {
    switch text {
    case "", "~", "null", "Null", "NULL":
      self = .null
    case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON":
      self = .boolean(true)
    case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF":
      self = .boolean(false)
    default:
      if let integer = Self.integer(text) {
        self = .integer(integer)
      } else if Self.isNumber(text) {
        self = .number(text)
      } else {
        self = .string(text)
      }
    }
  }

  private static func integer(_ text: String) -> Int? {
    guard let first = text.utf8.first, first < UInt8(ascii: ":") else { return nil }
    var digits = text.filter { $0 != "_" }[...]
    var sign = ""
    if let mark = digits.first, mark == "-" || mark == "+" {
      sign = String(mark)
      digits = digits.dropFirst()
    }
    var radix = 10
    if digits.hasPrefix("0"), digits.utf8.count > 1 {
      switch digits.dropFirst().first {
      case "x", "X": (radix, digits) = (16, digits.dropFirst(2))
      case "b", "B": (radix, digits) = (2, digits.dropFirst(2))
      case "o", "O": (radix, digits) = (8, digits.dropFirst(2))
      default: (radix, digits) = (8, digits.dropFirst())
      }
    }
    guard let next = digits.first, next != "-", next != "+" else { return nil }
    return Int(sign + digits, radix: radix)
  }

  private static func isNumber(_ text: String) -> Bool {
    guard let first = text.utf8.first, first < UInt8(ascii: ":") else { return false }
    switch text {
    case ".inf", ".Inf", ".INF", "+.inf", "-.inf", ".nan", ".NaN", ".NAN": return true
    default: break
    }
    var rest = text.utf8[...]
    if let mark = rest.first, mark == UInt8(ascii: "-") || mark == UInt8(ascii: "+") {
      rest = rest.dropFirst()
    }
    let whole = rest.prefix(while: \.isDigit)
    rest = rest.dropFirst(whole.count)
    var fraction = 0
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      fraction = rest.prefix(while: \.isDigit).count
      rest = rest.dropFirst(fraction)
    }
    guard !whole.isEmpty || fraction > 0 else { return false }
    if let mark = rest.first, mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") {
      rest = rest.dropFirst()
      if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
        rest = rest.dropFirst()
      }
      let exponent = rest.prefix(while: \.isDigit)
      guard !exponent.isEmpty else { return false }
      rest = rest.dropFirst(exponent.count)
    }
    return rest.isEmpty
  }
}

extension ManifestNode.Value: CustomStringConvertible {
  /// The value as a message shows it, shortened and without control characters.
  var description: String {
    switch self {
    case .null: "nothing"
    case .boolean(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let text): text.printable
    case .string(let text): "\"\(text.printable)\""
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}

extension UInt8 {
  /// Whether this is an ASCII digit.
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}

extension StringProtocol {
  /// The text with control characters made visible, and cut after 60 characters.
  var printable: String {
    var text = ""
    for (index, scalar) in unicodeScalars.enumerated() {
      if index == 60 { return text + "..." }
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned,
        .privateUse:
        text += "\\u{\(String(scalar.value, radix: 16))}"
      default:
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
