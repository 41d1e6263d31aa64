public import Addresses
import NIOCore

extension Election {
  /// All claims that are known, by address: what to keep on disk for the next process.
  public var claims: [ClaimRow] {
    slots.compactMap { slot in slot.claim.map { ClaimRow(address: slot.address, claim: $0) } }
      .sorted { $0.address < $1.address }
  }

  /// Whether a node of this identifier exists, as far as this one was told.
  package func isMember(_ member: MemberID) -> Bool {
    indices[member].map { peers[$0].isMember } ?? false
  }

  /// The claim to an address; nil when none was ever heard of.
  public func claim(to address: IPAddress) -> Claim? {
    slotIndices[address].flatMap { slots[$0].claim }
  }
}

extension Election {
  /// The state of an address in one line, for the trace of the simulator.
  package func trace(of address: IPAddress) -> String {
    guard let index = slotIndices[address] else { return "unknown" }
    let slot = slots[index]
    return "\(slot.phase) \(slot.standing) rank \(slot.rank) owner \(slot.owner)"
      + " deadline \(slot.deadline.uptimeNanoseconds / 1_000_000) of"
      + " \(now.uptimeNanoseconds / 1_000_000) active \(slot.isActive) retry"
      + " \(slot.retryAt.uptimeNanoseconds / 1_000_000) fenced \(slot.isFenced)"
      + " leased until \(leaseUntil.uptimeNanoseconds / 1_000_000)"
      + " draining \(isDraining) free \(isFree(index)) settled \(isSettled)"
      + " witnesses \(witnesses) former \(formerWitnesses)"
  }
}
