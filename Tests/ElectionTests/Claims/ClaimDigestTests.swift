import Addresses
import Testing

@testable import Election

/// The numbers by which tables are compared.
@Suite struct ClaimDigestTests {
  /// What two claims add to a table is not the same before and after both were given up.
  @Test func twoSurrendersDoNotCancelEachOther() {
    let hashes: [UInt64] = [0x1234_5678_9ABC_DEF0, 0x0F1E_2D3C_4B5A_6978]
    func table(isVacant: Bool) -> UInt64 {
      hashes.reduce(0) { digest, hash in
        let claim = Claim(
          owner: MemberID(name: "node-1"), incarnation: 5, epoch: Epoch(quorum: hash % 7),
          isVacant: isVacant)
        return digest ^ claim.digest(addressHash: hash)
      }
    }
    #expect(table(isVacant: true) != table(isVacant: false))
  }
}
