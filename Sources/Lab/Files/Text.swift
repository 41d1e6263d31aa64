extension StringProtocol {
  /// The text without white space at both ends.
  var trimmed: String {
    let tail = drop { $0.isWhitespace }
    guard let last = tail.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(tail[...last])
  }

  /// The lines of the text, empty ones included.
  var lines: [Substring] {
    Substring(self).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
  }

  /// Each line with `prefix` before it; an empty last line stays empty.
  func indented(by prefix: String) -> String {
    trimmedEnd.lines.map { $0.isEmpty ? "" : prefix + $0 }.joined(separator: "\n")
  }

  private var trimmedEnd: Substring {
    guard let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return Substring(self[...last])
  }
}

extension String {
  /// The text with blanks after it up to `width` characters, and one at least.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - count))
  }
}
