import Status
import Testing

@Suite("What is shown again and again")
struct ScreenTests {
  private static let first = """
    node1: running for 3s

    ADDRESS      LAYER 2    SINCE
    192.0.2.130  candidate  1m3s
    192.0.2.131  owner      2h

    """

  @Test("the first text is shown as it is") func unchanged() {
    var screen = Screen()
    #expect(screen.isChange(Self.first))
    #expect(screen.next(Self.first) == Self.first)
    #expect(!screen.isChange(Self.first))
  }

  @Test("time that passes is no change") func ages() {
    var screen = Screen()
    _ = screen.next(Self.first)
    let later = Self.first.replacing("3s", with: "9s").replacing("2h", with: "2h1m")
    #expect(later != Self.first)
    #expect(!screen.isChange(later))
    #expect(screen.next(later) == later)
  }

  @Test("words that change are reversed, and those of new lines") func changes() {
    var screen = Screen()
    _ = screen.next(Self.first)
    let next =
      Self.first.replacing("candidate", with: "owner    ")
      + "192.0.2.132  owner      0s\n"
    #expect(screen.isChange(next))
    let shown = screen.next(next)
    #expect(shown.contains("192.0.2.130  \u{1B}[7mowner\u{1B}[27m      1m3s\n"))
    #expect(shown.contains("192.0.2.131  owner      2h\n"))
    #expect(shown.contains("\u{1B}[7m192.0.2.132\u{1B}[27m"))
    // Said once.
    #expect(screen.next(next) == next)
  }

  @Test("a line that moved did not change, and colours are no words") func movedAndColoured() {
    var screen = Screen()
    _ = screen.next("b \u{1B}[32mup\u{1B}[0m\n")
    let next = "a up\nb \u{1B}[31mup\u{1B}[0m\n"
    #expect(screen.next(next).contains("b \u{1B}[31mup\u{1B}[0m\n"))
  }

  @Test("a line that is gone is a change") func gone() {
    var screen = Screen()
    _ = screen.next("a 1\nb 2\n")
    #expect(screen.isChange("a 1\n"))
  }
}
