/// The forms of names in Kubernetes.
enum NameRules {
  /// What a label's key must be, for messages.
  static let labelKeyRule =
    "which is at most 63 letters, digits, -, _ and ., after an optional DNS name and /"
  /// What a label's value must be, for messages.
  static let labelValueRule = "which is at most 63 letters, digits, -, _ and ."

  /// A DNS label by RFC 1123: 1 to 63 lower-case letters, digits and inner hyphens.
  static func isDNSLabel(_ text: some StringProtocol) -> Bool {
    isName(text, limit: 63) { $0.isLowercase || $0.isDigit || $0 == UInt8(ascii: "-") }
  }

  /// A DNS subdomain by RFC 1123: labels with dots between, at most 253 characters.
  static func isSubdomain(_ text: some StringProtocol) -> Bool {
    guard text.utf8.count <= 253 else { return false }
    return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
      isName(label, limit: 253) { $0.isLowercase || $0.isDigit || $0 == UInt8(ascii: "-") }
    }
  }

  /// The key of a label or of a taint.
  static func isLabelKey(_ text: some StringProtocol) -> Bool {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let name = parts.last, isName(name, limit: 63, of: \.isLabelOctet) else { return false }
    return parts.count == 1 || isSubdomain(parts[0])
  }

  /// The value of a label, which may be empty.
  static func isLabelValue(_ text: some StringProtocol) -> Bool {
    text.isEmpty || isName(text, limit: 63, of: \.isLabelOctet)
  }

  private static func isName(
    _ text: some StringProtocol, limit: Int, of isAllowed: (UInt8) -> Bool
  ) -> Bool {
    let octets = Array(text.utf8)
    guard let first = octets.first, first.isLetter || first.isDigit,
      let last = octets.last, last.isLetter || last.isDigit
    else { return false }
    return octets.count <= limit && octets.allSatisfy(isAllowed)
  }
}

extension UInt8 {
  fileprivate var isLowercase: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }

  fileprivate var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }

  fileprivate var isLabelOctet: Bool {
    isLetter || isDigit || self == UInt8(ascii: "-") || self == UInt8(ascii: "_")
      || self == UInt8(ascii: ".")
  }
}
