import CoreMetrics

/// Series that follow a picture of the present: each ends with what it is about.
struct SeriesTable {
  private struct Key: Hashable {
    let family: String
    let labels: [String]
  }

  private struct Counted {
    let counter: Counter
    var total: UInt64 = 0
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
  mutating func count(_ family: MetricFamily, _ labels: [String] = [], total: UInt64) {
    let key = Key(family: family.name, labels: labels)
    touched.insert(key)
    var counted =
      counters[key]
      ?? Counted(
        counter: Counter(
          label: family.name, dimensions: dimensions(family, labels), factory: factory))
    let increase = total >= counted.total ? total - counted.total : total
    if increase > 0 { counted.counter.increment(by: Int64(clamping: increase)) }
    counted.total = total
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
    touched = []
  }

  private func dimensions(_ family: MetricFamily, _ labels: [String]) -> [(String, String)] {
    Array(zip(family.labels, labels))
  }
}
