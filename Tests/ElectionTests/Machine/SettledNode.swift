import Addresses
import NIOCore

@testable import Election

/// The machine of node-0 among four that has settled and has a lease, fed by hand.
struct SettledNode {
  static let address = IPAddress.v4(IPv4Address(rawValue: 0xC633_6401))
  static let others = (1..<4).map { MemberID(name: "node-\($0)") }
  static let id = MemberID(name: "node-0")

  var election: Election
  var now = NIODeadline.uptimeNanoseconds(5_000_000)
  /// What followed from the last event, and all that was ever sent.
  var actions: [Election.Action] = []
  var sent: [(message: RowsMessage, to: MemberID)] = []

  init(_ policy: IsolationPolicy) {
    election = Election(
      configuration: Configuration(node: "node-0", incarnation: 3, policy: policy), seed: 1,
      now: now)
    handle(.members((0..<4).map { "node-\($0)" }))
    handle(.recorded(Record()))
    beat(milliseconds: 3000)
  }

  mutating func handle(_ event: Election.Event) {
    election.handle(event, now: now, actions: &actions)
    for case .send(.rows(let message), let member) in actions { sent.append((message, member)) }
  }

  mutating func take(_ message: Message, from sender: MemberID) {
    handle(.packet(message, from: sender, incarnation: 5, receivedAt: now))
  }

  mutating func take(_ message: RowsMessage, from sender: MemberID) {
    take(.rows(message), from: sender)
  }

  /// A heartbeat that acknowledges what this node sent just now.
  mutating func acknowledge(from sender: MemberID) {
    take(
      .heartbeat(
        Heartbeat(
          sentAt: now.uptimeNanoseconds, echo: now.uptimeNanoseconds, silence: 500,
          flags: .isSettled, fence: 0, fenceApplied: 0, witnessVersion: 1, witnessVersionKnown: 1,
          held: 0, digest: 0)), from: sender)
  }

  /// Lets time pass, in which the others acknowledge unless they are silent.
  mutating func beat(milliseconds: Int, areSilent: Bool = false) {
    for _ in 0..<(milliseconds / 10) {
      now = now + .milliseconds(10)
      handle(.deadlineReached)
      if !areSilent { for other in Self.others { acknowledge(from: other) } }
    }
  }

  /// Has the address offered to this node, and grants and records what it asks for.
  mutating func becomeOwner(milliseconds: Int = 11_000) {
    let candidates = ([Self.id] + Self.others).map { Candidate($0) }
    handle(.address(Self.address, .fit, candidates))
    for _ in 0..<(milliseconds / 10) {
      beat(milliseconds: 10)
      let asked = sent
      sent.removeAll()
      for (message, member) in asked {
        var answer = message
        switch message.kind {
        case .take: answer.kind = .grant
        case .claimsToConfirm: answer.kind = .confirmed
        default: continue
        }
        take(answer, from: member)
      }
    }
  }

  /// How many beacons followed from the last event.
  var beacons: Int {
    actions.count {
      if case .broadcast(.rows(let message)) = $0 { message.kind == .beacon } else { false }
    }
  }

  /// The epochs of all that was sent in a role, in order.
  func epochs(of kind: RowsMessage.Kind) -> [UInt64] {
    sent.filter { $0.message.kind == kind }.flatMap(\.message.rows).map(\.claim.epoch.quorum)
  }
}
