import FoundationEssentials

extension StatusRenderer {
  /// An event as a line with its newline: for people, or one object of JSON where the form is that.
  public func event(_ event: SpeakerEvent) throws -> String {
    switch format {
    case .table, .wide: EventLine(event: event).line.rendered(colour: colour) + "\n"
    case .json:
      String(decoding: try Self.lineEncoder().encode(event), as: UTF8.self) + "\n"
    case .yaml: "---\n" + (try Self.yaml(event))
    case .name: "\(event.object)\n"
    }
  }

  private static func lineEncoder() -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }
}

/// An event for people: when, on which node, what, why, upon what and how soon.
struct EventLine {
  let event: SpeakerEvent

  var line: StyledText {
    StyledText("\(event.at) ") + StyledText(event.node, .heading)
      + StyledText(" \(event.object) ")
      + StyledText(event.what, style) + StyledText(event.why.isEmpty ? "" : ": \(event.why)")
      + StyledText(cause)
  }

  private var cause: String {
    let parts =
      [
        event.trigger.map { "upon \($0)" },
        event.microsecondsToWire.map { "\(Self.time($0)) to the wire" },
      ]
      .compactMap(\.self)
    return parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
  }

  private var style: StyledText.Style {
    switch event.kind {
    case .decision, .move: .heading
    case .conflict: .bad
    case .session, .bfd, .member, .source, .configuration, .interface, .drain: .attention
    }
  }

  /// Microseconds as people read them: `850us`, `3.2ms`, `1.5s`.
  static func time(_ microseconds: Int64) -> String {
    switch microseconds {
    case ..<1000: "\(microseconds)us"
    case ..<1_000_000: "\(microseconds / 1000).\(microseconds % 1000 / 100)ms"
    default: "\(microseconds / 1_000_000).\(microseconds % 1_000_000 / 100_000)s"
    }
  }
}
