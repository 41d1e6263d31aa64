import CoreMetrics
import Synchronization

/// The backend of swift-metrics behind `/metrics`: keeps the series of declared families, each as
/// long as nobody ends it.
///
/// Numbers are recorded without a lock, so that whoever reads them does not hold up who records; the
/// one of the table is taken where a series begins, where it ends, and where all are read.
final class MetricsRegistry: MetricsFactory, Sendable {
  /// Something that a family counts, by the values of its labels.
  private enum Series: Sendable {
    case number(NumberCell)
    case histogram(HistogramCell)

    var identity: ObjectIdentifier {
      switch self {
      case .number(let cell): ObjectIdentifier(cell)
      case .histogram(let cell): ObjectIdentifier(cell)
      }
    }
  }

  private struct Place: Hashable {
    let family: String
    let labels: [String]
  }

  private struct Table: Sendable {
    var series: [String: [[String]: Series]] = [:]
    var places: [ObjectIdentifier: Place] = [:]
  }

  /// The declared families, in the order of the exposition.
  let families: [MetricFamily]
  private let byName: [String: MetricFamily]
  private let table = Mutex(Table())

  /// A registry without series. What is recorded of other families than these goes nowhere.
  init(_ families: [MetricFamily]) {
    self.families = families
    byName = Dictionary(families.map { ($0.name, $0) }) { first, _ in first }
  }

  // MARK: MetricsFactory

  func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    number(label, dimensions)
  }

  func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler { number(label, dimensions) }

  func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    number(label, dimensions)
  }

  func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    if aggregate { histogram(label, dimensions) } else { number(label, dimensions) }
  }

  func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    histogram(label, dimensions)
  }

  func destroyCounter(_ handler: any CounterHandler) { end(handler) }
  func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { end(handler) }
  func destroyMeter(_ handler: any MeterHandler) { end(handler) }
  func destroyRecorder(_ handler: any RecorderHandler) { end(handler) }
  func destroyTimer(_ handler: any TimerHandler) { end(handler) }

  private func end(_ handler: AnyObject) {
    table.withLock { table in
      guard let place = table.places.removeValue(forKey: ObjectIdentifier(handler)) else { return }
      table.series[place.family]?[place.labels] = nil
    }
  }

  private func number(_ name: String, _ dimensions: [(String, String)]) -> NumberCell {
    guard let (family, labels) = place(name, dimensions) else { return NumberCell() }
    if case .histogram = family.kind { return NumberCell() }
    let series = series(of: family, labels) { .number(NumberCell()) }
    return if case .number(let cell) = series { cell } else { NumberCell() }
  }

  private func histogram(_ name: String, _ dimensions: [(String, String)]) -> HistogramCell {
    guard let (family, labels) = place(name, dimensions), case .histogram(let bounds) = family.kind
    else { return HistogramCell(bounds: []) }
    let series = series(of: family, labels) { .histogram(HistogramCell(bounds: bounds)) }
    return if case .histogram(let cell) = series { cell } else { HistogramCell(bounds: bounds) }
  }

  /// The family and the values of its labels; nil where it is not declared with these labels.
  private func place(
    _ name: String, _ dimensions: [(String, String)]
  ) -> (MetricFamily, [String])? {
    guard let family = byName[name], dimensions.map(\.0) == family.labels else { return nil }
    return (family, dimensions.map(\.1))
  }

  private func series(
    of family: MetricFamily, _ labels: [String], _ make: () -> Series
  ) -> Series {
    table.withLock { table in
      if let present = table.series[family.name]?[labels] { return present }
      let series = make()
      table.series[family.name, default: [:]][labels] = series
      table.places[series.identity] = Place(family: family.name, labels: labels)
      return series
    }
  }

  // MARK: Reading

  /// One series at one moment.
  struct Reading: Sendable {
    enum Value: Sendable {
      case number(Double)
      case histogram(HistogramCell.Reading)
    }

    let labels: [String]
    let value: Value
  }

  /// All series: families in their order, the series of each by the values of their labels. Families
  /// without a series are left out.
  func read() -> [(family: MetricFamily, readings: [Reading])] {
    let series = table.withLock { $0.series }
    return families.compactMap { family in
      guard let present = series[family.name], !present.isEmpty else { return nil }
      let sorted = present.sorted { $0.key.lexicographicallyPrecedes($1.key) }
      return (
        family,
        sorted.map { labels, series in
          switch series {
          case .number(let cell): Reading(labels: labels, value: .number(cell.value))
          case .histogram(let cell): Reading(labels: labels, value: .histogram(cell.reading))
          }
        }
      )
    }
  }
}
