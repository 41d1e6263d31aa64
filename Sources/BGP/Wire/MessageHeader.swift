import NIOCore

/// The 19 octets before every message: marker, length, type (RFC 4271 §4.1).
enum MessageHeader {
  static let length = 19
  static let maximumMessageLength = 4096
  /// The longest message once both sides offered extended messages (RFC 8654).
  static let maximumExtendedMessageLength = 65535

  /// Appends a message of `type` whose body `writeBody` appends.
  static func write(
    _ type: MessageType, into buffer: inout ByteBuffer, writeBody: (inout ByteBuffer) -> Void
  ) {
    let start = buffer.writerIndex
    buffer.writeInteger(UInt64.max)
    buffer.writeInteger(UInt64.max)
    buffer.writeInteger(UInt16(0))
    buffer.writeInteger(type.rawValue)
    writeBody(&buffer)
    let length = buffer.writerIndex - start
    assert(length <= maximumExtendedMessageLength, "a message of \(length) octets")
    buffer.setInteger(UInt16(truncatingIfNeeded: length), at: start + 16)
  }
}
