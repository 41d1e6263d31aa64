import KubernetesClient
import NIOCore
import Resources
import TestAPIServer
import TestSupport
import Testing

@testable import Speaker

/// All streams of a speaker and an API server that goes away and comes back, with the times of a real
/// cluster and without a network.
@Suite("The end of an outage") struct OutageEndTests {
  struct Simulation {
    var now = NIODeadline.uptimeNanoseconds(1_000_000_000)
    var isServerWell = true
    /// What the control loop was told, without what changed nothing.
    var updates: [(time: NIODeadline, update: SourceUpdate)] = []
    /// When the server answered again for the first time.
    var answeredAt: NIODeadline?
    private var intake = ClusterIntake()
    private var reflectors: [ClusterStream: Reflector] = [:]
    private var generator: SeededGenerator
    private var outages = RecoveryWatch()
    private var history: [ClusterStream: [(version: Int, event: WatchEvent)]] = [:]
    private var version = 0
    private var pending: [ClusterStream: Request] = [:]
    private var watches: [ClusterStream: Reflector.RequestID] = [:]

    private struct Request {
      var answeredAt: NIODeadline
      var id: Reflector.RequestID
      /// The version from which it watches; nil for a list.
      var version: Int?
    }

    init(seed: Int, _ objects: JSONValue...) {
      generator = SeededGenerator(seed)
      var configuration = Reflector.Configuration()
      configuration.usesStreamingLists = false
      for stream in intake.streams { reflectors[stream] = Reflector(configuration) }
      for object in objects { put(object) }
    }

    private var streams: [ClusterStream] { reflectors.keys.sorted() }

    mutating func put(_ object: JSONValue) { change(object) { .upserted($0) } }
    mutating func remove(_ object: JSONValue) { change(object) { .removed($0) } }

    private mutating func change(_ object: JSONValue, _ event: (KubernetesObject) -> WatchEvent) {
      guard let kind = object["kind"]?.string.flatMap(ResourceKind.init(rawValue:)) else { return }
      version += 1
      let name = ObjectName(
        namespace: object["metadata"]?["namespace"]?.string ?? "",
        name: object["metadata"]?["name"]?.string ?? "")
      let changed = KubernetesObject(
        apiVersion: "", kind: kind.rawValue, name: name, uid: "", resourceVersion: "\(version)",
        json: object.octets)
      history[.kind(kind), default: []].append((version, event(changed)))
    }

    mutating func start() { for stream in streams { handle(stream, .start) } }

    mutating func goAway() {
      isServerWell = false
      let broken = watches
      watches = [:]
      for (stream, id) in broken.sorted(by: { $0.key < $1.key }) {
        handle(stream, .response(.failed(.connection("closed")), of: id))
      }
    }

    /// Lets time pass, with everything that happens in it.
    mutating func run(for time: TimeAmount) {
      let end = now + time
      while true {
        let times =
          reflectors.values.compactMap(\.nextDeadline) + pending.values.map(\.answeredAt)
          + [intake.nextDeadline].compactMap(\.self)
        guard let next = times.min(), next < end else { break }
        now = max(now, next)
        for stream in streams {
          if let request = pending[stream], request.answeredAt <= now { answer(stream, request) }
          if let due = reflectors[stream]?.nextDeadline, due <= now { handle(stream, .timer) }
        }
        takeUpdates()
      }
      now = end
    }

    private mutating func answer(_ stream: ClusterStream, _ request: Request) {
      pending[stream] = nil
      guard isServerWell else {
        let failure = RequestFailure.connection("refused")
        outages.note(failure)
        return handle(stream, .response(.failed(failure), of: request.id))
      }
      answeredAt = answeredAt ?? now
      let isEnd = outages.noteSuccess(now: now)
      let history = history[stream] ?? []
      if let from = request.version {
        watches[stream] = request.id
        handle(stream, .response(.opened, of: request.id))
        let events = history.filter { $0.version > from }.map(\.event)
        if !events.isEmpty { handle(stream, .response(.events(events), of: request.id)) }
      } else {
        var objects: [ObjectName: KubernetesObject] = [:]
        for (_, event) in history {
          switch event {
          case .upserted(let object): objects[object.name] = object
          case .removed(let object): objects[object.name] = nil
          case .bookmark, .failed: break
          }
        }
        let page = ListPage(
          objects: objects.values.sorted { $0.name < $1.name }, resourceVersion: "\(version)")
        handle(stream, .response(.page(page), of: request.id))
      }
      if isEnd { for stream in streams { handle(stream, .recovered) } }
    }

    private mutating func handle(_ stream: ClusterStream, _ input: Reflector.Input) {
      let actions = reflectors[stream]?.handle(input, now: now, using: &generator) ?? []
      for action in actions {
        switch action {
        case .list(_, _, let id): send(stream, id, nil)
        case .watch(let watch, let id): send(stream, id, watch.resourceVersion.flatMap { Int($0) })
        case .cancel:
          pending[stream] = nil
          watches[stream] = nil
        case .discover, .renewCredentials, .renewConnections, .dropFieldSelector: break
        case .deliver(let changes):
          let decoded = changes.changes.map { change -> ClusterIntake.Change in
            switch change {
            case .upserted(let object):
              .upserted(object.name, ClusterObject.decode(object, of: stream))
            case .removed(let name): .removed(name)
            }
          }
          intake.take(decoded, isComplete: changes.isComplete, of: stream, now: now)
        case .report(let condition): intake.note(condition, of: stream, now: now)
        }
        takeUpdates()
      }
    }

    private mutating func send(_ stream: ClusterStream, _ id: Reflector.RequestID, _ version: Int?)
    {
      let time = TimeAmount.milliseconds(.random(in: 2...30, using: &generator))
      pending[stream] = Request(answeredAt: now + time, id: id, version: version)
    }

    private mutating func takeUpdates() {
      while let update = intake.update(now: now) {
        if !update.changes.isEmpty { updates.append((now, update)) }
      }
    }
  }

  private static func advertisement(_ pool: JSONValue) -> JSONValue {
    ClusterObjects.metallb("L2Advertisement", "l2", ["ipAddressPools": [pool]])
  }

  /// A pool is renamed during an outage, and its advertisement with it: whichever of the two is read
  /// first, nothing goes on until both are.
  @Test(arguments: 0..<40)
  func whatChangedMeanwhileGoesOnTogetherAndSoon(seed: Int) throws {
    let old = ClusterObjects.pool("old", "192.0.2.0/24")
    var simulation = Simulation(
      seed: seed, old, Self.advertisement("old"), ClusterObjects.node("node-1"),
      ClusterObjects.service("web", "192.0.2.1"), ClusterObjects.slice("web"))
    simulation.start()
    simulation.run(for: .seconds(20))
    #expect(simulation.updates.count == 1)
    simulation.goAway()
    simulation.run(for: .minutes(1 + Int64(seed % 10)))
    simulation.remove(old)
    simulation.put(ClusterObjects.pool("new", "192.0.2.0/24"))
    simulation.put(Self.advertisement("new"))
    simulation.isServerWell = true
    simulation.answeredAt = nil
    simulation.run(for: .minutes(2))
    #expect(simulation.updates.count == 2, "in one pass")
    let (time, update) = try #require(simulation.updates.last)
    #expect(update.changes.configuration?.pools.map(\.metadata.name.name) == ["new"])
    #expect(update.state.problems == [])
    let answeredAt = try #require(simulation.answeredAt)
    // The watches prove themselves for five seconds.
    #expect(time - answeredAt < .seconds(7), "\(time - answeredAt)")
  }
}
