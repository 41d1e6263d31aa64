import CoreMetrics

/// Series that follow a picture of the present: each ends with what it is about.
struct SeriesTable {
  private struct Key: Hashable {
    let family: String
    let labels: [String]
  }

  private struct Counted {
    let counter: Counter
    /// What each of those said last whose counts the series adds up.
    var totals: [String: UInt64] = [:]
    /// Those who said something since the series were ended that are gone.
    var heard: Set<String> = []

    mutating func forgetSilent() {
      let heard = heard
      totals = totals.filter { heard.contains($0.key) }
      self.heard = []
    }
  }

  private let factory: any MetricsFactory
  private var meters: [Key: Meter] = [:]
  private var counters: [Key: Counted] = [:]
  private var touched: Set<Key> = []

  /// A table whose series are those of `factory`.
  init(factory: any MetricsFactory) { self.factory = factory }

  /// Sets a number of a family without labels.
  mutating func set(_ family: MetricFamily, _ value: Double) { set(family, [], value) }

  /// Sets 1 or 0 of a family without labels.
  mutating func set(_ family: MetricFamily, _ isTrue: Bool) { set(family, [], isTrue) }

  /// Sets a number.
  mutating func set(_ family: MetricFamily, _ labels: [String], _ value: Double) {
    let key = Key(family: family.name, labels: labels)
    touched.insert(key)
    let meter =
      meters[key]
      ?? Meter(label: family.name, dimensions: dimensions(family, labels), factory: factory)
    meters[key] = meter
    meter.set(value)
  }

  /// Sets 1 or 0.
  mutating func set(_ family: MetricFamily, _ labels: [String], _ isTrue: Bool) {
    set(family, labels, isTrue ? 1 : 0)
  }

  /// Brings a counter to what was counted elsewhere. Where that began anew, as when an interface was
  /// opened again, the counter goes on.
  ///
  /// - Parameter part: who counted, where several have the same labels; their counts are added up.
  mutating func count(
    _ family: MetricFamily, _ labels: [String] = [], of part: String = "", total: UInt64
  ) {
    let key = Key(family: family.name, labels: labels)
    touched.insert(key)
    var counted =
      counters[key]
      ?? Counted(
        counter: Counter(
          label: family.name, dimensions: dimensions(family, labels), factory: factory))
    let last = counted.totals[part] ?? 0
    let increase = total >= last ? total - last : total
    if increase > 0 { counted.counter.increment(by: Int64(clamping: increase)) }
    counted.totals[part] = total
    counted.heard.insert(part)
    counters[key] = counted
  }

  /// Ends the series that were neither set nor counted since the last call.
  mutating func endOthers() {
    for (key, meter) in meters where !touched.contains(key) {
      meter.destroy()
      meters[key] = nil
    }
    for (key, counted) in counters where !touched.contains(key) {
      counted.counter.destroy()
      counters[key] = nil
    }
    for key in counters.keys { counters[key]?.forgetSilent() }
    touched = []
  }

  private func dimensions(_ family: MetricFamily, _ labels: [String]) -> [(String, String)] {
    Array(zip(family.labels, labels))
  }
}
