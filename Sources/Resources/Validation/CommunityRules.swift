/// The rules of BGP communities in manifests.
enum CommunityRules {
  /// What the value of a community should be, for messages.
  static let expected =
    "a community such as 64512:100 (two numbers to 65535) or large:64512:1:2"

  /// Why `text` is not the value of a community.
  static func problem(of text: String) -> String {
    if let value = wellKnown[text.lowercased()] {
      return "expected \(expected), found \"\(text.printable)\"; write \(value)"
    }
    return "expected \(expected), found \"\(text.printable)\""
  }

  /// Reports an entry of `communities` that has the looks of a value and is none. Whether an alias
  /// exists shows only when all objects are together.
  static func check(reference field: Field) {
    guard case .string(let text) = field.value, text.contains(":") else { return }
    if CommunityValue(text) == nil { field.fail(problem(of: text)) }
  }

  /// The values of the well-known communities (RFC 1997, RFC 7999, RFC 8326) by their names.
  static let wellKnown = [
    "blackhole": "65535:666", "graceful-shutdown": "65535:0", "no-advertise": "65535:65282",
    "no-export": "65535:65281", "no-export-subconfed": "65535:65283",
  ]
}
