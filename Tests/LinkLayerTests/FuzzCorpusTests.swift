import NIOCore
import TestSupport
import Testing

/// The form of the inputs is that of `Fuzzing/Sources/FuzzLinkLayer`.
@Suite("seeds of the fuzz target") struct FuzzCorpusTests {
  @Test func theSeedsAreInTheCorpus() throws {
    var seeds: [String: [UInt8]] = [:]
    let tables: [String: [ByteBuffer]] = [
      "arp": ARPResponderTests.cases.map(\.frame),
      "ndp-answered": NDPResponderTests.answeredCases.map(\.frame),
      "ndp-ignored": NDPResponderTests.ignoredCases.map(\.frame),
      "frame": [Frames.arpReply, Frames.advertisement],
    ]
    for (table, frames) in tables {
      for (index, frame) in frames.enumerated() {
        seeds["\(table)-\(index)"] = [0] + frame.readableBytesView
      }
    }
    for (index, frame) in [Frames.solicitation, Frames.advertisement].enumerated() {
      seeds["mended-\(index)"] = [1] + frame.readableBytesView
    }
    // Three repeats, ten a second, two at once: take, announce, wait, take again, release.
    let configuration: [UInt8] = [2, 3, 10, 20, 200, 0, 10, 2]
    let take: [UInt8] = [0, 1, 0, 2, 0, 3]
    let announce: [UInt8] = [3, 0, 2, 0, 0, 100, 3, 0]
    seeds["schedule-repeats"] = configuration + take + announce + announce
    seeds["schedule-again"] = configuration + take + announce + take + announce
    seeds["schedule-release"] = configuration + take + announce + [1, 1, 1, 2] + announce
    try FuzzCorpus("FuzzLinkLayer").expect(seeds)
  }
}
