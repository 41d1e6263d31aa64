import Testing

@testable import Status

@Suite("Tables and styled text")
struct TableTests {
  private func table() -> Table {
    var table = Table([.whole("KEY"), .text("FIRST"), .text("SECOND"), .number("N")])
    table.append(["a-key-that-is-long", "0123456789abcdef", "0123456789", "7"])
    table.append(["b", "", "x", "1000"])
    return table
  }

  private func plain(_ width: Int?) -> [String] { table().lines(width).map(\.plain) }

  @Test("without a width nothing is cut; nothing is shown as a dash")
  func unlimited() {
    #expect(
      plain(nil) == [
        "KEY                 FIRST             SECOND         N",
        "a-key-that-is-long  0123456789abcdef  0123456789     7",
        "b                   -                 x           1000",
      ])
  }

  @Test("the column furthest to the right is cut first, and no more than needed")
  func cut() {
    #expect(
      plain(53) == [
        "KEY                 FIRST             SECOND        N",
        "a-key-that-is-long  0123456789abcdef  01234567…     7",
        "b                   -                 x          1000",
      ])
    #expect(
      plain(50) == [
        "KEY                 FIRST           SECOND       N",
        "a-key-that-is-long  0123456789abc…  0123456…     7",
        "b                   -               x         1000",
      ])
  }

  @Test("names are cut before all others, in front, and keep 16 characters")
  func names() {
    var table = Table([.whole("KEY"), .names("SERVICES"), .text("LAYER 2")])
    table.append(["a", "a-long-namespace/frontend", "candidate, node-2 owns"])
    #expect(table.lines(45).map(\.plain)[1] == "a    …espace/frontend  candidate, node-2 owns")
    #expect(table.lines(40).map(\.plain)[1] == "a    …espace/frontend  candidate, node-…")
  }

  @Test("columns that people copy stay whole, and none falls below eight")
  func leastWidth() {
    #expect(
      plain(10) == [
        "KEY                 FIRST     SECOND       N",
        "a-key-that-is-long  0123456…  0123456…     7",
        "b                   -         x         1000",
      ])
  }

  @Test("lines fit the width wherever columns can still shrink", arguments: 44...60)
  func fits(width: Int) {
    for line in plain(width) { #expect(line.count <= width) }
  }

  @Test("control characters of foreign text do not reach the terminal")
  func control() {
    let text = StyledText("down\u{1B}[2J\nfor\u{9B}work\u{7F}\u{202E}now\u{2028}")
    #expect(text.plain == "down [2J for work now ")
  }

  @Test("colour wraps parts and does not change the columns")
  func colour() {
    var table = Table([.whole("A"), .text("B")])
    table.append([StyledText("yes", .good), StyledText("a problem", .bad)])
    let lines = table.lines(13).map { $0.rendered(colour: true) }
    #expect(
      lines == [
        "\u{1B}[1mA\u{1B}[0m    \u{1B}[1mB\u{1B}[0m",
        "\u{1B}[32myes\u{1B}[0m  \u{1B}[31ma probl\u{1B}[0m…",
      ])
  }

  @Test(
    "one policy stands for equal ones",
    arguments: [
      ([.cluster, .cluster], .cluster), ([.local], .local), ([.local, .cluster], .mixed), ([], nil),
    ] as [([TrafficPolicy], TrafficPolicy?)])
  func policies(policies: [TrafficPolicy], expected: TrafficPolicy?) {
    #expect(TrafficPolicy(of: policies) == expected)
  }
}
