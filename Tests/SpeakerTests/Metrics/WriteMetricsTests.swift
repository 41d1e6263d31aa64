import KubernetesClient
import NIOCore
import Resources
import TestAPIServer
import Testing

@testable import Speaker

/// What is counted of the writes to an API server.
@Suite("Metrics of writes", .serialized) struct WriteMetricsTests {
  private let registry = MetricsRegistry(SpeakerMetrics.all)

  private var lines: [Substring] {
    String(buffer: OpenMetricsText.render(registry)).split(separator: "\n")
  }

  private func value(_ series: String) -> Int {
    lines.first { $0.hasPrefix("\(series) ") }
      .flatMap { Int($0.dropFirst(series.count + 1)) } ?? -1
  }

  @Test func everySeriesIsThereFromTheStart() {
    var metrics = WriteMetrics(factory: registry)
    metrics.update([WrittenObjects.speakerType: WriteCounts()], events: WriteCounts(), drops: [:])
    for series in [
      "bellman_api_writes_total{resource=\"bellmanspeakers.bellman.dev\",outcome=\"succeeded\"}",
      "bellman_api_writes_total{resource=\"bellmanspeakers.bellman.dev\",outcome=\"failed\"}",
      "bellman_api_write_retries_total{resource=\"bellmanspeakers.bellman.dev\"}",
      "bellman_api_writes_total{resource=\"events.events.k8s.io\",outcome=\"failed\"}",
      "bellman_events_dropped_total{reason=\"tooMany\"}",
      "bellman_events_dropped_total{reason=\"refused\"}",
      "bellman_events_dropped_total{reason=\"notTaken\"}",
    ] {
      #expect(value(series) == 0, "\(series)")
    }
    metrics.update([:], events: WriteCounts(), drops: [.tooMany: 4900])
    metrics.update([:], events: WriteCounts(), drops: [.tooMany: 4901])
    #expect(value("bellman_events_dropped_total{reason=\"tooMany\"}") == 4901)
  }

  @Test func writesThatFailAndWhatFollowsThemAreCounted() async throws {
    let speaker = ObjectName(namespace: ClusterObjects.namespace, name: "node-1")
    try await TestAPIServer.run { server in
      server.put(ClusterObjects.node("node-1"))
      server.store.setInstalled(false, .configurationStates)
      server.faults.add(.status(500), .status(500), to: .write)
      let metrics = WriteMetrics(factory: registry)
      try await ClusterRig.run(server, .patient, writes: true, metrics: metrics) { rig in
        let resource = "resource=\"bellmanspeakers.bellman.dev\""
        try await rig.eventually("it is written in the end") { _ in
          server.store.object(speaker, .bellmanSpeakers)?["status"]?["ready"] == true
            && value("bellman_api_writes_total{\(resource),outcome=\"succeeded\"}") >= 2
        }
        #expect(value("bellman_api_writes_total{\(resource),outcome=\"failed\"}") == 2)
        #expect(value("bellman_api_write_retries_total{\(resource)}") == 2)
      }
    }
  }
}
