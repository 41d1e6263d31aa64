import Addresses
import Election
import FoundationEssentials
import LinuxIO
import NIOCore

#if canImport(Glibc)
  import Glibc
#endif

/// The claims that the next process of this node begins with, and whose witnesses decide about them.
struct RecordFile {
  /// Claims that are older say nothing: others may have moved since.
  static let longestAge: Int64 = 3600

  let path: String

  /// The file of a node in a directory.
  init(directory: String, node: String) { path = "\(directory)/\(node).claims" }

  /// What was kept, or nothing: a file that is missing, too old, garbled or without claims is as good as
  /// none.
  func read() -> Record? {
    guard let text = try? ManifestFiles.read(path),
      let document = try? JSONDecoder().decode(Document.self, from: Data(text.utf8)),
      (0...Self.longestAge).contains(WallClock.read().seconds - document.writtenAt)
    else { return nil }
    let record = Record(
      claims: document.claims.compactMap(\.row),
      witnesses: (document.witnesses ?? []).compactMap(\.notice))
    return record.claims.isEmpty ? nil : record
  }

  /// Replaces what was kept in one step; throws what the system says.
  func write(_ record: Record) throws {
    let document = Document(
      writtenAt: WallClock.read().seconds, claims: record.claims.map(Document.Entry.init),
      witnesses: record.witnesses.map(Document.Sets.init))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    try encoder.encode(document).write(to: URL(filePath: path), options: .atomic)
  }

  private struct Document: Codable {
    struct Entry: Codable {
      let address: IPAddress
      let owner: UInt64
      let incarnation: UInt64
      let quorumEpoch: UInt64
      let wireEpoch: UInt32
      let isVacant: Bool
      let isProvisional: Bool
      let via: UInt64
      let viaIncarnation: UInt64

      init(_ row: ClaimRow) {
        address = row.address
        owner = row.claim.owner.rawValue
        incarnation = row.claim.incarnation
        quorumEpoch = row.claim.epoch.quorum
        wireEpoch = row.claim.epoch.wire
        isVacant = row.claim.isVacant
        isProvisional = row.claim.isProvisional
        via = row.claim.via.rawValue
        viaIncarnation = row.claim.viaIncarnation
      }

      var row: ClaimRow? {
        ClaimRow(
          address: address,
          claim: Claim(
            owner: MemberID(rawValue: owner), incarnation: incarnation,
            epoch: Epoch(quorum: quorumEpoch, wire: wireEpoch), isVacant: isVacant,
            isProvisional: isProvisional, via: MemberID(rawValue: via),
            viaIncarnation: viaIncarnation))
      }
    }

    /// The witnesses that a process of a member chose.
    struct Sets: Codable {
      let member: UInt64
      let incarnation: UInt64
      let version: UInt32
      let current: [UInt64]
      let former: [UInt64]

      init(_ notice: WitnessNotice) {
        member = notice.subject.rawValue
        incarnation = notice.incarnation
        version = notice.version
        current = notice.current.map(\.rawValue)
        former = notice.former.map(\.rawValue)
      }

      /// Nil where there are more witnesses than a member can have.
      var notice: WitnessNotice? {
        guard max(current.count, former.count) <= WitnessSet.limit else { return nil }
        return WitnessNotice(
          subject: MemberID(rawValue: member), incarnation: incarnation, version: version,
          current: current.map { MemberID(rawValue: $0) },
          former: former.map { MemberID(rawValue: $0) })
      }
    }

    let writtenAt: Int64
    let claims: [Entry]
    /// Missing in files of versions that did not keep it.
    let witnesses: [Sets]?
  }
}
