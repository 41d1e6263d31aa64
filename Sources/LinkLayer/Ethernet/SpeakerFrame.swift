public import Addresses
public import NIOCore

/// What speakers say to each other on a segment: an Ethernet frame of a type for local experiments
/// (IEEE 802 §9.2.4), to all stations, so that no switch or interface has to be told of a group.
public struct SpeakerFrame: Hashable, Sendable {
  /// The type of these frames, `0x88B5`.
  public static let etherType = EtherType(rawValue: 0x88B5)

  /// The interface that it comes from.
  public var source: MACAddress
  /// What was said, 1 to 1,472 octets.
  public var payload: ByteBuffer

  /// A frame with these values.
  public init(source: MACAddress, payload: ByteBuffer) {
    self.source = source
    self.payload = payload
  }

  /// Reads a frame; nil for one of another type, or without content. The length of the payload stands
  /// before it, since short frames are padded on their way.
  public init?(parsing frame: RawSpan) {
    guard let header = try? EthernetHeader(parsing: frame), header.etherType == Self.etherType,
      frame.byteCount >= header.byteCount + 2
    else { return nil }
    let start = header.byteCount + 2
    let length = Int(frame.uint16(at: header.byteCount))
    guard length > 0, length <= frame.byteCount - start else { return nil }
    source = header.source
    payload = frame.extracting(start..<start + length).withUnsafeBytes { ByteBuffer(bytes: $0) }
  }

  /// The frame as it is sent.
  public var frame: ByteBuffer {
    var frame = ByteBuffer()
    frame.reserveCapacity(16 + payload.readableBytes)
    EthernetHeader(destination: .broadcast, source: source, etherType: Self.etherType)
      .write(to: &frame)
    frame.writeInteger(UInt16(truncatingIfNeeded: payload.readableBytes))
    frame.writeImmutableBuffer(payload)
    return frame
  }
}
