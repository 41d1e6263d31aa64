import FoundationEssentials

extension SpeakerSummary {
  /// Reads what a speaker answers: a summary, or the whole status, of which the summary is made.
  ///
  /// - Throws: ``StatusRenderer/ParseError``, also where parts of a summary contradict each other
  public init(parsing octets: [UInt8]) throws(StatusRenderer.ParseError) {
    let answer: Answer
    do {
      answer = try JSONDecoder().decode(Answer.self, from: Data(octets))
    } catch let error as StatusRenderer.ParseError {
      throw error
    } catch {
      throw .malformed("it is neither a status nor a summary of one: \(error)")
    }
    self = answer.summary
  }

  private struct Answer: Decodable {
    let summary: SpeakerSummary

    private enum Keys: String, CodingKey {
      case form
      case version
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Keys.self)
      let version = try container.decode(Int.self, forKey: .version)
      let isSummary = try container.decodeIfPresent(String.self, forKey: .form) == formName
      let expected = isSummary ? SpeakerSummary.currentVersion : StatusDocument.currentVersion
      guard version == expected else {
        throw StatusRenderer.ParseError.otherVersion(found: version, expected: expected)
      }
      summary =
        isSummary
        ? try SpeakerSummary(from: decoder) : SpeakerSummary(try StatusDocument(from: decoder))
    }
  }

  /// The summary for the wire: JSON without white space.
  public func wire() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self))
  }
}
