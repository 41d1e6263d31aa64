import CoreMetrics
import NIOCore
import Testing

@testable import Speaker

/// The text of the exposition, octet by octet (OpenMetrics 1.0).
@Suite struct OpenMetricsTextTests {
  private let plain = MetricFamily.counter("app_things", "Things", labels: ["name"])
  private let level = MetricFamily.gauge("app_level_seconds", unit: "seconds", "How \"high\"\\")
  private let times = MetricFamily.histogram(
    "app_time_seconds", unit: "seconds", "Times", labels: ["kind"], bounds: [0.5, 1])
  private let version = MetricFamily.info("app_build", "Version", labels: ["version"])

  private func text(_ body: (MetricsRegistry) -> Void) -> String {
    let registry = MetricsRegistry([plain, level, times, version])
    body(registry)
    return String(buffer: OpenMetricsText.render(registry))
  }

  @Test func nothingIsOnlyAnEnd() { #expect(text { _ in } == "# EOF\n") }

  @Test func everyKindHasItsForm() {
    let text = text { registry in
      Counter(label: "app_things", dimensions: [("name", "b")], factory: registry).increment(by: 3)
      Counter(label: "app_things", dimensions: [("name", "a")], factory: registry).increment()
      Meter(label: "app_level_seconds", factory: registry).set(-0.25)
      let timer = Timer(label: "app_time_seconds", dimensions: [("kind", "x")], factory: registry)
      for time in [250_000_000, 1_000_000_000, 3_000_000_000] { timer.recordNanoseconds(time) }
      Meter(label: "app_build", dimensions: [("version", "0.1.0")], factory: registry).set(1)
    }
    #expect(
      text == """
        # TYPE app_things counter
        # HELP app_things Things.
        app_things_total{name="a"} 1
        app_things_total{name="b"} 3
        # TYPE app_level_seconds gauge
        # UNIT app_level_seconds seconds
        # HELP app_level_seconds How \\"high\\"\\\\.
        app_level_seconds -0.25
        # TYPE app_time_seconds histogram
        # UNIT app_time_seconds seconds
        # HELP app_time_seconds Times.
        app_time_seconds_bucket{kind="x",le="0.5"} 1
        app_time_seconds_bucket{kind="x",le="1.0"} 2
        app_time_seconds_bucket{kind="x",le="+Inf"} 3
        app_time_seconds_count{kind="x"} 3
        app_time_seconds_sum{kind="x"} 4.25
        # TYPE app_build info
        # HELP app_build Version.
        app_build_info{version="0.1.0"} 1
        # EOF

        """)
  }

  @Test(arguments: [
    ("plain", "plain"), ("", ""), ("a\"b", "a\\\"b"), ("a\\b", "a\\\\b"), ("a\nb", "a\\nb"),
    ("ä\t{}=,", "ä\t{}=,"), ("\\\n\"", "\\\\\\n\\\""), ("a\r\nb", "a\r\\nb"),
  ])
  func valuesOfLabelsAreEscaped(_ value: String, _ escaped: String) {
    let text = text {
      Counter(label: "app_things", dimensions: [("name", value)], factory: $0).increment()
    }
    #expect(text.contains("app_things_total{name=\"\(escaped)\"} 1\n"), "\(text)")
  }

  @Test(arguments: [
    (0.0, "0"), (-0.0, "0"), (1, "1"), (1.5, "1.5"), (9_007_199_254_740_992, "9007199254740992"),
    (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (1e300, "1e+300"),
  ])
  func numbersAreWhatParsersTake(_ value: Double, _ text: String) {
    #expect(OpenMetricsText.number(value) == text)
  }

  @Test func oneSeriesHasOneCell() {
    let text = text { registry in
      for _ in 0..<2 {
        Counter(label: "app_things", dimensions: [("name", "a")], factory: registry).increment()
      }
    }
    #expect(text.contains("app_things_total{name=\"a\"} 2\n"))
  }

  @Test func whatIsNotDeclaredIsNotExported() {
    let text = text { registry in
      Counter(label: "app_other", factory: registry).increment()
      Counter(label: "app_things", dimensions: [("other", "a")], factory: registry).increment()
      Counter(label: "app_time_seconds", dimensions: [("kind", "a")], factory: registry).increment()
      Timer(label: "app_things", dimensions: [("name", "a")], factory: registry)
        .recordNanoseconds(1)
    }
    #expect(text == "# EOF\n")
  }

  @Test func whatWasEndedIsGoneAndBeginsAnew() {
    let text = text { registry in
      let first = Counter(label: "app_things", dimensions: [("name", "a")], factory: registry)
      first.increment(by: 7)
      first.destroy()
      Counter(label: "app_things", dimensions: [("name", "a")], factory: registry).increment()
    }
    #expect(text.contains("app_things_total{name=\"a\"} 1\n"))
  }

  @Test func manyThreadsLoseNothing() async {
    let registry = MetricsRegistry([plain, times])
    let counter = Counter(label: "app_things", dimensions: [("name", "a")], factory: registry)
    let timer = Timer(label: "app_time_seconds", dimensions: [("kind", "x")], factory: registry)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<1000 {
            counter.increment()
            timer.recordNanoseconds(1_000_000_000)
          }
        }
      }
    }
    let text = String(buffer: OpenMetricsText.render(registry))
    #expect(text.contains("app_things_total{name=\"a\"} 8000\n"))
    #expect(text.contains("app_time_seconds_count{kind=\"x\"} 8000\n"))
    #expect(text.contains("app_time_seconds_sum{kind=\"x\"} 8000\n"))
  }
}
