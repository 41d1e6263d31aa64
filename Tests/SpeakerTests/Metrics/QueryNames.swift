/// The metrics and labels that a query of Prometheus names; as much of the language as our queries use.
struct QueryNames {
  /// The names of metrics.
  private(set) var metrics: Set<String> = []
  /// The names of labels, in selectors and in `by` and `on`.
  private(set) var labels: Set<String> = []

  /// Words of the language.
  private static let words: Set<String> = [
    "sum", "count", "min", "max", "rate", "increase", "histogram_quantile", "by", "on", "and",
    "ignoring", "without",
  ]

  init(_ query: String) {
    var rest = query[...]
    var previous = ""
    var isListed = false
    while let character = rest.first {
      if character == "\"" {
        rest = rest.dropFirst().drop { $0 != "\"" }.dropFirst()
      } else if character.isLetter || character == "_" {
        let word = String(rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
        rest = rest.dropFirst(word.count)
        if isListed {
          labels.insert(word)
        } else if !Self.words.contains(word) {
          metrics.insert(word)
        }
        previous = word
      } else if character == "[" {
        rest = rest.drop { $0 != "]" }.dropFirst()
      } else if character.isNumber {
        rest = rest.drop { $0.isNumber || $0.isLetter || $0 == "." }
      } else {
        if character == "{" || character == "(" && ["by", "on"].contains(previous) {
          isListed = true
        } else if character == "}" || character == ")" {
          isListed = false
        }
        if !character.isWhitespace { previous = "" }
        rest = rest.dropFirst()
      }
    }
  }

  /// The labels that a text for people names: `{{ $labels.peer }}`, or `{{peer}}` in a legend.
  static func placeholders(in text: String) -> Set<String> {
    var found: Set<String> = []
    for part in text.split(separator: "{{").dropFirst() {
      let name = part.prefix { $0 != "}" }.trimmingPrefix { $0 == " " }
      let word = name.hasPrefix("$labels.") ? name.dropFirst(8) : name[...]
      if word.hasPrefix("$") { continue }
      found.insert(String(word.prefix { $0.isLetter || $0 == "_" }))
    }
    return found
  }
}
