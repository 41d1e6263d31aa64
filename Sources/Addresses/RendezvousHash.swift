/// The last criterion of the ranking of nodes for an address: a score for every pair of node and address, the highest of
/// which wins (rendezvous or highest-random-weight hashing). A node that comes or goes moves only
/// the addresses that it wins or had won.
///
/// The function is part of what speakers of different versions must agree on; it never changes:
/// names and addresses are hashed with FNV-1a (64 bits), each finished with the mixer of
/// SplitMix64; a pair is `mix(node ^ rotate(address, 32))`. A name is hashed as UTF-8, an address
/// as the byte 4 or 6 and its octets in network order.
package enum RendezvousHash {
  /// The part of a score that belongs to a node.
  package static func hash(node name: String) -> UInt64 {
    mix(name.utf8.reduce(offsetBasis, step))
  }

  /// The part of a score that belongs to an address.
  package static func hash(_ address: IPAddress) -> UInt64 {
    let octets = address.family.bitWidth / 8
    var hash = step(offsetBasis, address.family == .ipv4 ? 4 : 6)
    for index in (0..<octets).reversed() {
      hash = step(hash, UInt8(truncatingIfNeeded: address.number >> UInt128(8 * index)))
    }
    return mix(hash)
  }

  /// The score of a node for an address, from the parts of both.
  package static func score(node: UInt64, address: UInt64) -> UInt64 {
    mix(node ^ (address << 32 | address >> 32))
  }

  private static let offsetBasis: UInt64 = 0xCBF2_9CE4_8422_2325

  private static func step(_ hash: UInt64, _ byte: UInt8) -> UInt64 {
    (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value &+ 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
