import FoundationEssentials
import Logging
import NIOCore
import Resources

/// Writes events to the API server, as an ``EventAggregator`` decides.
///
/// Events are a courtesy: nothing waits for one, and one that the server does not take in some minutes
/// is left out.
public actor EventRecorder {
  private let client: KubernetesClient
  private var aggregator: EventAggregator
  private var timer: Task<Void, Never>?
  /// Writes what is due. It is a task of its own, for what cancels the timer must cancel no write.
  private var writer: Task<Void, Never>?
  private var isStopped = false

  /// A recorder that writes through `client`.
  public init(client: KubernetesClient, aggregator: EventAggregator) {
    self.client = client
    self.aggregator = aggregator
  }

  /// What became of the writes since the start.
  public var counts: WriteCounts { aggregator.counts }

  /// The records that were left out, and why.
  public var drops: [EventAggregator.Drop: UInt64] { aggregator.drops }

  /// Takes in something that happened; it is written soon.
  public func record(_ record: EventRecord) {
    let microseconds = Int64(Date().timeIntervalSince1970 * 1_000_000)
    aggregator.record(record, now: .now(), time: EventTime(microseconds: microseconds))
    setTimer()
  }

  /// Ends writing; what waits is left out.
  public func stop() {
    isStopped = true
    timer?.cancel()
    timer = nil
    writer?.cancel()
  }

  private func setTimer() {
    guard !isStopped, writer == nil, let deadline = aggregator.nextDeadline(now: .now()) else {
      return
    }
    timer?.cancel()
    let time = max((deadline - .now()).nanoseconds, 0)
    timer = Task {
      do { try await Task.sleep(for: .nanoseconds(time)) } catch { return }
      beginWriting()
    }
  }

  private func beginWriting() {
    guard !isStopped, writer == nil else { return }
    writer = Task {
      while !Task.isCancelled, let write = aggregator.writes(now: .now(), limit: 1).first {
        let failure = await attempt(write)
        if Task.isCancelled { break }
        aggregator.finish(write, failure, now: .now())
      }
      writer = nil
      setTimer()
    }
  }

  /// Why a write failed; nil where it did not.
  private func attempt(_ write: EventAggregator.Write) async -> RequestFailure? {
    do throws(KubernetesError) {
      switch write {
      case .create(let name, let object):
        try await client.create(object, of: .event, namespace: name.namespace, manager: "bellman")
      case .repeated(let name, let patch):
        try await client.patch(name, of: .event, with: .merge(patch))
      }
      return nil
    } catch {
      client.logger.debug("event not written: \(error)")
      return error.failure
    }
  }
}
