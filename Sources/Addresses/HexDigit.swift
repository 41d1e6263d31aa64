extension UInt8 {
  /// Whether this is the ASCII code of a hexadecimal digit. The initializers of integers take a
  /// sign too, which no address has.
  var isHexDigit: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}
