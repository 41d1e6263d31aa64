/// Finds YAML aliases (`*name`) before a document is composed.
///
/// An alias repeats what its anchor (`&name`) marks, so a few lines may stand for gigabytes. The
/// scan may take text for an alias that is none, only where the text has both forms of one name as
/// words of their own; it never misses a true alias.
enum AliasScan {
  /// The first alias of an anchor of the same document.
  struct Alias: Equatable {
    let name: String
    /// The line within the document, from 1.
    let line: Int
  }

  /// The first alias whose anchor stands in `octets` too.
  static func firstAlias(in octets: ArraySlice<UInt8>) -> Alias? {
    guard octets.contains(UInt8(ascii: "&")), octets.contains(UInt8(ascii: "*")) else {
      return nil
    }
    var anchors: Set<ArraySlice<UInt8>> = []
    forEachName(after: UInt8(ascii: "&"), in: octets) { name, _ in
      anchors.insert(name)
      return true
    }
    var found: Alias?
    forEachName(after: UInt8(ascii: "*"), in: octets) { name, start in
      guard anchors.contains(name), canEndAlias(octets[name.endIndex...]) else { return true }
      let line = octets[..<start].count { $0 == UInt8(ascii: "\n") } + 1
      found = Alias(name: String(decoding: name, as: UTF8.self), line: line)
      return false
    }
    return found
  }

  /// Calls `body` with each name behind a `mark` that stands where a YAML token may begin, until
  /// it returns false.
  private static func forEachName(
    after mark: UInt8, in octets: ArraySlice<UInt8>,
    _ body: (_ name: ArraySlice<UInt8>, _ start: Int) -> Bool
  ) {
    var position = octets.startIndex
    while let start = octets[position...].firstIndex(of: mark) {
      position = start + 1
      guard start == octets.startIndex || canPrecedeToken(octets[start - 1]) else { continue }
      let name = octets[position...].prefix(while: isNameOctet)
      position = name.endIndex
      if !name.isEmpty, !body(name, start) { return }
    }
  }

  /// Blanks, the last octets of all line breaks of YAML 1.1, and the indicators that a token may
  /// follow without a blank.
  private static func canPrecedeToken(_ octet: UInt8) -> Bool {
    switch octet {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"),
      0x85, 0xA8, 0xA9, 0xBF, UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"),
      UInt8(ascii: "}"), UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "?"),
      UInt8(ascii: "\""), UInt8(ascii: "'"):
      true
    default:
      false
    }
  }

  private static func isNameOctet(_ octet: UInt8) -> Bool {
    octet.isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(octet | 0x20)
      || octet == UInt8(ascii: "_") || octet == UInt8(ascii: "-")
  }

  /// Whether what follows a name lets it be an alias: the end of the line, a comment, or an
  /// indicator of a flow collection or a mapping.
  private static func canEndAlias(_ rest: ArraySlice<UInt8>) -> Bool {
    let next = rest.first { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
    switch next {
    case nil, UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "#"), UInt8(ascii: ","),
      UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: ":"):
      return true
    case .some(let octet):
      return octet >= 0x80
    }
  }
}
