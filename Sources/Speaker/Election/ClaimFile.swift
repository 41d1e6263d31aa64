import Addresses
import Election
import FoundationEssentials
import LinuxIO
import NIOCore

#if canImport(Glibc)
  import Glibc
#endif

/// The claims that the next process of this node begins with.
struct ClaimFile {
  /// Claims that are older say nothing: others may have moved since.
  static let longestAge: Int64 = 3600

  let path: String

  /// The file of a node in a directory.
  init(directory: String, node: String) { path = "\(directory)/\(node).claims" }

  /// What was kept, or nothing: a file that is missing, too old or garbled is as good as none.
  func read() -> [ClaimRow]? {
    guard let text = try? ManifestFiles.read(path),
      let document = try? JSONDecoder().decode(Document.self, from: Data(text.utf8)),
      (0...Self.longestAge).contains(WallClock.read().seconds - document.writtenAt)
    else { return nil }
    return document.claims.compactMap(\.row)
  }

  /// Replaces what was kept in one step; throws what the system says.
  func write(_ claims: [ClaimRow]) throws {
    let document = Document(
      writtenAt: WallClock.read().seconds, claims: claims.map(Document.Entry.init))
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

    let writtenAt: Int64
    let claims: [Entry]
  }
}
