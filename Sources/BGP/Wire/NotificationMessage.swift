public import NIOCore

/// The message that ends a session (RFC 4271 §4.5).
public struct NotificationMessage: Hashable, Sendable {
  /// Code and subcode.
  public let reason: NotificationReason
  /// What the reason gives as evidence; at most 4075 octets.
  public let data: [UInt8]

  /// The most octets of data that a message has room for.
  static let maximumDataLength = MessageHeader.maximumMessageLength - MessageHeader.length - 2

  /// A NOTIFICATION; data beyond what a message can hold is cut off.
  public init(_ reason: NotificationReason, data: [UInt8] = []) {
    self.reason = reason
    self.data =
      data.count <= Self.maximumDataLength ? data : Array(data.prefix(Self.maximumDataLength))
  }

  /// A Cease with a text for the neighbour's operator (RFC 9003). The text is cut before the
  /// character that would exceed 255 octets of UTF-8.
  public static func cease(_ reason: NotificationReason, text: String) -> NotificationMessage {
    let bytes = utf8Prefix(of: text, 255)
    guard !bytes.isEmpty else { return NotificationMessage(reason) }
    return NotificationMessage(reason, data: [UInt8(bytes.count)] + bytes)
  }

  /// `notification` as a hard reset, which also ends the routes that a graceful restart would keep
  /// (RFC 8538 §3).
  public static func hardReset(_ notification: NotificationMessage) -> NotificationMessage {
    NotificationMessage(
      .hardReset,
      data: [notification.reason.code, notification.reason.subcode] + notification.data)
  }

  /// What a hard reset was made of (RFC 8538 §3.1), nil for any other NOTIFICATION and for one that
  /// gives no reason.
  public var hardReset: NotificationMessage? {
    guard reason == .hardReset, data.count >= 2 else { return nil }
    let inner = NotificationReason(code: data[0], subcode: data[1])
    return inner == .hardReset ? nil : NotificationMessage(inner, data: Array(data.dropFirst(2)))
  }

  /// The text of an administrative shutdown or reset (RFC 9003), nil when there is none or it is
  /// not well formed. It is the neighbour's word as it came: escape it before you print it, as
  /// ``description`` does.
  public var shutdownText: String? {
    guard reason == .administrativeShutdown || reason == .administrativeReset,
      let length = data.first, length > 0, data.count >= 1 + Int(length)
    else { return nil }
    return String(validating: data[1...Int(length)], as: UTF8.self)
  }
}

extension NotificationMessage: CustomStringConvertible {
  /// Numbers, names and the shutdown text, such as "6/2 Cease/Administrative Shutdown: maintenance";
  /// in a hard reset those of its reason too. Control characters of the text are escaped.
  public var description: String {
    let name = "\(reason.code)/\(reason.subcode) \(reason)"
    if let hardReset { return "\(name): \(hardReset)" }
    guard let text = shutdownText else { return name }
    return "\(name): \(escaped(text))"
  }
}

extension NotificationMessage {
  /// The message in the body of a frame. ``MessageFramer`` sees to the two octets that there must
  /// be; without them this is an unspecific Cease.
  public init(body: ByteBuffer) {
    var body = body
    let code = body.readInteger(as: UInt8.self) ?? 6
    let subcode = body.readInteger(as: UInt8.self) ?? 0
    self.init(
      NotificationReason(code: code, subcode: subcode), data: Array(body.readableBytesView))
  }

  /// Appends the whole message, header included.
  public func write(into buffer: inout ByteBuffer) {
    MessageHeader.write(.notification, into: &buffer) { buffer in
      buffer.writeInteger(reason.code)
      buffer.writeInteger(reason.subcode)
      buffer.writeBytes(data)
    }
  }
}
