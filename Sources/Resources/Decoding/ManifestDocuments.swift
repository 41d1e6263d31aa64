/// Cuts the text of a file into its YAML documents, so that an error in one spares the others.
struct ManifestDocuments {
  /// One document, with its `---` line if it has one.
  struct Document {
    /// The octets of the document.
    let octets: ArraySlice<UInt8>
    /// The line of the file, from 1, that the document begins on.
    let firstLine: Int

    /// The text of the document.
    var text: String { String(decoding: octets, as: UTF8.self) }
  }

  /// The documents in the order of the file.
  let documents: [Document]

  /// Cuts before each line that begins with `---` and after each that begins with `...`: by YAML
  /// 1.2 §9.1.2 no content may hold such lines. A `---` that follows only directives
  /// (`%YAML 1.2`) and comments belongs to them.
  init(octets: [UInt8]) {
    var documents: [Document] = []
    var start = 0
    var firstLine = 1
    var line = 1
    var position = 0
    var hasContent = false
    if octets.starts(with: [0xEF, 0xBB, 0xBF]) {
      start = 3
      position = 3
    }
    while position < octets.count {
      let end = octets[position...].firstIndex(of: UInt8(ascii: "\n")) ?? octets.count
      let text = octets[position..<end]
      if Self.isMarker(text, UInt8(ascii: "-")), hasContent {
        documents.append(Document(octets: octets[start..<position], firstLine: firstLine))
        (start, firstLine, hasContent) = (position, line, false)
      }
      switch text.first {
      case UInt8(ascii: "%"), UInt8(ascii: "#"), UInt8(ascii: "\r"), nil: break
      default: hasContent = true
      }
      position = end + 1
      line += 1
      if Self.isMarker(text, UInt8(ascii: ".")) {
        documents.append(Document(octets: octets[start..<end], firstLine: firstLine))
        (start, firstLine, hasContent) = (min(position, octets.count), line, false)
      }
    }
    if start < octets.count {
      documents.append(Document(octets: octets[start...], firstLine: firstLine))
    }
    self.documents = documents
  }

  /// Whether `line` begins with three times `mark` as a word of its own.
  private static func isMarker(_ line: ArraySlice<UInt8>, _ mark: UInt8) -> Bool {
    guard line.count >= 3, line.prefix(3).allSatisfy({ $0 == mark }) else { return false }
    guard let next = line.dropFirst(3).first else { return true }
    return next == UInt8(ascii: " ") || next == UInt8(ascii: "\t") || next == UInt8(ascii: "\r")
  }
}
