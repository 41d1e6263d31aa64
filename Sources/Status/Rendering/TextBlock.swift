/// A part of a page of text; an empty line parts it from the next one.
enum TextBlock {
  /// Lines, printed as they are.
  case lines([StyledText])
  /// A table, under its title where it has one.
  case table(title: StyledText?, Table)

  /// The text of `blocks`. Tables shorten their cells to `width` columns where one is given; with
  /// `cutsLines` what is still too long of a table ends in an ellipsis.
  static func text(
    of blocks: [TextBlock], width: Int?, colour: Bool, cutsLines: Bool = false
  ) -> String {
    blocks.map { block in
      let lines: [StyledText]
      switch block {
      case .lines(let plain): lines = plain
      case .table(let title, let table):
        let rows = table.lines(width)
        lines =
          (title.map { [$0] } ?? [])
          + (cutsLines ? rows.map { $0.truncated(to: width ?? .max) } : rows)
      }
      return lines.map { $0.rendered(colour: colour) + "\n" }.joined()
    }.joined(separator: "\n")
  }
}

/// Text of which parts have a style.
struct StyledText: ExpressibleByStringInterpolation {
  /// What a part means, and so its colour.
  enum Style: String {
    case plain = ""
    case heading = "1"
    case good = "32"
    case attention = "33"
    case bad = "31"
  }

  private(set) var parts: [(text: String, style: Style)]

  /// `text` in one style, without its control characters: names and messages come from outside,
  /// and must not steer the terminal.
  init(_ text: String, _ style: Style = .plain) {
    parts = [(Self.printable(text), style)]
  }

  init(stringLiteral text: String) { self.init(text) }

  static func + (left: Self, right: Self) -> Self {
    var sum = left
    sum.parts += right.parts
    return sum
  }

  /// The text without styles.
  var plain: String { parts.map(\.text).joined() }

  /// The terminal columns that it takes; every character counts as one.
  var count: Int { parts.reduce(0) { $0 + $1.text.count } }

  /// The text for the terminal.
  func rendered(colour: Bool) -> String {
    guard colour else { return plain }
    return parts.map { text, style in
      style == .plain || text.isEmpty ? text : "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m"
    }.joined()
  }

  /// The text cut to `limit` columns, the last of which is an ellipsis, where it is longer.
  func truncated(to limit: Int) -> Self {
    guard count > limit else { return self }
    var room = limit - 1
    var result = self
    result.parts = []
    for (text, style) in parts where room > 0 {
      result.parts.append((String(text.prefix(room)), style))
      room -= min(room, text.count)
    }
    result.parts.append(("…", .plain))
    return result
  }

  /// The text cut in front to at most `limit` characters, which is 1 or more.
  func truncatedInFront(to limit: Int) -> Self {
    guard count > limit else { return self }
    var room = limit - 1
    var result = self
    result.parts = []
    for (text, style) in parts.reversed() where room > 0 {
      result.parts.insert((String(text.suffix(room)), style), at: 0)
      room -= min(room, text.count)
    }
    result.parts.insert(("…", .plain), at: 0)
    return result
  }

  private static func printable(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator: result.append(" ")
      case .format: continue
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}
