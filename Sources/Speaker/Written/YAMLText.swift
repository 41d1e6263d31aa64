import KubernetesClient

/// Writes values as YAML in blocks, members by name.
enum YAMLText {
  /// The text of one document.
  static func document(_ value: JSONValue) -> String {
    var text = ""
    write(value, indent: 0, to: &text)
    return text
  }

  private static func write(_ value: JSONValue, indent: Int, to text: inout String) {
    let space = String(repeating: " ", count: indent)
    switch value {
    case .object(let members) where !members.isEmpty:
      for (key, member) in members.sorted(by: { $0.key < $1.key }) {
        text += "\(space)\(key):"
        writeMember(member, indent: indent, to: &text)
      }
    case .array(let items) where !items.isEmpty:
      for item in items {
        guard case .object(let members) = item, !members.isEmpty else {
          text += "\(space)- \(scalar(item))\n"
          continue
        }
        var block = ""
        write(item, indent: indent + 2, to: &block)
        text += "\(space)- \(block.dropFirst(indent + 2))"
      }
    default: text += "\(space)\(scalar(value))\n"
    }
  }

  private static func writeMember(_ value: JSONValue, indent: Int, to text: inout String) {
    switch value {
    case .object(let members) where !members.isEmpty:
      text += "\n"
      write(value, indent: indent + 2, to: &text)
    case .array(let items) where !items.isEmpty:
      text += "\n"
      write(value, indent: indent, to: &text)
    default: text += " \(scalar(value))\n"
    }
  }

  /// A value on one line. JSON is YAML, so that strings are right in quotes whatever they hold.
  private static func scalar(_ value: JSONValue) -> String {
    if case .string(let text) = value, isPlain(text) { return text }
    return String(decoding: value.octets, as: UTF8.self)
  }

  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.first, first.isLetter, text.last != " " else { return false }
    let words: Set = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
    return !words.contains(text.lowercased())
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || " .-_/".contains($0)) }
  }
}
