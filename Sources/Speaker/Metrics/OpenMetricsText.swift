import NIOCore

/// The text of OpenMetrics 1.0.
enum OpenMetricsText {
  /// The media type of the text.
  static let contentType = "application/openmetrics-text; version=1.0.0; charset=utf-8"

  /// All series of a registry.
  static func render(_ registry: MetricsRegistry) -> ByteBuffer {
    var text = ""
    for (family, readings) in registry.read() {
      text += "# TYPE \(family.name) \(family.kindName)\n"
      if let unit = family.unit { text += "# UNIT \(family.name) \(unit)\n" }
      text += "# HELP \(family.name) \(escaped(family.help)).\n"
      for reading in readings { append(reading, of: family, to: &text) }
    }
    text += "# EOF\n"
    return ByteBuffer(string: text)
  }

  private static func append(
    _ reading: MetricsRegistry.Reading, of family: MetricFamily, to text: inout String
  ) {
    let labels = Array(zip(family.labels, reading.labels))
    switch reading.value {
    case .number(let value):
      for name in family.sampleNames { append(name, labels, number(value), to: &text) }
    case .histogram(let histogram):
      for (bound, count) in histogram.buckets {
        append(
          "\(family.name)_bucket", labels + [("le", number(bound, isBound: true))], "\(count)",
          to: &text)
      }
      append("\(family.name)_count", labels, "\(histogram.count)", to: &text)
      append("\(family.name)_sum", labels, number(histogram.sum), to: &text)
    }
  }

  private static func append(
    _ name: String, _ labels: [(String, String)], _ value: String, to text: inout String
  ) {
    text += name
    if !labels.isEmpty {
      text += "{"
      for (index, label) in labels.enumerated() {
        text += "\(index == 0 ? "" : ",")\(label.0)=\"\(escaped(label.1))\""
      }
      text += "}"
    }
    text += " \(value)\n"
  }

  /// A number: whole ones without a fraction, but for the bounds of histograms (§6.2).
  static func number(_ value: Double, isBound: Bool = false) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    if !isBound, let whole = Int64(exactly: value) { return "\(whole)" }
    return "\(value)"
  }

  /// A value of a label, or a help text.
  static func escaped(_ text: String) -> String {
    guard text.utf8.contains(where: { [UInt8(ascii: "\\"), UInt8(ascii: "\""), 10].contains($0) })
    else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
