/// Builds JSON text piece by piece: of thousands of objects no tree of values is made first.
struct JSONText {
  private(set) var octets: [UInt8] = []
  private var needsComma = false

  /// An object; `key` where it is a member of another.
  mutating func object(_ key: String? = nil, _ body: (inout JSONText) -> Void) {
    enclosed(key, UInt8(ascii: "{"), UInt8(ascii: "}"), body)
  }

  /// An array; `key` where it is a member of an object.
  mutating func array(_ key: String? = nil, _ body: (inout JSONText) -> Void) {
    enclosed(key, UInt8(ascii: "["), UInt8(ascii: "]"), body)
  }

  /// A member of an object, or without `key` an element of an array.
  mutating func add(_ value: String, _ key: String? = nil) {
    begin(key)
    write(value)
  }

  /// A member of an object.
  mutating func add(_ value: Bool, _ key: String) {
    begin(key)
    octets += (value ? "true" : "false").utf8
  }

  /// A member of an object.
  mutating func add(_ value: UInt16, _ key: String) {
    begin(key)
    octets += String(value).utf8
  }

  /// A member with text under each of its keys; nothing where there are none.
  mutating func add(_ values: [String: String], _ key: String) {
    guard !values.isEmpty else { return }
    object(key) { text in
      for (key, value) in values.sorted(by: { $0.key < $1.key }) { text.add(value, key) }
    }
  }

  private mutating func enclosed(
    _ key: String?, _ start: UInt8, _ end: UInt8, _ body: (inout JSONText) -> Void
  ) {
    begin(key)
    octets.append(start)
    needsComma = false
    body(&self)
    octets.append(end)
    needsComma = true
  }

  private mutating func begin(_ key: String?) {
    if needsComma { octets.append(UInt8(ascii: ",")) }
    needsComma = true
    guard let key else { return }
    write(key)
    octets.append(UInt8(ascii: ":"))
  }

  private mutating func write(_ text: String) {
    octets.append(UInt8(ascii: "\""))
    for octet in text.utf8 {
      switch octet {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        octets.append(UInt8(ascii: "\\"))
        octets.append(octet)
      case 0..<0x20:
        let digits = String(octet, radix: 16)
        octets += "\\u00\(digits.count == 1 ? "0" : "")\(digits)".utf8
      default: octets.append(octet)
      }
    }
    octets.append(UInt8(ascii: "\""))
  }
}
