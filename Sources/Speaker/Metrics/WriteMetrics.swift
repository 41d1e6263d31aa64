import CoreMetrics
import KubernetesClient
import Resources

/// The metrics of what is written to an API server. All series are there from the first update on, so
/// that the first failure is an increase.
struct WriteMetrics {
  private var table: SeriesTable

  init(factory: any MetricsFactory) { table = SeriesTable(factory: factory) }

  /// Metrics that nobody reads.
  static var ignored: WriteMetrics { WriteMetrics(factory: NOOPMetricsHandler.instance) }

  /// Brings all series to what was counted: of status objects by type, and of Events.
  mutating func update(
    _ objects: [ResourceType: WriteCounts], events: WriteCounts,
    drops: [EventAggregator.Drop: UInt64]
  ) {
    for (type, counts) in objects { update(type, counts) }
    update(.event, events)
    for reason in EventAggregator.Drop.allCases {
      table.count(
        SpeakerMetrics.eventsDropped, [reason.rawValue], total: drops[reason] ?? 0)
    }
  }

  private mutating func update(_ type: ResourceType, _ counts: WriteCounts) {
    let name = "\(type)"
    table.count(SpeakerMetrics.writes, [name, "succeeded"], total: counts.succeeded)
    table.count(SpeakerMetrics.writes, [name, "failed"], total: counts.failed)
    table.count(SpeakerMetrics.writeRetries, [name], total: counts.retries)
  }
}
