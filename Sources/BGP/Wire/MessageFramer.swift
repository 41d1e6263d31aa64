public import NIOCore

/// Cuts a stream of bytes into messages. The header is checked in full, the length against the
/// type included, before a body is waited for; so it never holds more than one message beyond what
/// was handed in.
public struct MessageFramer: Sendable {
  /// One message whose header was good.
  public struct Frame: Hashable, Sendable {
    /// What the message is.
    public let type: MessageType
    /// What follows the header.
    public let body: ByteBuffer
  }

  /// Whether messages may have up to 65,535 octets (RFC 8654), which both sides' OPENs decide.
  public var allowsExtendedMessages = false
  private var buffer = ByteBuffer()

  /// A framer that has seen nothing.
  public init() {}

  /// Adds bytes that came in.
  public mutating func append(_ bytes: ByteBuffer) {
    if buffer.readableBytes == 0 {
      buffer = bytes
    } else {
      buffer.writeImmutableBuffer(bytes)
    }
  }

  /// The next whole message, or nil when more bytes are needed. After an error the stream is lost:
  /// every further call throws it again.
  ///
  /// - Throws: 1/1, 1/2 or 1/3 (RFC 4271 §6.1).
  public mutating func next() throws(MessageError) -> Frame? {
    guard buffer.readableBytes >= MessageHeader.length else {
      shrink()
      return nil
    }
    let start = buffer.readerIndex
    guard
      buffer.getInteger(at: start, as: UInt64.self) == .max,
      buffer.getInteger(at: start + 8, as: UInt64.self) == .max,
      let length = buffer.getInteger(at: start + 16, as: UInt16.self),
      let rawType = buffer.getInteger(at: start + 18, as: UInt8.self)
    else {
      throw MessageError(.connectionNotSynchronized, detail: "the marker is not all ones")
    }
    let longest =
      allowsExtendedMessages
      ? MessageHeader.maximumExtendedMessageLength : MessageHeader.maximumMessageLength
    guard (MessageHeader.length...longest).contains(Int(length)) else {
      throw MessageError.badLength(length, of: "a message")
    }
    guard let type = MessageType(rawValue: rawType) else {
      throw MessageError(
        .badMessageType, data: [rawType], detail: "messages of type \(rawType) are unknown")
    }
    guard type.lengths(extended: allowsExtendedMessages).contains(Int(length)) else {
      throw MessageError.badLength(length, of: "\(type)")
    }
    guard var message = buffer.readSlice(length: Int(length)) else {
      shrink()
      return nil
    }
    message.moveReaderIndex(forwardBy: MessageHeader.length)
    return Frame(type: type, body: message)
  }

  /// Lets go of a large read buffer of which only a part of a message remains.
  private mutating func shrink() {
    if buffer.readableBytes == 0 {
      buffer = ByteBuffer()
    } else if buffer.capacity > 2 * MessageHeader.maximumMessageLength {
      buffer = ByteBuffer(buffer: buffer)
    }
  }
}

extension MessageError {
  fileprivate static func badLength(_ length: UInt16, of what: String) -> MessageError {
    MessageError(
      .badMessageLength, data: [UInt8(length >> 8), UInt8(truncatingIfNeeded: length)],
      detail: "\(length) is no length for \(what)")
  }
}
