import NIOCore
import Testing

@testable import Speaker

/// Series that follow a picture of the present.
@Suite struct SeriesTableTests {
  private let gauge = MetricFamily.gauge("app_level", "Level", labels: ["name"])
  private let counter = MetricFamily.counter("app_things", "Things", labels: ["name"])

  @Test func labelsOfThingsThatAreGoneDisappear() {
    let registry = MetricsRegistry([gauge, counter])
    var table = SeriesTable(factory: registry)
    for name in ["a", "b"] {
      table.set(gauge, [name], 1)
      table.count(counter, [name], total: 5)
    }
    table.endOthers()
    table.set(gauge, ["b"], 2)
    table.count(counter, ["b"], total: 6)
    table.endOthers()
    let text = String(buffer: OpenMetricsText.render(registry))
    #expect(!text.contains("\"a\""))
    #expect(text.contains("app_level{name=\"b\"} 2\n"))
    #expect(text.contains("app_things_total{name=\"b\"} 6\n"))
    table.endOthers()
    #expect(String(buffer: OpenMetricsText.render(registry)) == "# EOF\n")
  }

  /// What is counted elsewhere begins anew with an interface or a session; a counter never falls.
  @Test(
    arguments: [
      ([5, 5, 9], 9), ([5, 0, 2], 7), ([0, 0], 0), ([3, 1, 1, 4], 7),
    ] as [([UInt64], Int)])
  func aCounterNeverFalls(_ totals: [UInt64], _ expected: Int) {
    let registry = MetricsRegistry([counter])
    var table = SeriesTable(factory: registry)
    for total in totals {
      table.count(counter, ["a"], total: total)
      table.endOthers()
    }
    let text = String(buffer: OpenMetricsText.render(registry))
    #expect(text.contains("app_things_total{name=\"a\"} \(expected)\n"), "\(text)")
  }

  /// Each begins anew by itself, and the series is what all of them counted.
  @Test(
    arguments: [
      ([["x": 10, "y": 20], ["x": 10, "y": 20]], 30),
      ([["x": 10, "y": 20], ["x": 2, "y": 21]], 33),
      ([["x": 10, "y": 20], ["y": 20], ["x": 1, "y": 20]], 31),
    ] as [([[String: UInt64]], Int)])
  func severalThatCountTheSameAreAddedUp(_ rounds: [[String: UInt64]], _ expected: Int) {
    let registry = MetricsRegistry([counter])
    var table = SeriesTable(factory: registry)
    for round in rounds {
      for (part, total) in round { table.count(counter, ["a"], of: part, total: total) }
      table.endOthers()
    }
    let text = String(buffer: OpenMetricsText.render(registry))
    #expect(text.contains("app_things_total{name=\"a\"} \(expected)\n"), "\(text)")
  }
}
