public import NIOCore

/// The message that says nothing but that we live (RFC 4271 §4.4).
public enum KeepaliveMessage {
  /// Appends the whole message, header included.
  public static func write(into buffer: inout ByteBuffer) {
    MessageHeader.write(.keepalive, into: &buffer) { _ in }
  }
}
