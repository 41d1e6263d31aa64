import FoundationEssentials
import Yams

/// Documents as programs read and write them.
extension StatusRenderer {
  /// Why a text is not a document that this program reads.
  public enum ParseError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It was written by another version of the program.
    case otherVersion(found: Int, expected: Int)
    /// It is no document at all, or a damaged one.
    case malformed(String)

    public var description: String {
      switch self {
      case .otherVersion(let found, let expected):
        "the document has version \(found), and this program reads version \(expected); "
          + "use the bellman program of the same version as the speaker"
      case .malformed(let detail): "the document cannot be read: \(detail)"
      }
    }
  }

  /// The document as indented JSON with sorted keys, with a newline at its end.
  public static func json(_ document: some VersionedDocument) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(document), as: UTF8.self) + "\n"
  }

  /// The document as JSON without white space, with sorted keys.
  public static func compactJSON(_ document: some VersionedDocument) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(document), as: UTF8.self)
  }

  /// The document as YAML, with the keys of the JSON.
  public static func yaml(_ document: some VersionedDocument) throws -> String {
    let encoder = YAMLEncoder()
    encoder.options = YAMLEncoder.Options(width: -1, allowUnicode: true, sortKeys: true)
    return try encoder.encode(document)
  }

  /// Reads what ``json(_:)`` wrote.
  public static func parse<Document: VersionedDocument>(
    _ text: String, as type: Document.Type = Document.self
  ) throws(ParseError) -> Document {
    do {
      let data = Data(text.utf8)
      let version = try JSONDecoder().decode(VersionOnly.self, from: data).version
      guard version == Document.currentVersion else {
        throw ParseError.otherVersion(found: version, expected: Document.currentVersion)
      }
      return try JSONDecoder().decode(Document.self, from: data)
    } catch let error as ParseError {
      throw error
    } catch let error as DecodingError {
      throw .malformed(Self.detail(of: error))
    } catch {
      throw .malformed("\(error)")
    }
  }

  private struct VersionOnly: Decodable {
    let version: Int
  }

  private static func detail(of error: DecodingError) -> String {
    let (context, what): (DecodingError.Context, String) =
      switch error {
      case .dataCorrupted(let context): (context, context.debugDescription)
      case .keyNotFound(let key, let context): (context, "the key '\(key.stringValue)' is missing")
      case .typeMismatch(let type, let context): (context, "expected \(type)")
      case .valueNotFound(let type, let context): (context, "expected \(type), got null")
      @unknown default: (DecodingError.Context(codingPath: [], debugDescription: ""), "\(error)")
      }
    let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
    return path.isEmpty ? what : "\(path.joined(separator: ".")): \(what)"
  }
}
