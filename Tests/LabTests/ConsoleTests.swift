import NIOConcurrencyHelpers
import Testing

@testable import Lab

@Suite struct ConsoleTests {
  /// A console and what was written to it.
  private func console(colour: Bool = false) -> (Console, @Sendable () -> String) {
    let text = NIOLockedValueBox("")
    let console = Console(colour: colour) { part in text.withLockedValue { $0 += part } }
    return (console, { text.withLockedValue { $0 } })
  }

  @Test func aStepIsNumberedShownAndJudged() {
    let (console, text) = console()
    console.heading("First")
    console.show("router", "birdc show route", "Table master4:\n  one\n\n")
    console.expect("there is one route", true)
    console.heading("Second")
    console.summary()
    #expect(
      text() == """

        1. First

          router$ birdc show route
            Table master4:
              one
          ✓ there is one route

        2. Second


        ✓ all 1 expectations came true

        """)
    #expect(console.failures.isEmpty)
  }

  @Test func aFailureIsToldWithWhatWasFoundAndAgainAtTheEnd() async throws {
    let (console, text) = console()
    console.expect("one", false, found: "two")
    try await console.expect("in time") { throw LabError("too late") }
    console.summary()
    #expect(console.failures == ["one; found: two", "in time; found: too late"])
    #expect(text().contains("  ✗ one; found: two\n"))
    #expect(text().contains("✗ 2 of 2 expectations did not come true:\n  - one; found: two\n"))
  }

  @Test func otherErrorsEndTheTour() async {
    let (console, _) = console()
    await #expect(throws: CancellationError.self) {
      try await console.expect("in time") { throw CancellationError() }
    }
    #expect(console.failures.isEmpty)
  }

  @Test(arguments: [true, false]) func colourIsOptional(colour: Bool) {
    let (console, text) = console(colour: colour)
    console.expect("one", true)
    #expect(text().contains("\u{1B}[32m") == colour)
  }
}
