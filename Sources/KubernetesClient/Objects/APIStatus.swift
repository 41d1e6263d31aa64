public import NIOCore

/// What the API server said instead of giving what was asked (`Status`, v1).
public struct APIStatus: Error, Hashable, Sendable {
  /// The HTTP status code.
  public var code: Int
  /// The machine-readable reason, such as `Expired` or `Conflict`; empty where none was given.
  public var reason: String
  /// The sentence for people.
  public var message: String
  /// What the server asked to wait before the next request.
  public var retryAfter: TimeAmount?
  /// The fields that are at fault, such as those of other managers in a conflict, with a message.
  public var causes: [String]
  /// Whether the body was no Status: the answer is that of a pod which was asked through the server,
  /// or of something before it.
  public var isForeign = false

  /// A status with these values.
  public init(
    code: Int, reason: String = "", message: String = "", retryAfter: TimeAmount? = nil,
    causes: [String] = []
  ) {
    self.code = code
    self.reason = reason
    self.message = message
    self.retryAfter = retryAfter
    self.causes = causes
  }

  /// The status in the body of a response with `code`, whose text is the message if it is no Status.
  init(parsing octets: some Collection<UInt8>, code: Int) {
    self.init(code: code)
    guard let value = try? JSONValue(parsing: octets), value["kind"]?.string == "Status" else {
      isForeign = true
      message =
        String(decoding: octets.prefix(200), as: UTF8.self)
        .split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
      return
    }
    if let stated = value["code"]?.integer, (100...599).contains(stated) { self.code = Int(stated) }
    reason = value["reason"]?.string ?? ""
    message = value["message"]?.string ?? ""
    let details = value["details"]
    if let seconds = details?["retryAfterSeconds"]?.integer, (1...86_400).contains(seconds) {
      retryAfter = .seconds(seconds)
    }
    causes = (details?["causes"]?.array ?? []).map { cause in
      let field = cause["field"]?.string
      let text = cause["message"]?.string ?? cause["reason"]?.string ?? ""
      return field.map { "\($0): \(text)" } ?? text
    }
  }

  /// Whether versions or pages that were asked for are gone, so that only a new list helps.
  public var isExpired: Bool { code == 410 || reason == "Expired" || reason == "Gone" }

  /// Whether the write met a newer version of the object, or a field that another manager owns.
  public var isConflict: Bool { code == 409 && reason != "AlreadyExists" }
}

extension APIStatus: CustomStringConvertible {
  public var description: String {
    let words = [reason.isEmpty ? nil : "(\(reason))", message.isEmpty ? nil : message]
    return (["HTTP \(code)"] + words.compactMap(\.self)).joined(separator: " ")
  }
}
