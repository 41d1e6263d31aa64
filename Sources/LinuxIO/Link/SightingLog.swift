import Addresses
import LinkLayer

/// Sightings on their way from the capture thread to the control loop: bounded, and each kind once with
/// its count, so that a storm of them costs the loop nothing more.
struct SightingLog {
  private static let limit = 64

  private(set) var counts: [Sighting: UInt64] = [:]
  /// Sightings that found no room.
  private(set) var lost: UInt64 = 0

  /// Adds a sighting; true when it is the first, and somebody should come for it.
  mutating func add(_ sighting: Sighting) -> Bool {
    let isFirst = counts.isEmpty
    if counts[sighting] != nil || counts.count < Self.limit {
      counts[sighting, default: 0] &+= 1
    } else {
      lost &+= 1
    }
    return isFirst
  }

  /// Takes all out, in the order of addresses and MAC addresses.
  mutating func take() -> [(sighting: Sighting, count: UInt64)] {
    defer { counts = [:] }
    return counts.sorted {
      ($0.key.address, $0.key.mac.rawValue) < ($1.key.address, $1.key.mac.rawValue)
    }.map { ($0.key, $0.value) }
  }
}
