import FoundationEssentials
import Logging
import NIOCore
import Resources

/// Writes events to the API server, as an ``EventAggregator`` decides.
///
/// Events are a courtesy: one that cannot be written is left out, and nothing waits for it.
public actor EventRecorder {
  private let client: KubernetesClient
  private var aggregator: EventAggregator
  private var timer: Task<Void, Never>?
  private var isWriting = false

  /// A recorder that writes through `client`.
  public init(client: KubernetesClient, aggregator: EventAggregator) {
    self.client = client
    self.aggregator = aggregator
  }

  /// The records that were left out because there were too many.
  public var dropped: UInt64 { aggregator.dropped }

  /// Takes in something that happened; it is written soon.
  public func record(_ record: EventRecord) {
    let microseconds = Int64(Date().timeIntervalSince1970 * 1_000_000)
    aggregator.record(record, now: .now(), time: EventTime(microseconds: microseconds))
    setTimer()
  }

  /// Ends writing; what waits is left out.
  public func stop() {
    timer?.cancel()
    timer = nil
  }

  private func setTimer() {
    guard !isWriting, let deadline = aggregator.nextDeadline(now: .now()) else { return }
    timer?.cancel()
    let time = max((deadline - .now()).nanoseconds, 0)
    timer = Task {
      do { try await Task.sleep(for: .nanoseconds(time)) } catch { return }
      await write()
    }
  }

  private func write() async {
    guard !isWriting else { return }
    isWriting = true
    for write in aggregator.writes(now: .now()) {
      switch write {
      case .create(let name, let object):
        await attempt(name) { client throws(KubernetesError) in
          try await client.create(
            object, of: .event, namespace: name.namespace, manager: "bellman")
        }
      case .repeated(let name, let patch):
        await attempt(name) { client throws(KubernetesError) in
          try await client.patch(name, of: .event, with: .merge(patch))
        }
      }
    }
    isWriting = false
    setTimer()
  }

  private func attempt(
    _ name: ObjectName,
    _ body: (KubernetesClient) async throws(KubernetesError) -> KubernetesObject
  ) async {
    do throws(KubernetesError) {
      _ = try await body(client)
    } catch {
      aggregator.forget(name)
      client.logger.debug("event not written: \(error)")
    }
  }
}
