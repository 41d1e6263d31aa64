import Addresses
import NIOCore

/// The options of a Neighbor Discovery message (RFC 4861 §4.6) as far as they matter here.
struct NDPOptions {
  enum Kind: UInt8 {
    case sourceLinkLayerAddress = 1
    case targetLinkLayerAddress = 2
  }

  var sourceLinkLayerAddress: MACAddress?
  var targetLinkLayerAddress: MACAddress?

  /// Reads the options from `offset` to the end of `message`. Unknown ones are skipped, and so are
  /// link-layer addresses that are not of Ethernet's length; of a repeated one the first counts.
  init(parsing message: RawSpan, from start: Int) throws(DropReason) {
    var offset = start
    while offset < message.byteCount {
      guard message.byteCount - offset >= 8 else { throw .malformedNDP }
      let length = Int(message.octet(at: offset + 1)) * 8
      guard length > 0, length <= message.byteCount - offset else { throw .malformedNDP }
      if length == 8, let kind = Kind(rawValue: message.octet(at: offset)) {
        let address = message.macAddress(at: offset + 2)
        switch kind {
        case .sourceLinkLayerAddress:
          sourceLinkLayerAddress = sourceLinkLayerAddress ?? address
        case .targetLinkLayerAddress:
          targetLinkLayerAddress = targetLinkLayerAddress ?? address
        }
      }
      offset += length
    }
  }

  static func write(_ kind: Kind, _ address: MACAddress, to message: inout ByteBuffer) {
    message.writeInteger(kind.rawValue)
    message.writeInteger(1 as UInt8)
    message.write(address)
  }
}
