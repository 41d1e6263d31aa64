/// Lines as a terminal has room for them: long ones take several rows.
struct ScreenPage {
  let columns: Int
  let rows: Int

  /// The text that draws the lines from the upper left corner, over what is there; what does not fit
  /// is left out and counted.
  func drawing(_ lines: [String]) -> String {
    var shown = lines
    if rowCount(lines) > room {
      // The last row says what is left out.
      var free = room - 1
      let count = lines.prefix { line in
        free -= rowCount(line)
        return free >= 0
      }.count
      shown = lines.prefix(count) + [String("… \(lines.count - count) more lines".prefix(columns))]
    }
    let end = shown.last.map(fillsItsRow) == true ? "\n" : ""
    return "\u{1B}[H" + shown.map(drawn).joined(separator: "\n") + end + "\u{1B}[J"
  }

  /// The rows that are drawn on. After the last one a terminal would scroll.
  private var room: Int { max(rows - 1, 2) }

  private func rowCount(_ lines: [String]) -> Int { lines.reduce(0) { $0 + rowCount($1) } }

  private func rowCount(_ line: String) -> Int {
    max(1, (Self.width(line) + columns - 1) / columns)
  }

  /// The line, with the rest of its last row cleared.
  private func drawn(_ line: String) -> String { fillsItsRow(line) ? line : line + "\u{1B}[K" }

  /// Whether the last row is full. The cursor stands on its last character then, which would be
  /// cleared with the rest.
  private func fillsItsRow(_ line: String) -> Bool {
    let width = Self.width(line)
    return width > 0 && width % columns == 0
  }

  /// The characters of a line, without the sequences that set colours.
  private static func width(_ line: String) -> Int {
    var count = 0
    var isEscape = false
    for character in line {
      if character == "\u{1B}" { isEscape = true }
      if !isEscape { count += 1 }
      if isEscape, character.isLetter { isEscape = false }
    }
    return count
  }
}
