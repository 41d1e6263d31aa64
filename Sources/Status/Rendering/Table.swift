/// Aligned columns under headings, two spaces apart, the most important one first.
struct Table {
  /// A column.
  struct Column {
    /// Its heading.
    let heading: String
    /// Whether its cells may be cut to fit the terminal; what people copy stays whole.
    var shrinks = true
    /// Whether it has cells of numbers, which line up at the right.
    var isNumber = false
    /// Whether it is cut before the others; the end of its cells says more than their beginning.
    var isNamed = false

    /// A column that shrinks.
    static func text(_ heading: String) -> Self { Column(heading: heading) }
    /// A column of names with their namespaces, which is cut before all others, and in front.
    static func names(_ heading: String) -> Self { Column(heading: heading, isNamed: true) }
    /// A column that is never cut.
    static func whole(_ heading: String) -> Self { Column(heading: heading, shrinks: false) }
    /// A column of numbers.
    static func number(_ heading: String) -> Self {
      Column(heading: heading, shrinks: false, isNumber: true)
    }
  }

  private let columns: [Column]
  private var rows: [[StyledText]] = []

  private static let gap = 2
  /// No column shrinks below this: less says nothing.
  private static let leastWidth = 8
  /// Nor one of names below this.
  private static let leastNameWidth = 16

  /// A table with these columns and no rows.
  init(_ columns: [Column]) { self.columns = columns }

  /// Adds a row with a cell for each column; empty cells are shown as `-`.
  mutating func append(_ cells: [StyledText]) {
    precondition(cells.count == columns.count, "a row has one cell for each column")
    rows.append(cells.map { $0.count == 0 ? "-" : $0 })
  }

  /// The heading and the rows. Where `limit` is given, cells are cut so that lines fit in it if
  /// columns that shrink allow it.
  func lines(_ limit: Int?) -> [StyledText] {
    let headings = columns.map { StyledText($0.heading, .heading) }
    var widths = columns.indices.map { column in
      rows.reduce(headings[column].count) { max($0, $1[column].count) }
    }
    if let limit { shrink(&widths, to: limit) }
    return ([headings] + rows).map { cells in line(of: cells, widths: widths) }
  }

  private func line(of cells: [StyledText], widths: [Int]) -> StyledText {
    var line: StyledText = ""
    for (index, cell) in cells.enumerated() {
      let cut =
        columns[index].isNamed
        ? cell.truncatedInFront(to: widths[index]) : cell.truncated(to: widths[index])
      let padding = StyledText(String(repeating: " ", count: widths[index] - cut.count))
      let isLast = index == cells.count - 1
      if columns[index].isNumber {
        line = line + padding + cut
      } else {
        line = line + cut + (isLast ? "" : padding)
      }
      if !isLast { line = line + StyledText(String(repeating: " ", count: Self.gap)) }
    }
    return line
  }

  /// Takes room off names, then off the column furthest to the right, which matters least, then off the
  /// next one, until the line fits or nothing more may shrink.
  private func shrink(_ widths: inout [Int], to limit: Int) {
    let gaps = Self.gap * (columns.count - 1)
    var excess = widths.reduce(gaps, +) - limit
    let order =
      columns.indices.filter { columns[$0].isNamed }
      + columns.indices.reversed().filter { !columns[$0].isNamed }
    for column in order where columns[column].shrinks {
      let room = max(0, widths[column] - leastWidth(column))
      let cut = min(room, max(0, excess))
      widths[column] -= cut
      excess -= cut
    }
  }

  private func leastWidth(_ column: Int) -> Int {
    max(
      columns[column].isNamed ? Self.leastNameWidth : Self.leastWidth, columns[column].heading.count
    )
  }
}
