public import Addresses

extension Election {
  /// All claims that are known, by address: what to keep on disk for the next process.
  public var claims: [ClaimRow] {
    slots.compactMap { slot in slot.claim.map { ClaimRow(address: slot.address, claim: $0) } }
      .sorted { $0.address < $1.address }
  }

  /// The claim to an address; nil when none was ever heard of.
  public func claim(to address: IPAddress) -> Claim? {
    slotIndices[address].flatMap { slots[$0].claim }
  }
}
