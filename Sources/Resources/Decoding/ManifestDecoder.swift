/// Decodes the text of manifest files: YAML with any number of documents, or JSON.
public enum ManifestDecoder {
  /// The largest file that is decoded, in octets: 16 MiB.
  public static let maximumFileSize = 16 << 20

  /// The diagnostic for a file of `size` octets; nil if the file is not too large.
  public static func diagnostic(forSize size: Int, of file: String) -> Diagnostic? {
    guard size > maximumFileSize else { return nil }
    return Diagnostic(
      severity: .error, file: file,
      message: "has \(size) octets, more than the \(maximumFileSize) that are read; "
        + "split it into several files")
  }

  /// The valid objects of `text`, and all that is wrong with the others.
  ///
  /// An error in one document or object spares the others. Never traps, whatever the text.
  ///
  /// - Parameters:
  ///   - text: the content of the file
  ///   - file: the name of the file, for diagnostics
  public static func decode(_ text: String, file: String) -> DecodedFile {
    if let diagnostic = diagnostic(forSize: text.utf8.count, of: file) {
      return DecodedFile(name: file, diagnostics: [diagnostic])
    }
    do {
      return try DeepStack.run {
        var decoding = FileDecoding(file: file)
        decoding.decode(ManifestDocuments(octets: Array(text.utf8)))
        return decoding.result
      }
    } catch {
      let diagnostic = Diagnostic(
        severity: .error, file: file,
        message: "cannot be decoded now: the system gives no more threads")
      return DecodedFile(name: file, diagnostics: [diagnostic])
    }
  }

  /// The object that an API server sent as JSON, if it is valid, and all that is wrong with it.
  ///
  /// Never traps, whatever the octets. Neither the object nor its diagnostics have lines. A field
  /// that is not known is a warning in every kind.
  ///
  /// - Parameters:
  ///   - json: one object, with its `apiVersion` and `kind`
  ///   - source: what diagnostics name as the file
  public static func decode(json: [UInt8], source: String) -> DecodedFile {
    if let diagnostic = diagnostic(forSize: json.count, of: source) {
      return DecodedFile(name: source, diagnostics: [diagnostic])
    }
    var decoding = FileDecoding(file: source, hasLines: false)
    decoding.decode(json: json)
    return decoding.result
  }
}
