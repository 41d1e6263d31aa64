import CoreMetrics
import NIOCore
import Status

/// Makes the answer to `GET /metrics`: one at a time, for all who ask meanwhile. Collecting asks the
/// control loop once; rendering is done elsewhere.
actor MetricsExporter {
  private let registry: MetricsRegistry
  private let control: ControlLoop
  private var metrics: StatusMetrics
  private var current: Task<ByteBuffer, Never>?
  private var last: (text: ByteBuffer, at: NIODeadline)?

  /// Who asks again within this time gets the same text.
  static let shortestInterval = TimeAmount.milliseconds(250)

  init(registry: MetricsRegistry, control: ControlLoop, hasMetalLBNames: Bool) {
    self.registry = registry
    self.control = control
    metrics = StatusMetrics(factory: registry, hasMetalLBNames: hasMetalLBNames)
  }

  /// The exposition.
  func text() async -> ByteBuffer {
    if let last, NIODeadline.now() - last.at < Self.shortestInterval { return last.text }
    if let current { return await current.value }
    let task = Task { await collect() }
    current = task
    let text = await task.value
    current = nil
    return text
  }

  /// Counts a connection to the status socket that was closed at once.
  nonisolated func countRefusal(_ refusal: ConnectionGate.Refusal) {
    let family = SpeakerMetrics.httpRefused
    Counter(
      label: family.name, dimensions: [(family.labels[0], refusal.rawValue)], factory: registry
    ).increment()
  }

  private func collect() async -> ByteBuffer {
    let document = await control.statusDocument()
    let isReady = await control.obstacleToReadiness == nil
    metrics.update(document, isReady: isReady, pulseAge: control.pulse.age(at: .now()))
    let text = OpenMetricsText.render(registry)
    last = (text, .now())
    return text
  }
}
