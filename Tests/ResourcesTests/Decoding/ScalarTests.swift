import Testing

@testable import Resources

@Suite struct ScalarTests {
  @Test(
    "plain text means what it means to Kubernetes",
    arguments: [
      ("", "nothing"), ("~", "nothing"), ("null", "nothing"), ("Null", "nothing"),
      ("true", "true"), ("Yes", "true"), ("on", "true"), ("FALSE", "false"), ("no", "false"),
      ("off", "false"), ("y", "\"y\""), ("n", "\"n\""), ("tRue", "\"tRue\""),
      ("0", "0"), ("-0", "0"), ("+7", "7"), ("179", "179"), ("1_000", "1000"), ("0x1F", "31"),
      ("0o17", "15"), ("017", "15"), ("0b101", "5"), ("-0x10", "-16"),
      ("9223372036854775807", "9223372036854775807"),
      ("9223372036854775808", "9223372036854775808"),
      ("1.5", "1.5"), (".5", ".5"), ("5.", "5."), ("1e3", "1e3"), ("1E-3", "1E-3"),
      (".inf", ".inf"),
      (".NaN", ".NaN"), ("-1.5", "-1.5"),
      // Not numbers.
      ("089", "089"), ("0x", "\"0x\""), ("0xg", "\"0xg\""), ("--1", "\"--1\""), ("+-1", "\"+-1\""),
      ("-", "\"-\""), (".", "\".\""), ("1.2.3", "\"1.2.3\""), ("192.0.2.1", "\"192.0.2.1\""),
      ("64512:100", "\"64512:100\""), ("1e", "\"1e\""), ("e5", "\"e5\""), ("90s", "\"90s\""),
      ("0x+1", "\"0x+1\""), ("2026-01-01", "\"2026-01-01\""), ("１", "\"１\""),
      ("_1", "\"_1\""), ("abc", "\"abc\""),
    ])
  func readsPlainText(text: String, shown: String) {
    #expect(ManifestNode.Value(plain: text).description == shown)
  }

  @Test(
    "what is quoted in messages cannot disturb a terminal",
    arguments: [
      ("plain", "plain"), ("a\u{1b}[2Jb", "a\\u{1b}[2Jb"), ("a\nb", "a\\u{a}b"),
      ("a\u{202E}b", "a\\u{202e}b"), ("é字", "é字"),
      (String(repeating: "x", count: 60), String(repeating: "x", count: 60)),
      (String(repeating: "x", count: 61), String(repeating: "x", count: 60) + "..."),
    ])
  func printsSafely(text: String, shown: String) { #expect(text.printable == shown) }

  @Test(
    "durations in the spelling of Go",
    arguments: [
      ("0", 0), ("0s", 0), ("+0", 0), ("90s", 90_000_000_000), ("1m30s", 90_000_000_000),
      ("1h", 3_600_000_000_000), ("1.5h", 5_400_000_000_000), ("300ms", 300_000_000),
      ("1us", 1000), ("1µs", 1000), ("1ns", 1), (".5s", 500_000_000), ("1.s", 1_000_000_000),
      ("-1s", -1_000_000_000), ("2h45m0.5s", 9_900_500_000_000), ("0.0000000001h", 360),
      ("0.1h", 360_000_000_000), ("0.999999999s", 999_999_999),
      ("1.000000000000000000000000001s", 1_000_000_000),
      ("", nil), ("s", nil), ("90", nil), ("1 s", nil), (" 1s", nil), ("1s ", nil), ("1S", nil),
      ("1d", nil), (".s", nil), ("1m30", nil), ("--1s", nil), ("1s-", nil), ("1e3s", nil),
      ("１s", nil), ("9223372036854775808ns", nil), ("99999999999999999h", nil),
      ("9223372036s9223372036s", nil), ("1s\u{301}", nil),
    ] as [(String, Int64?)])
  func readsDurations(text: String, nanoseconds: Int64?) {
    #expect(DurationText.nanoseconds(text) == nanoseconds)
  }

  @Test(
    "the name that was meant",
    arguments: [
      ("peerport", "peerPort"), ("peer_port", "peerPort"), ("pereAddress", "peerAddress"),
      ("holdtime", "holdTime"), ("keepalive", nil), ("x", nil), ("", nil), ("completely", nil),
      (String(repeating: "peerPort", count: 100), nil),
    ] as [(String, String?)])
  func findsTheNearestName(name: String, meant: String?) {
    #expect(NearestName.of(name, in: ["peerPort", "peerAddress", "holdTime"]) == meant)
  }
}
