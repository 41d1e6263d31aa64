import Resources

/// Which nodes have a speaker, by their labels: these are the members of the election. A node that is
/// labelled with another operating system than Linux has none in any case.
public struct SpeakerNodes: Hashable, Sendable {
  /// Every node of Linux.
  public static let all = SpeakerNodes(selector: LabelSelector())

  private let selector: LabelSelector

  private init(selector: LabelSelector) { self.selector = selector }

  /// Reads requirements in the syntax of `kubectl --selector`, such as `rack=b,!edge`. Throws
  /// ``SpeakerStartError``.
  public init(_ text: String) throws {
    var selector = LabelSelector()
    for part in Self.parts(of: text) {
      guard let requirement = Self.requirement(part) else {
        throw SpeakerStartError(
          "'\(part)' does not select labels; write key=value, key!=value, key, !key, "
            + "'key in (a,b)' or 'key notin (a,b)', with commas between them")
      }
      selector.matchExpressions.append(requirement)
    }
    self.selector = selector
  }

  /// Whether a node with these labels has a speaker.
  func contain(_ labels: [String: String]) -> Bool {
    (labels["kubernetes.io/os"] ?? "linux") == "linux" && selector.matches(labels)
  }

  // MARK: Reading

  /// What stands between the commas that are not in parentheses.
  private static func parts(of text: String) -> [String] {
    var parts: [String] = [""]
    var isInside = false
    for character in text {
      if character == "(" { isInside = true }
      if character == ")" { isInside = false }
      if character == ",", !isInside {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    return parts.map(trimmed)
  }

  private static func requirement(_ part: String) -> LabelSelector.Requirement? {
    for (sign, comparison) in [
      ("!=", LabelSelector.Requirement.Operator.notIn), ("==", .isIn), ("=", .isIn),
    ] {
      guard let range = part.firstRange(of: sign) else { continue }
      let value = trimmed(part[range.upperBound...])
      guard isValue(value) else { return nil }
      return requirement(trimmed(part[..<range.lowerBound]), comparison, [value])
    }
    if part.hasSuffix(")"), let start = part.firstIndex(of: "(") {
      let words = part[..<start].split(separator: " ")
      let values = part[part.index(after: start)...].dropLast().split(separator: ",").map(trimmed)
      guard words.count == 2, !values.isEmpty, values.allSatisfy(isValue) else { return nil }
      switch words[1] {
      case "in": return requirement(String(words[0]), .isIn, values)
      case "notin": return requirement(String(words[0]), .notIn, values)
      default: return nil
      }
    }
    return part.hasPrefix("!")
      ? requirement(trimmed(part.dropFirst()), .doesNotExist, [])
      : requirement(part, .exists, [])
  }

  private static func requirement(
    _ key: String, _ comparison: LabelSelector.Requirement.Operator, _ values: [String]
  ) -> LabelSelector.Requirement? {
    guard !key.isEmpty, key.utf8.allSatisfy({ isLabelOctet($0) || $0 == UInt8(ascii: "/") }) else {
      return nil
    }
    return LabelSelector.Requirement(key: key, operator: comparison, values: values)
  }

  private static func isValue(_ text: String) -> Bool { text.utf8.allSatisfy(isLabelOctet) }

  private static func isLabelOctet(_ octet: UInt8) -> Bool {
    switch octet {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "-"):
      true
    default: false
    }
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    var rest = text[...]
    while rest.first == " " { rest = rest.dropFirst() }
    while rest.last == " " { rest = rest.dropLast() }
    return String(rest)
  }
}
