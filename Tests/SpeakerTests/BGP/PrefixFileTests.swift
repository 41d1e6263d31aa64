import Addresses
import Testing

@testable import Speaker

@Suite struct PrefixFileTests {
  private let directory = TemporaryDirectory()

  private func read(_ text: String) throws -> PrefixFile {
    try directory.write("prefixes", text)
    return try PrefixFile(path: "\(directory.path)/prefixes")
  }

  @Test func commentsEmptyLinesAndSpacesAreSkipped() throws {
    let file = try read(
      "# a comment\n203.0.113.0/25\n\n  2001:db8::/48\t# another\r\n198.51.100.1/32")
    let expected = ["203.0.113.0/25", "2001:db8::/48", "198.51.100.1/32"].map { IPPrefix($0) }
    #expect(file.batches.flatMap(\.self) == expected)
    #expect(file.families == [.ipv4, .ipv6])
  }

  @Test func aLongFileIsReadWholeAndInBatches() throws {
    let count = 10_000
    let prefixes = (0..<count).map { number in
      IPPrefix(host: .v4(IPv4Address(198, 51, UInt8(number >> 8), UInt8(number & 255))))
    }
    let file = try read(prefixes.map { "\($0)\n" }.joined())
    #expect(file.batches.flatMap(\.self) == prefixes)
    #expect(file.batches.allSatisfy { $0.count <= PrefixFile.batchSize })
  }

  @Test(
    arguments: [
      ("203.0.113.0/24\n203.0.113.0\n", ":2: '203.0.113.0' is not a prefix"),
      ("\n\n203.0.113.0/33", ":3: '203.0.113.0/33' is not a prefix"),
      ("203.0.113.0/24 198.51.100.0/24", ":1: '203.0.113.0/24 198.51.100.0/24' is not"),
      (String(repeating: "x", count: 100_000), ":1: the line is longer than 1024 octets"),
      ("\n# nothing\n", ": the file names no prefix"), ("", ": the file names no prefix"),
    ])
  func errorsNameTheLine(text: String, message: String) throws {
    let error = try #require(throws: SpeakerStartError.self) { try read(text) }
    #expect(error.description.contains(message))
  }

  @Test func aFileThatIsNotThereIsAnError() {
    #expect(throws: SpeakerStartError.self) {
      try PrefixFile(path: "\(directory.path)/nothing")
    }
  }
}
