/// What is shown again and again: tells what changed from one text to the next.
///
/// Texts are compared word by word, a line with the one before it that begins with the same word.
/// Words that only tell how time passes, such as `3m12s`, are no change.
public struct Screen: Sendable {
  private var words: [String: [String]] = [:]
  private var hasText = false

  /// A screen that shows nothing yet.
  public init() {}

  /// Takes the next text, and returns it with the words reversed (SGR 7) that changed; those of the
  /// first text did not.
  public mutating func next(_ text: String) -> String {
    var known: [String: [String]] = [:]
    var result: [String] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let plain = Self.words(of: line).map(Self.essence)
      let key = Self.key(of: plain, besides: known)
      known[key] = plain
      result.append(hasText ? Self.marked(line, words[key]) : String(line))
    }
    words = known
    hasText = true
    return result.joined(separator: "\n")
  }

  /// Whether `text` says something else than the last one that was taken.
  public func isChange(_ text: String) -> Bool {
    var next = Self()
    _ = next.next(text)
    return !hasText || next.words != words
  }

  /// Lines may begin with the same word: they are numbered.
  private static func key(of words: [String], besides known: [String: [String]]) -> String {
    let first = words.first ?? ""
    var number = 0
    while known["\(number) \(first)"] != nil { number += 1 }
    return "\(number) \(first)"
  }

  private static func words(of line: Substring) -> [Substring] { line.split(separator: " ") }

  private static func marked(_ line: Substring, _ before: [String]?) -> String {
    var result = ""
    var index = 0
    var rest = line
    while !rest.isEmpty {
      let spaces = rest.prefix { $0 == " " }
      result += spaces
      rest = rest.dropFirst(spaces.count)
      let word = rest.prefix { $0 != " " }
      guard !word.isEmpty else { break }
      rest = rest.dropFirst(word.count)
      let isSame =
        before.map { index < $0.count && $0[index] == essence(word) } ?? false
      result += isSame ? String(word) : "\u{1B}[7m\(word)\u{1B}[27m"
      index += 1
    }
    return result
  }

  /// The word without colours; an age is like any other.
  private static func essence(_ word: Substring) -> String {
    var plain = ""
    var isEscape = false
    for character in word {
      if character == "\u{1B}" { isEscape = true }
      if !isEscape { plain.append(character) }
      if isEscape, character.isLetter { isEscape = false }
    }
    return isAge(plain.drop { $0 == "(" }) ? "AGE" : plain
  }

  /// Whether `text` is as ``Age`` writes it, with a sign after it perhaps.
  private static func isAge(_ text: Substring) -> Bool {
    let body = text.reversed().drop { ",;:)".contains($0) }.reversed()
    guard let first = body.first, first.isNumber, let last = body.last, "dhms".contains(last) else {
      return false
    }
    return body.allSatisfy { $0.isNumber || "dhms".contains($0) }
  }
}
