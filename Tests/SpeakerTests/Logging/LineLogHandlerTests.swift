import FoundationEssentials
import Logging
import Testing

@testable import Speaker

@Suite struct LineLogHandlerTests {
  static func line(
    _ message: Logger.Message, _ metadata: Logger.Metadata, format: LogFormat
  ) -> String {
    LineLogHandler(label: "bellman", format: format).line(
      for: LogEvent(
        level: .info, message: message, metadata: metadata, source: nil, file: "", function: "",
        line: 0))
  }

  @Test func textHasTimeLevelMessageAndSortedFields() throws {
    let line = Self.line("session is up", ["peer": "tor-1", "as": "64513"], format: .text)
    #expect(line.hasSuffix("Z info session is up as=64513 peer=tor-1\n"))
    #expect(line.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z .*\n/) != nil)
  }

  @Test func textQuotesWhatHasBlanks() {
    let line = Self.line("down", ["reason": "hold timer expired", "text": ""], format: .text)
    #expect(line.hasSuffix(#"reason="hold timer expired" text="""# + "\n"))
  }

  /// A peer's shutdown text, or a file name, must not be able to forge a second line.
  @Test(arguments: LogFormat.allCases) func foreignTextStaysOnItsLine(format: LogFormat) {
    let line = Self.line(
      "received", ["text": "bye\n2026-01-01T00:00:00Z info \u{1B}[31mforged\r\u{7F}"],
      format: format)
    #expect(line.utf8.count { $0 < 0x20 || $0 == 0x7F } == (format == .text ? 1 : 2))
    #expect(line.split(separator: "\n").count == 1)
  }

  @Test func jsonIsJSON() throws {
    struct Line: Decodable, Equatable {
      var level: String
      var msg: String
      var text: String
    }
    let text = "a \"quoted\" \\ backslash\n\t\u{1}é"
    let line = Self.line("m\"1", ["text": "\(text)"], format: .json)
    let decoded = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
    #expect(decoded == Line(level: "info", msg: "m\"1", text: text))
  }
}
