import Testing

@testable import Status

@Suite("Time as text")
struct TimeTests {
  @Test(
    "a timestamp is RFC 3339 in UTC and reads back",
    arguments: [
      (0, "1970-01-01T00:00:00Z"),
      (951_782_399, "2000-02-28T23:59:59Z"),
      (951_782_400, "2000-02-29T00:00:00Z"),
      (951_868_800, "2000-03-01T00:00:00Z"),
      (1_078_012_800, "2004-02-29T00:00:00Z"),
      (1_767_225_599, "2025-12-31T23:59:59Z"),
      (1_767_225_600, "2026-01-01T00:00:00Z"),
      (4_107_542_399, "2100-02-28T23:59:59Z"),
      (4_107_542_400, "2100-03-01T00:00:00Z"),
      (253_402_300_799, "9999-12-31T23:59:59Z"),
    ] as [(Int64, String)])
  func timestamp(seconds: Int64, text: String) {
    #expect(Timestamp(secondsSince1970: seconds).description == text)
    #expect(Timestamp(text)?.secondsSince1970 == seconds)
  }

  @Test("every day of four centuries reads back and follows the one before")
  func days() {
    var last = ""
    for day in Int64(0)..<(400 * 366) {
      let timestamp = Timestamp(secondsSince1970: day * 86_400 + 1)
      let text = timestamp.description
      guard text > last, Timestamp(text) == timestamp else {
        Issue.record("day \(day) after 1970-01-01 is written as \(text)")
        return
      }
      last = text
    }
  }

  @Test(
    "other text is no timestamp",
    arguments: [
      "", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00+01:00",
      "2026-01-01t00:00:00z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
      "2026-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z",
      "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z",
      "1969-12-31T23:59:59Z", "+026-01-01T00:00:00Z", "2026-01-01T00:00:0éZ",
    ])
  func rejected(text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test("what RFC 3339 cannot write is clamped")
  func clamped() {
    #expect(Timestamp(secondsSince1970: .min).description == "1970-01-01T00:00:00Z")
    #expect(Timestamp(secondsSince1970: .max).description == "9999-12-31T23:59:59Z")
  }

  @Test(
    "an age has its two greatest units",
    arguments: [
      (-5, "0s"), (0, "0s"), (59, "59s"), (60, "1m"), (61, "1m1s"), (192, "3m12s"),
      (3599, "59m59s"), (3600, "1h"), (3659, "1h"), (8040, "2h14m"), (86_400, "1d"),
      (90_000, "1d1h"), (8_726_400, "101d"),
    ] as [(Int64, String)])
  func age(seconds: Int64, text: String) {
    let start = Timestamp(secondsSince1970: 1_000_000_000)
    let end = Timestamp(secondsSince1970: 1_000_000_000 + seconds)
    #expect(Age(from: start, to: end).description == text)
  }
}
