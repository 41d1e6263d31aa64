import CoreMetrics
import Synchronization

/// One number of a series, which any thread changes without a lock.
final class NumberCell: Sendable {
  private let bits = Atomic<UInt64>(0)

  var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

  private func replace(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

  private func add(_ amount: Double) {
    var old = bits.load(ordering: .relaxed)
    while true {
      let new = (Double(bitPattern: old) + amount).bitPattern
      let (isExchanged, original) = bits.weakCompareExchange(
        expected: old, desired: new, ordering: .relaxed)
      if isExchanged { return }
      old = original
    }
  }
}

extension NumberCell: CounterHandler, FloatingPointCounterHandler {
  func increment(by amount: Int64) { add(Double(amount)) }
  func increment(by amount: Double) { add(amount) }
  func reset() { replace(0) }
}

extension NumberCell: MeterHandler, RecorderHandler {
  func set(_ value: Int64) { replace(Double(value)) }
  func set(_ value: Double) { replace(value) }
  func decrement(by amount: Double) { add(-amount) }
  func record(_ value: Int64) { replace(Double(value)) }
  func record(_ value: Double) { replace(value) }
}

/// A histogram of a series, which any thread adds to without a lock. Times are recorded in
/// nanoseconds and counted in seconds.
final class HistogramCell: Sendable {
  /// A histogram at one moment.
  struct Reading: Sendable {
    /// The upper bounds, and how many observations are not above each; the last one has no bound.
    let buckets: [(bound: Double, count: UInt64)]
    /// The sum of all observations.
    let sum: Double

    /// How many observations there are.
    var count: UInt64 { buckets.last?.count ?? 0 }
  }

  /// An array cannot hold atomic values themselves.
  private final class Count: Sendable {
    let value = Atomic<UInt64>(0)
  }

  private let bounds: [Double]
  private let counts: [Count]
  private let sum = NumberCell()

  init(bounds: [Double]) {
    self.bounds = bounds
    counts = (0...bounds.count).map { _ in Count() }
  }

  private func observe(_ value: Double) {
    let place = bounds.firstIndex { value <= $0 } ?? bounds.count
    counts[place].value.add(1, ordering: .relaxed)
    sum.increment(by: value)
  }

  var reading: Reading {
    var total: UInt64 = 0
    let buckets = zip(bounds + [.infinity], counts).map { bound, count in
      total += count.value.load(ordering: .relaxed)
      return (bound: bound, count: total)
    }
    return Reading(buckets: buckets, sum: sum.value)
  }
}

extension HistogramCell: RecorderHandler, TimerHandler {
  func record(_ value: Int64) { observe(Double(value)) }
  func record(_ value: Double) { observe(value) }
  func recordNanoseconds(_ duration: Int64) { observe(Double(max(duration, 0)) / 1e9) }
}
