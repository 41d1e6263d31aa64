import Addresses

/// The short name of a member on the wire: a hash of the node's name that never changes.
public struct MemberID: Hashable, Sendable {
  /// The hash; 0 stands for nobody and is never a member.
  public let rawValue: UInt64

  /// The identifier with this number, as read from a packet.
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// The identifier of the node called `name`.
  public init(name: String) {
    rawValue = max(1, RendezvousHash.hash(node: name))
  }

  /// Nobody.
  public static let none = MemberID(rawValue: 0)

  /// The rendezvous score of this member for the address with this hash.
  package func score(for addressHash: UInt64) -> UInt64 {
    RendezvousHash.score(node: rawValue, address: addressHash)
  }
}

extension MemberID: Comparable {
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension MemberID: CustomStringConvertible {
  public var description: String {
    let digits = String(rawValue, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
