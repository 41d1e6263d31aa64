import Addresses
import Election
import NIOCore

/// Decides which segments this node sends on to another one.
///
/// A node knows the connections to an address that began there while it was the owner. What reaches a
/// candidate of a connection that did not begin there is for the owner: a candidate has rules for that
/// before it takes the address over, so that a hand-over needs no change of them in time.
struct RelayPlan {
  /// What is known anew.
  enum Event: Hashable, Sendable {
    /// Whether this node owns an address or may take it over.
    case standing(IPAddress, isOurs: Bool)
    /// No service has the address any more.
    case removed(IPAddress)
    /// Who owns an address; nil for nobody.
    case owner(IPAddress, MemberID?, byHandOver: Bool)
    /// A member has this MAC address on the segment of our interface.
    case heard(MemberID, from: MACAddress, on: String)
    /// These members are dead, and no others.
    case lost(Set<MemberID>)
    /// Our interfaces on which addresses are announced.
    case interfaces([String: MACAddress])
  }

  /// For how long the former owner gets what it knows.
  static let lingering = TimeAmount.seconds(60)
  /// Within this time after a hand-over no client sends to the former owner any more. Until then it
  /// keeps all that it gets.
  static let settling = TimeAmount.seconds(5)

  private let node: MemberID
  private var ours: Set<IPAddress> = []
  private var owners: [IPAddress: MemberID] = [:]
  private var formerOwners: [IPAddress: (member: MemberID, end: NIODeadline)] = [:]
  private var settlingUntil: [IPAddress: NIODeadline] = [:]
  private var macs: [MemberID: [String: MACAddress]] = [:]
  private var speakers: Set<MACAddress> = []
  private var lost: Set<MemberID> = []
  private var interfaces: [String: MACAddress] = [:]

  /// A plan of the node that knows nothing yet.
  init(node: MemberID) { self.node = node }

  /// Takes in what is known anew.
  mutating func handle(_ event: Event, now: NIODeadline) {
    switch event {
    case .standing(let address, isOurs: true): ours.insert(address)
    case .standing(let address, isOurs: false): ours.remove(address)
    case .removed(let address):
      ours.remove(address)
      owners[address] = nil
      formerOwners[address] = nil
      settlingUntil[address] = nil
    case .owner(let address, let member, let byHandOver):
      ownerChanged(of: address, to: member, byHandOver: byHandOver, now: now)
    case .heard(let member, from: let mac, on: let interface):
      macs[member, default: [:]][interface] = mac
      speakers.insert(mac)
    case .lost(let members):
      lost = members
      for (address, former) in formerOwners where members.contains(former.member) {
        formerOwners[address] = nil
      }
    case .interfaces(let interfaces):
      self.interfaces = interfaces.filter { RelayScript.canName($0.key) }
    }
  }

  private mutating func ownerChanged(
    of address: IPAddress, to member: MemberID?, byHandOver: Bool, now: NIODeadline
  ) {
    let before = owners[address]
    guard member != before else { return }
    owners[address] = member
    formerOwners[address] = nil
    settlingUntil[address] = before == node ? now + Self.settling : nil
    if member == node, byHandOver, let before, !lost.contains(before) {
      formerOwners[address] = (before, now + Self.lingering)
    }
  }

  /// Nobody gets anything any more as a former owner: which connections began here is forgotten.
  mutating func forgetFormerOwners() { formerOwners = [:] }

  /// When the rules change next without an event; nil for never.
  var nextDeadline: NIODeadline? {
    let ends = formerOwners.values.lazy.map(\.end)
    return [ends.min(), settlingUntil.values.min()].compactMap(\.self).min()
  }

  /// The rules at a time, which must not go back.
  mutating func rules(at now: NIODeadline) -> RelayRules {
    formerOwners = formerOwners.filter { $0.value.end > now }
    settlingUntil = settlingUntil.filter { $0.value > now }
    var rules = RelayRules(interfaces: interfaces, addresses: ours, speakers: speakers)
    for address in ours {
      guard let (member, end) = target(of: address), let macs = macs[member] else { continue }
      for (interface, mac) in macs where interfaces[interface] != nil {
        rules.stations[interface, default: [:]][address] = .init(mac: mac, end: end)
      }
    }
    return rules
  }

  private func target(of address: IPAddress) -> (MemberID, NIODeadline?)? {
    guard let owner = owners[address] else { return nil }
    if owner == node { return formerOwners[address].map { ($0.member, $0.end) } }
    return settlingUntil[address] == nil ? (owner, nil) : nil
  }
}
