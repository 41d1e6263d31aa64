import AsyncHTTPClient
import Logging
import NIOCore
import Resources

extension KubernetesClient {
  /// Follows the objects of a selection until the task is cancelled.
  ///
  /// - Parameters:
  ///   - selection: the objects
  ///   - configuration: times and sizes
  ///   - deliver: takes the changes in order; while it runs no more is read from the server
  ///   - report: is told, in order with the changes, when the following goes wrong and when it is
  ///     well again
  ///   - listing: is told when all objects are asked for
  public func follow(
    _ selection: Selection,
    configuration: Reflector.Configuration = Reflector.Configuration(),
    deliver: @escaping @Sendable (ReflectedChanges) async -> Void,
    report: @escaping @Sendable (Reflector.Condition) async -> Void = { _ in },
    listing: @escaping @Sendable () -> Void = {}
  ) async {
    let follower = Follower(
      client: self, selection: selection, configuration: configuration, deliver: deliver,
      report: report, listing: listing)
    let number = outages.add { Task { await follower.tryAgain() } }
    await withTaskCancellationHandler {
      await follower.run()
    } onCancel: {
      Task { await follower.stop() }
    }
    outages.remove(number)
  }
}

/// Does what a ``Reflector`` says: sends its requests, keeps its time, hands over its changes.
private actor Follower {
  /// What the reader is to be told.
  private enum Pending {
    case changes(ReflectedChanges)
    case condition(Reflector.Condition)
  }

  private let client: KubernetesClient
  private var selection: Selection
  private let reader: ObjectReader
  private let deliver: @Sendable (ReflectedChanges) async -> Void
  private let report: @Sendable (Reflector.Condition) async -> Void
  private let listing: @Sendable () -> Void
  private var reflector: Reflector
  private var generator = SystemRandomNumberGenerator()
  private var request: (id: Reflector.RequestID, task: Task<Void, Never>)?
  private var timer: (deadline: NIODeadline, task: Task<Void, Never>)?
  private var pending: [Pending] = []
  private var isDelivering = false
  private var end: CheckedContinuation<Void, Never>?
  private var isStopped = false

  init(
    client: KubernetesClient, selection: Selection, configuration: Reflector.Configuration,
    deliver: @escaping @Sendable (ReflectedChanges) async -> Void,
    report: @escaping @Sendable (Reflector.Condition) async -> Void,
    listing: @escaping @Sendable () -> Void
  ) {
    self.client = client
    self.selection = selection
    self.deliver = deliver
    self.report = report
    self.listing = listing
    reader = ObjectReader(selection)
    reflector = Reflector(
      configuration,
      mayDropFieldSelector: selection.fieldSelector != nil && selection.isFieldSelectorOptional)
  }

  func run() async {
    await handle(.start)
    guard !isStopped else { return }
    await withCheckedContinuation { end = $0 }
  }

  /// The server is well again.
  func tryAgain() async { await handle(.recovered) }

  func stop() async {
    isStopped = true
    timer?.task.cancel()
    request?.task.cancel()
    await request?.task.value
    pending = []
    end?.resume()
    end = nil
  }

  private func handle(_ input: Reflector.Input) async {
    guard !isStopped else { return }
    var renewsCredentials = false
    for action in reflector.handle(input, now: .now(), using: &generator) {
      switch action {
      case .list(let limit, let token, let id):
        if token == nil { listing() }
        let request = APIRequest.list(selection, limit: limit, continueToken: token)
        start(id) { await $0.list(request, id) }
      case .watch(let watch, let id):
        if watch.resourceVersion == nil { listing() }
        let request = APIRequest.watch(selection, watch)
        start(id) { await $0.watch(request, id) }
      case .discover(let id):
        start(id) { await $0.discover(id) }
      case .dropFieldSelector:
        client.logger.notice(
          "the API server does not select \(selection.type) by field; all of them are read",
          metadata: ["fieldSelector": "\(selection.fieldSelector ?? "")"])
        selection.fieldSelector = nil
      case .cancel(let id):
        if request?.id == id { request?.task.cancel() }
      case .renewCredentials: renewsCredentials = true
      case .renewConnections: client.renewConnections()
      case .deliver(let changes): pending.append(.changes(changes))
      case .report(let condition): pending.append(.condition(condition))
      }
    }
    setTimer()
    // Nothing may suspend between the actions, for the reflector could be called again meanwhile.
    if renewsCredentials { await client.renewCredentials() }
    await deliverPending()
  }

  private func start(
    _ id: Reflector.RequestID, _ body: @escaping @Sendable (Follower) async -> Void
  ) {
    request = (id, Task { await body(self) })
  }

  /// Hands over what is pending, in order, even where this is called again meanwhile.
  private func deliverPending() async {
    guard !isDelivering else { return }
    isDelivering = true
    while !pending.isEmpty {
      switch pending.removeFirst() {
      case .changes(let changes): await deliver(changes)
      case .condition(let condition): await note(condition)
      }
    }
    isDelivering = false
  }

  /// Sees to it that the reflector is called at its deadline. A timer that fires too early is set
  /// anew then, which is cheaper than a new one for each event.
  private func setTimer() {
    guard let deadline = reflector.nextDeadline, !isStopped else { return }
    if let timer, timer.deadline <= deadline { return }
    timer?.task.cancel()
    let time = max(deadline - .now(), .nanoseconds(0))
    timer = (
      deadline,
      Task {
        do { try await Task.sleep(for: .nanoseconds(time.nanoseconds)) } catch { return }
        await fire()
      }
    )
  }

  private func fire() async {
    timer = nil
    await handle(.timer)
  }

  private func note(_ condition: Reflector.Condition) async {
    client.logger.debug("\(selection.type): \(condition)")
    await report(condition)
  }

  // MARK: Requests

  private func list(_ request: APIRequest, _ id: Reflector.RequestID) async {
    do throws(RequestFailure) {
      let octets = try await client.fetchOnce(request) {
        await self.handle(.response(.activity, of: id))
      }
      let page: ListPage
      do {
        page = try ListPage(parsing: octets, reader: reader)
      } catch {
        throw .malformed(error.description)
      }
      await handle(.response(.page(page), of: id))
    } catch {
      await handle(.response(.failed(error), of: id))
    }
  }

  private func discover(_ id: Reflector.RequestID) async {
    let type = selection.type
    do throws(RequestFailure) {
      let octets = try await client.fetchOnce(.discovery(of: type)) {
        await self.handle(.response(.activity, of: id))
      }
      let list = try? JSONValue(parsing: octets)
      // An empty list is that of a server that does not know its custom resources yet.
      guard list?["groupVersion"]?.string == type.apiVersion,
        let resources = list?["resources"]?.array, !resources.isEmpty
      else { throw .malformed("expected the resources of \(type.apiVersion)") }
      let isServed = resources.contains { $0["name"]?.string == type.plural }
      await handle(.response(.discovered(isServed: isServed), of: id))
    } catch {
      await handle(.response(.failed(error), of: id))
    }
  }

  private func watch(_ request: APIRequest, _ id: Reflector.RequestID) async {
    do throws(RequestFailure) {
      let response = try await client.open(request)
      await handle(.response(.opened, of: id))
      var lines = LineSplitter()
      do {
        for try await chunk in response.body {
          var events: [WatchEvent] = []
          for line in try lines.add(chunk) {
            if let event = try WatchEvent.parse(line: line, reader: reader) { events.append(event) }
          }
          await handle(.response(events.isEmpty ? .activity : .events(events), of: id))
        }
      } catch let error as JSONCursor.Failure {
        throw .malformed(error.description)
      } catch is LineSplitter.TooLong {
        throw .malformed("a watch event of more than \(LineSplitter.maximumLength) octets")
      } catch {
        throw KubernetesClient.failure(error, server: client.endpoint.server)
      }
      if lines.isWithinLine { throw .connection("the server ended a watch within an event") }
      await handle(.response(.ended, of: id))
    } catch {
      await handle(.response(.failed(error), of: id))
    }
  }
}
