import Lab
import Testing

@testable import bellman

extension CommandTests {
  /// What is shown on a terminal, and what in a pipe.
  @Suite struct Terminals {
    private static let reversed = "\u{1B}[7m"
    private static let colour = "\u{1B}[1m"

    /// Runs a shell line on a terminal of so many columns; `$S` is the socket.
    private func onTerminal(
      _ line: String, columns: Int, rows: Int = 40, _ rig: SpeakerRig
    ) async throws -> String {
      try await Program.shell(
        """
        S=\(rig.socket); export B S TERM=xterm; unset NO_COLOR
        script -qec 'stty cols \(columns) rows \(rows); \(line)' /dev/null </dev/null
        """
      ).output
    }

    @Test func tablesFitATerminalAndAreWholeInAPipe() async throws {
      try await SpeakerRig.run { rig in
        let narrow = try await onTerminal(
          "NO_COLOR=1 \"$B\" status --socket \"$S\"", columns: 50, rig)
        let table = narrow.split(separator: "\r\n").drop { !$0.hasPrefix("ADDRESS") }
        #expect(table.count == 2 && table.allSatisfy { $0.count <= 50 }, "\(narrow)")
        #expect(narrow.contains("…"))
        let piped = try await Program.run("status", "--socket", rig.socket)
        #expect(piped.output.contains("no: addressInNoPool  no: addressInNoPool"))
        #expect(!piped.output.contains("…") && !piped.output.contains("\u{1B}"))
      }
    }

    @Test(arguments: [
      ("", true), ("NO_COLOR=1 ", false), ("NO_COLOR= ", true), ("TERM=dumb ", false),
    ])
    func coloursAreForTerminalsThatWantThem(_ environment: String, _ isColoured: Bool) async throws
    {
      try await SpeakerRig.run { rig in
        let shown = try await onTerminal(
          "\(environment)\"$B\" status --socket \"$S\"", columns: 120, rig)
        #expect(shown.contains(Self.colour) == isColoured, "\(shown)")
      }
    }

    @Test func coloursCanBeAskedForAndRefused() async throws {
      try await SpeakerRig.run { rig in
        let piped = try await Program.run(
          "status", "--color", "always", "--socket", rig.socket)
        #expect(piped.output.contains(Self.colour))
        let shown = try await onTerminal(
          "\"$B\" status --color never --socket \"$S\"", columns: 120, rig)
        #expect(!shown.contains(Self.colour))
      }
    }

    @Test func watchingDrawsInPlaceAndEndsCleanly() async throws {
      try await SpeakerRig.run { rig in
        let shown = try await onTerminal(
          """
          (sleep 2; "$B" drain --socket "$S" --deadline 0s >/dev/null) & \
          timeout --preserve-status -s INT 4 \
          "$B" status -w --interval 300ms --socket "$S"; echo "ended with $?"
          """, columns: 120, rig)
        #expect(shown.contains("\u{1B}[2J\u{1B}[H"))
        #expect(shown.split(separator: "\u{1B}[H").count > 4)
        #expect(shown.contains("\(Self.reversed)"), "\(shown)")
        #expect(shown.hasSuffix("ended with 0\r\n"), "\(shown.suffix(60))")
      }
    }

    /// Sentences wrap; the page keeps to the rows of the terminal all the same.
    @Test func linesThatAreLongerThanTheTerminalDoNotScrollIt() async throws {
      try await SpeakerRig.run { rig in
        let (columns, rows) = (30, 12)
        let shown = try await onTerminal(
          """
          timeout --preserve-status -s INT 3 \
          "$B" explain 192.0.2.200 -w -o wide --interval 300ms --socket "$S"
          """, columns: columns, rows: rows, rig)
        let pages = shown.split(separator: "\u{1B}[H").dropFirst()
        #expect(pages.count > 2)
        for page in pages {
          let lines = page.replacing(/\u{1B}\[[0-9;]*[A-Za-z]/, with: "").split(
            separator: "\r\n", omittingEmptySubsequences: false)
          let used = lines.reduce(0) { $0 + max(1, ($1.count + columns - 1) / columns) }
          #expect(used <= rows, "\(page)")
          #expect(page.contains("more lines"))
        }
      }
    }

    @Test(arguments: [
      (["abc", "de"], "abc\u{1B}[K\nde\u{1B}[K"), (["abcd", ""], "abcd\n\u{1B}[K"),
      (["abcdefgh", "i"], "abcdefgh\ni\u{1B}[K"),
      (["abcdefghi"], "abcdefghi\u{1B}[K"), (["abcdefghi", "j"], "… 2 \n"),
      (["a", "b", "c", "d"], "a\u{1B}[K\nb\u{1B}[K\n… 2 \n"),
      (["\u{1B}[1mabcd\u{1B}[0m", "a"], "\u{1B}[1mabcd\u{1B}[0m\na\u{1B}[K"),
    ])
    func aPageHasTheRowsOfItsTerminal(_ lines: [String], _ drawn: String) {
      #expect(
        ScreenPage(columns: 4, rows: 4).drawing(lines) == "\u{1B}[H\(drawn)\u{1B}[J")
    }

    @Test func inAPipeEachChangeIsABlock() async throws {
      try await SpeakerRig.run { rig in
        let result = try await Program.shell(
          """
          (sleep 2; "$B" drain --socket \(rig.socket) --deadline 0s >/dev/null) &
          timeout --preserve-status -s INT 4 \
          "$B" status -w --interval 300ms --socket \(rig.socket)
          """)
        #expect(result.status == 0, "\(result.error)")
        let blocks = result.output.split(separator: "node-1: bellman").count - 1
        #expect(blocks == 2, "\(result.output)")
        #expect(!result.output.contains("\u{1B}"))
      }
    }

    @Test func eventsAreFollowedUntilTheyAreInterrupted() async throws {
      try await SpeakerRig.run { rig in
        let result = try await Program.shell(
          """
          (sleep 1; "$B" drain --socket \(rig.socket) --deadline 0s >/dev/null) &
          timeout --preserve-status -s INT 3 "$B" events -f -o json --socket \(rig.socket)
          """)
        #expect(result.status == 0, "\(result.error)")
        let lines = result.output.split(separator: "\n")
        #expect(lines.contains { $0.contains(#""object":"drain""#) }, "\(result.output)")
        #expect(lines.allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") })
      }
    }
  }
}
