import Addresses
import Election
import FoundationEssentials
import TestSupport
import Testing

@testable import Speaker

/// The file of what the election keeps over a restart.
@Suite struct RecordFileTests {
  private let directory = TemporaryDirectory()
  private var file: RecordFile { RecordFile(directory: directory.path, node: "node-1") }

  private let record = Record(
    claims: [
      ClaimRow(
        address: .v4(IPv4Address(rawValue: 0xC633_6401)),
        claim: Claim(
          owner: MemberID(name: "node-2"), incarnation: .max, epoch: Epoch(quorum: 7, wire: 2),
          isVacant: true)),
      ClaimRow(
        address: .v4(IPv4Address(rawValue: 0xC633_6402)),
        claim: Claim(
          owner: MemberID(name: "node-1"), incarnation: 4, epoch: Epoch(quorum: .max),
          isProvisional: true, via: MemberID(name: "node-3"), viaIncarnation: 9)),
    ],
    witnesses: [
      WitnessNotice(
        subject: MemberID(name: "node-1"), incarnation: 4, version: 2,
        current: [MemberID(name: "node-2"), MemberID(name: "node-3")], former: []),
      WitnessNotice(
        subject: MemberID(name: "node-3"), incarnation: 9, version: .max,
        current: (0..<6).map { MemberID(name: "node-\($0)") },
        former: [MemberID(name: "node-7")]),
    ])

  /// Writes the record with a change of its text.
  private func write(_ record: Record, _ part: String, as other: String) throws {
    try file.write(record)
    let text = try String(contentsOf: URL(filePath: file.path), encoding: .utf8)
    let changed = text.replacing(part, with: other)
    try #require(changed != text)
    try directory.write("node-1.claims", changed)
  }

  @Test func whatWasWrittenIsReadAgain() throws {
    #expect(file.read() == nil)
    try file.write(record)
    #expect(file.read() == record)
  }

  @Test func aFileWithoutClaimsIsAsGoodAsNone() throws {
    try file.write(Record())
    #expect(file.read() == nil)
  }

  /// It was written by a version that kept claims only.
  @Test func aFileWithoutWitnessesIsRead() throws {
    let claims = Record(claims: record.claims)
    try write(claims, #","witnesses":[]"#, as: "")
    #expect(file.read() == claims)
  }

  @Test func moreWitnessesThanThereCanBeAreNotBelieved() throws {
    var long = record
    long.witnesses[0].current = (0..<7).map { MemberID(name: "node-\($0)") }
    try file.write(long)
    #expect(file.read() == Record(claims: record.claims, witnesses: [record.witnesses[1]]))
  }

  @Test(arguments: [
    ("{", "["), (#""claims""#, #""claim""#), (#""writtenAt":1"#, #""writtenAt":0"#),
  ])
  func aFileThatIsGarbledOrOldIsAsGoodAsNone(_ part: String, _ other: String) throws {
    try write(record, part, as: other)
    #expect(file.read() == nil)
  }
}
