public import Addresses
import NIOCore

/// What an Ethernet frame carries (IEEE 802 Numbers).
public struct EtherType: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// ARP, `0x0806`.
  public static let arp = EtherType(rawValue: 0x0806)
  /// IPv6, `0x86DD`.
  public static let ipv6 = EtherType(rawValue: 0x86DD)
  /// An 802.1Q tag, `0x8100`, with the real type behind it.
  static let vlanTag = EtherType(rawValue: 0x8100)
}

/// The header of an Ethernet II frame.
public struct EthernetHeader: Hashable, Sendable {
  /// Where the frame goes.
  public var destination: MACAddress
  /// Where it comes from.
  public var source: MACAddress
  /// What it carries, behind a tag if there is one.
  public var etherType: EtherType
  /// The number of octets before the payload: 14, or 18 behind an 802.1Q tag.
  let byteCount: Int

  /// An untagged header.
  public init(destination: MACAddress, source: MACAddress, etherType: EtherType) {
    self.destination = destination
    self.source = source
    self.etherType = etherType
    byteCount = 14
  }

  /// Reads the header at the start of `frame`.
  ///
  /// A tag that holds only a priority (VLAN 0) is skipped. A tag of another VLAN belongs to another
  /// segment, whose own interface sees the frame too: ``DropReason/foreignVLAN``.
  public init(parsing frame: RawSpan) throws(DropReason) {
    guard frame.byteCount >= 14 else { throw .truncated }
    destination = frame.macAddress(at: 0)
    source = frame.macAddress(at: 6)
    let type = EtherType(rawValue: frame.uint16(at: 12))
    guard type == .vlanTag else {
      etherType = type
      byteCount = 14
      return
    }
    guard frame.byteCount >= 18 else { throw .truncated }
    guard frame.uint16(at: 14) & 0xFFF == 0 else { throw .foreignVLAN }
    etherType = EtherType(rawValue: frame.uint16(at: 16))
    byteCount = 18
  }

  /// Writes the header, untagged.
  func write(to frame: inout ByteBuffer) {
    frame.write(destination)
    frame.write(source)
    frame.writeInteger(etherType.rawValue)
  }
}
