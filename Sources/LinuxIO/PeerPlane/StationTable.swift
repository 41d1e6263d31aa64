import Addresses
import Election
import NIOCore

/// From which MAC address each member was heard last, by the interface that heard it.
struct StationTable {
  private struct Key: Hashable {
    let member: MemberID
    let interface: String
  }

  private var stations: [Key: (mac: MACAddress, heardAt: NIODeadline)] = [:]

  /// A member with two interfaces on one segment is heard from both; the one that was known stays
  /// until it is silent for so long.
  private static let silence = TimeAmount.seconds(2)

  /// Takes note of a frame, and says whether the MAC address is new.
  mutating func note(
    _ member: MemberID, from mac: MACAddress, on interface: String, at time: NIODeadline
  ) -> Bool {
    let key = Key(member: member, interface: interface)
    if let known = stations[key], known.mac != mac, time - known.heardAt < Self.silence {
      return false
    }
    let isNew = stations[key]?.mac != mac
    stations[key] = (mac, time)
    return isNew
  }
}
