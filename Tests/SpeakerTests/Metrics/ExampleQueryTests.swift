import KubernetesClient
import TestAPIServer
import Testing

@testable import Speaker

/// Dashboards and alerts ask for what a speaker exports, and for nothing else.
@Suite struct ExampleQueryTests {
  /// Labels that scraping adds, and that of buckets.
  private static let scraped: Set<String> = ["instance", "job", "le"]
  /// What Prometheus says of its targets.
  private static let ofPrometheus: Set<String> = ["up"]

  private func groups(_ value: JSONValue?) throws -> [JSONValue] {
    try #require(value?["groups"]?.array).flatMap { $0["rules"]?.array ?? [] }
  }

  private func alerts() throws -> [JSONValue] {
    try groups(YAMLObjects.read(Example.text("helm/bellman/alerts.yaml")).first)
  }

  private func targets() throws -> [JSONValue] {
    let board = try #require(try YAMLObjects.read(Example.text("grafana/bellman.json")).first)
    return try #require(board["panels"]?.array).flatMap { $0["targets"]?.array ?? [] }
  }

  /// Expects that all metrics of the query are exported, with the labels that are named.
  private func check(
    _ query: String, texts: [String], _ place: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let names = QueryNames(query)
    #expect(!names.metrics.isEmpty, "\(place): \(query)", sourceLocation: sourceLocation)
    var labels = Self.scraped
    for name in names.metrics.subtracting(Self.ofPrometheus) {
      let family = SpeakerMetrics.all.first { $0.sampleNames.contains(name) }
      #expect(
        family != nil, "\(place) asks for \(name), which is not exported",
        sourceLocation: sourceLocation)
      labels.formUnion(family?.labels ?? [])
    }
    for label in names.labels.union(texts.flatMap { QueryNames.placeholders(in: $0) }) {
      #expect(
        labels.contains(label), "\(place) names the label \(label), which \(query) has not",
        sourceLocation: sourceLocation)
    }
  }

  @Test func alertsAskForWhatIsExported() throws {
    let alerts = try alerts()
    #expect(alerts.count == 16)
    for alert in alerts {
      let name = try #require(alert["alert"]?.string)
      let texts = ["summary", "description"].compactMap { alert["annotations"]?[$0]?.string }
      #expect(texts.count == 2, "\(name)")
      #expect(["critical", "warning"].contains(alert["labels"]?["severity"]?.string), "\(name)")
      check(try #require(alert["expr"]?.string), texts: texts, name)
    }
  }

  @Test func dashboardsAskForWhatIsExported() throws {
    let targets = try targets()
    #expect(targets.count > 35)
    for target in targets {
      let query = try #require(target["expr"]?.string)
      check(query, texts: [target["legendFormat"]?.string ?? ""], "the dashboard")
    }
  }

  @Test func theObjectOfTheOperatorHasTheSameAlerts() throws {
    let rule = try #require(
      try YAMLObjects.read(Example.text("kubernetes/monitoring/alerts.yaml")).first)
    #expect(rule["kind"] == "PrometheusRule")
    #expect(try groups(rule["spec"]) == alerts())
  }

  /// The port that is scraped is the one that the patch opens, and the chart.
  @Test func whatIsScrapedIsServed() throws {
    let monitor = try #require(
      try YAMLObjects.read(Example.text("kubernetes/monitoring/podmonitor.yaml")).first)
    let base = try #require(
      try YAMLObjects.read(Example.text("kubernetes/base/daemonset.yaml")).first)
    #expect(
      monitor["spec"]?["selector"]?["matchLabels"]
        == base["spec"]?["template"]?["metadata"]?["labels"])
    #expect(monitor["spec"]?["podMetricsEndpoints"]?.array?.first?["port"] == "metrics")
    let patch = try Example.text("kubernetes/monitoring/daemonset.patch.yaml")
    let chart = try Example.text("helm/bellman/templates/daemonset.yaml")
    for text in [patch, chart] {
      #expect(text.contains("name: metrics\n"))
      #expect(text.contains("--metrics-listen\n"))
    }
    #expect(patch.contains("value: 0.0.0.0:7475\n") && patch.contains("containerPort: 7475"))
    #expect(try Example.text("helm/bellman/values.yaml").contains("port: 7475\n"))
  }

  @Test(
    arguments: [
      ("up{job=~\".*x.*\"} == 0", ["up"], ["job"]),
      (
        "sum by (a, b) (rate(m_total{c=\"by (d)\"}[$__interval])) > 0.5", ["m_total"],
        ["a", "b", "c"]
      ),
      ("histogram_quantile(0.9, sum by (le) (rate(h_bucket[5m])))", ["h_bucket"], ["le"]),
      ("m == 0 and on (x, y) n == 1", ["m", "n"], ["x", "y"]),
      ("count(m) - sum(n)", ["m", "n"], []),
    ] as [(String, Set<String>, Set<String>)])
  func queriesAreUnderstood(_ query: String, _ metrics: Set<String>, _ labels: Set<String>) {
    let names = QueryNames(query)
    #expect(names.metrics == metrics && names.labels == labels, "\(names)")
  }
}
