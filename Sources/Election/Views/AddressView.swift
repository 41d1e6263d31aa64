public import Addresses
public import NIOCore

/// Who has an address, and what this node does about it; for the status.
public struct AddressView: Hashable, Sendable {
  /// What this node does about an address.
  public enum Activity: String, Hashable, Sendable, CaseIterable, Codable {
    /// Another node has it, or this one is not fit.
    case idle
    /// It is free and this node waits for its turn.
    case candidate
    /// This node asks the witnesses of the former owner.
    case claiming
    /// This node asks the segment.
    case probing
    /// This node answers.
    case answering
    /// This node has it, but neither a lease nor another right to answer.
    case muted
    /// This node answers and hands it over.
    case handingOver
  }

  /// Why this node does not answer for an address.
  public enum Obstacle: String, Hashable, Sendable, CaseIterable, Codable {
    /// Another node owns it.
    case notOwner
    /// This node may not have it.
    case unfit
    /// This node is being drained, and takes nothing.
    case draining
    /// This process is new, and waits until it knows what an earlier one promised.
    case settling
    /// The address changed hands too often: for a minute it is not taken on the wire.
    case barred
    /// This node has it and lacks a quorum of its witnesses; its policy or its segment keeps it from
    /// answering without one.
    case noQuorum
    /// This node has it, and a witness has promised it to another one.
    case promisedAway
    /// Nobody has it, and this node waits for its turn or asks for it.
    case contending
  }

  public var address: IPAddress
  /// The name of the owner; nil when nobody has it.
  public var owner: String?
  public var epoch: Epoch?
  public var activity: Activity
  /// Why the owner has it, and since when this node knows.
  public var cause: Election.Cause
  /// How the owner came to the address, as it told.
  public var grounds: Grounds
  public var since: NIODeadline
  /// Why this node does not answer; nil when it does.
  public var obstacle: Obstacle?
}

extension Election {
  /// All known addresses in order.
  public func addresses(at time: NIODeadline) -> [AddressView] {
    slots.filter { !$0.isBlank }.map { slot in
      AddressView(
        address: slot.address, owner: slot.owner < 0 ? nil : peers[slot.owner].name,
        epoch: slot.claim?.epoch, activity: activity(of: slot, at: time), cause: slot.cause,
        grounds: slot.grounds, since: slot.learntAt, obstacle: obstacle(to: slot, at: time))
    }.sorted { $0.address < $1.address }
  }

  private func obstacle(to slot: Slot, at time: NIODeadline) -> AddressView.Obstacle? {
    if answers(for: slot.address, at: time) { return nil }
    if slot.phase.answers {
      return policy == .strict && slot.isFenced ? .promisedAway : .noQuorum
    }
    if isDraining { return .draining }
    guard slot.standing == .fit else { return .unfit }
    if slot.owner > 0, slot.claim?.isVacant == false, !isDead(slot.owner) { return .notOwner }
    if !isSettled { return .settling }
    return time < slot.barredUntil ? .barred : .contending
  }

  private func activity(of slot: Slot, at time: NIODeadline) -> AddressView.Activity {
    switch slot.phase {
    case .idle: .idle
    case .candidate: .candidate
    case .claiming: .claiming
    case .probing: .probing
    case .announcing: answers(for: slot.address, at: time) ? .answering : .muted
    case .preparing, .draining: .handingOver
    }
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
      + " leave by \((slot.leaveBy?.uptimeNanoseconds ?? 0) / 1_000_000) tries \(slot.tries)"
      + " leased until \(leaseUntil.uptimeNanoseconds / 1_000_000)"
      + " draining \(isDraining) free \(isFree(index)) settled \(isSettled)"
      + " witnesses \(witnesses) former \(formerWitnesses)"
  }
}
