/// One metric as it is exported: its name, and all that a reader needs to know of it.
struct MetricFamily: Hashable, Sendable {
  /// What the numbers mean (OpenMetrics 1.0 §5).
  enum Kind: Hashable, Sendable {
    /// Only rises, from the start of the speaker on.
    case counter
    /// Rises and falls.
    case gauge
    /// Counts observations up to each of these bounds, in ascending order.
    case histogram(bounds: [Double])
    /// Its labels are what it says; the number is always 1.
    case info
    /// A counter whose name may not have the suffix of counters.
    case unknown
  }

  /// The name without the suffixes `_total`, `_bucket`, `_count`, `_sum` and `_info`.
  let name: String
  let kind: Kind
  /// The unit, which the name ends in; nil where things are counted.
  let unit: String?
  /// What it tells, in a sentence for people without the full stop.
  let help: String
  /// The names of its labels, in the order in which values are given.
  let labels: [String]

  static func counter(
    _ name: String, unit: String? = nil, _ help: String, labels: [String] = []
  ) -> Self {
    MetricFamily(name: name, kind: .counter, unit: unit, help: help, labels: labels)
  }

  static func gauge(
    _ name: String, unit: String? = nil, _ help: String, labels: [String] = []
  ) -> Self {
    MetricFamily(name: name, kind: .gauge, unit: unit, help: help, labels: labels)
  }

  static func info(_ name: String, _ help: String, labels: [String]) -> Self {
    MetricFamily(name: name, kind: .info, unit: nil, help: help, labels: labels)
  }

  static func unknown(_ name: String, _ help: String, labels: [String] = []) -> Self {
    MetricFamily(name: name, kind: .unknown, unit: nil, help: help, labels: labels)
  }

  static func histogram(
    _ name: String, unit: String, _ help: String, labels: [String] = [], bounds: [Double]
  ) -> Self {
    MetricFamily(
      name: name, kind: .histogram(bounds: bounds), unit: unit, help: help, labels: labels)
  }

  /// The word for the kind in the exposition.
  var kindName: String {
    switch kind {
    case .counter: "counter"
    case .gauge: "gauge"
    case .histogram: "histogram"
    case .info: "info"
    case .unknown: "unknown"
    }
  }

  /// The names by which queries ask for it.
  var sampleNames: [String] {
    switch kind {
    case .counter: ["\(name)_total"]
    case .gauge, .unknown: [name]
    case .histogram: ["\(name)_bucket", "\(name)_count", "\(name)_sum"]
    case .info: ["\(name)_info"]
    }
  }
}
