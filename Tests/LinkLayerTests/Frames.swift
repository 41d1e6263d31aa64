import Addresses
import LinkLayer
import NIOCore

/// The frames and names that the tables of this module share, written out by hand.
enum Frames {
  static let ourMAC = mac("02:00:00:00:00:01")
  static let clientMAC = mac("02:00:00:00:00:99")
  static let owned4 = v4("192.0.2.10")
  static let owned6 = v6("2001:db8::10")

  static let responder = Responder(
    interfaceMAC: ourMAC, owned: OwnedAddresses([.v4(owned4), .v6(owned6)]))

  /// Who has 192.0.2.10? Tell 192.0.2.99 at 02:00:00:00:00:99.
  static let arpRequest = hex(
    """
    ffffffffffff 020000000099 0806
    0001 0800 06 04 0001
    020000000099 c0000263
    000000000000 c000020a
    """)

  /// 192.0.2.10 is at 02:00:00:00:00:01, to the client.
  static let arpReply = hex(
    """
    020000000099 020000000001 0806
    0001 0800 06 04 0002
    020000000001 c000020a
    020000000099 c0000263
    """)

  /// Who has 2001:db8::10? From 2001:db8::99, with its link-layer address. The checksum is the
  /// complement of the sum of:
  /// source 2001+0db8+0099 = 2e52, destination ff02+0001+ff00+0010 = 1fe13, length 0020, next header
  /// 003a, type 8700, target 2001+0db8+0010 = 2dc9, option 0101+0200+0000+0099 = 039a.
  /// 2e52+1fe13+0020+003a+8700+2dc9+039a = 2e522; folded e524; complement 1adb.
  static let solicitation = hex(
    """
    3333ff000010 020000000099 86dd
    60000000 0020 3a ff
    20010db8000000000000000000000099
    ff0200000000000000000001ff000010
    87 00 1adb 00000000
    20010db8000000000000000000000010
    01 01 020000000099
    """)

  /// 2001:db8::10 is at 02:00:00:00:00:01, solicited and with override.
  /// Source 2dc9, destination 2e52, length and next header 005a, type 8800, flags 6000, target 2dc9,
  /// option 0201+0200+0000+0001 = 0402: 17640, folded 7641, complement 89be.
  static let advertisement = hex(
    """
    020000000099 020000000001 86dd
    60000000 0020 3a ff
    20010db8000000000000000000000010
    20010db8000000000000000000000099
    88 00 89be 60000000
    20010db8000000000000000000000010
    02 01 020000000001
    """)

  /// A solicitation of 2001:db8::10 with other fields than ``solicitation``.
  static func solicitation(
    source: String = "2001:db8::99", destination: String = "ff02::1:ff00:10",
    target: String = "2001:db8::10", link: String? = "02:00:00:00:00:99",
    to destinationMAC: String = "33:33:ff:00:00:10", from sourceMAC: String = "02:00:00:00:00:99"
  ) -> ByteBuffer {
    NDPPacket(
      source: v6(source), destination: v6(destination),
      message: .solicitation(
        NeighborSolicitation(target: v6(target), sourceLinkLayerAddress: link.map(mac)))
    ).frame(from: mac(sourceMAC), to: mac(destinationMAC))
  }
}

extension Responder {
  /// The answer to a frame where no lease has an end.
  func answer(_ frame: ByteBuffer) -> Answer { look(at: frame).answer }

  /// The answer to a frame, and what it says of an owned address.
  func look(
    at frame: ByteBuffer, now: NIODeadline = .uptimeNanoseconds(0), lease: NIODeadline? = nil
  ) -> (answer: Answer, sighting: Sighting?) {
    var sighting: Sighting?
    let answer = answer(
      frame.readableBytesSpan, now: now, lease: lease, sighting: &sighting)
    return (answer, sighting)
  }
}

/// The bytes of a text of hexadecimal digits; white space does not count.
func hex(_ text: String) -> ByteBuffer {
  let digits = text.compactMap(\.hexDigitValue)
  precondition(digits.count.isMultiple(of: 2), "half an octet")
  return ByteBuffer(
    bytes: stride(from: 0, to: digits.count, by: 2).map {
      UInt8(digits[$0] << 4 | digits[$0 + 1])
    })
}

/// The octets as text, eight in a group, for readable differences.
func text(_ buffer: ByteBuffer) -> String {
  buffer.readableBytesView.map { byte in
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }.joined(separator: " ")
}

func mac(_ text: String) -> MACAddress { parsed(MACAddress(text), text) }
func v4(_ text: String) -> IPv4Address { parsed(IPv4Address(text), text) }
func v6(_ text: String) -> IPv6Address { parsed(IPv6Address(text), text) }
func ip(_ text: String) -> IPAddress { parsed(IPAddress(text), text) }

private func parsed<Value>(_ value: Value?, _ text: String) -> Value {
  guard let value else { preconditionFailure("'\(text)' is not a \(Value.self)") }
  return value
}

extension ByteBuffer {
  /// A copy with these octets at `offset`.
  func replacing(_ offset: Int, _ octets: UInt8...) -> ByteBuffer {
    var copy = self
    copy.setBytes(octets, at: offset)
    return copy
  }

  /// A copy of the first `count` octets.
  func truncated(to count: Int) -> ByteBuffer {
    ByteBuffer(bytes: readableBytesView.prefix(count))
  }

  /// A copy with an 802.1Q tag of this control information after the addresses.
  func tagged(_ control: UInt16) -> ByteBuffer {
    var copy = truncated(to: 12)
    copy.writeInteger(0x8100 as UInt16)
    copy.writeInteger(control)
    copy.writeBytes(readableBytesView.dropFirst(12))
    return copy
  }
}
