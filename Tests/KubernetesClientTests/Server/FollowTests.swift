import NIOCore
import Resources
import TestAPIServer
import TestSupport
import Testing

@testable import KubernetesClient

@Suite("Following a server", .serialized)
struct FollowTests {
  private let services = Selection(ResourceType(.service))

  @Test("A list in pages, then every change", arguments: [true, false])
  func follows(streams: Bool) async throws {
    var configuration = Reflector.Configuration.patient
    configuration.usesStreamingLists = streams
    try await TestAPIServer.run { [configuration] server in
      server.putServices(0..<35)
      try await following(services, of: server.endpoint(), configuration) { mirror in
        try await eventually { mirror.shows(.services, of: server) }
        #expect(mirror.upserts == 35)
        #expect(server.faults.count(of: .page) == (streams ? 0 : 3))
        server.putServices(30..<40)
        server.store.put(TestAPIServer.service("web-1", labels: ["a": "b"]), .services)
        for number in 5..<10 {
          server.store.remove(
            ObjectName(namespace: "default", name: "web-\(number)"), .services)
        }
        try await eventually { mirror.shows(.services, of: server) }
        #expect(mirror.upserts == 41 && mirror.removals == 5)
        #expect(mirror.conditions == [.following])
      }
    }
  }

  @Test("A server without streaming lists is asked for pages")
  func noStreaming() async throws {
    var options = TestAPIServer.Options()
    options.streamsLists = false
    try await TestAPIServer.run(options) { server in
      server.putServices(0..<5)
      try await following(services, of: server.endpoint(), .patient) { mirror in
        try await eventually { mirror.shows(.services, of: server) }
        #expect(server.faults.count(of: .stream) == 1 && server.faults.count(of: .list) == 1)
      }
    }
  }

  @Test("Labels and fields narrow what is fetched; what no longer fits is removed")
  func selectors() async throws {
    try await TestAPIServer.run { server in
      server.putServices(0..<5)
      for name in ["a", "b"] {
        server.store.put(TestAPIServer.service(name, labels: ["tier": "edge"]), .services)
      }
      let selection = Selection(
        ResourceType(.service), namespace: "default", labelSelector: "tier=edge",
        fieldSelector: "metadata.name!=b")
      try await following(selection, of: server.endpoint()) { mirror in
        try await eventually { mirror.isComplete }
        #expect(mirror.view.keys.map(\.name) == ["a"])
        server.store.put(TestAPIServer.service("web-1", labels: ["tier": "edge"]), .services)
        server.store.put(TestAPIServer.service("a"), .services)
        try await eventually { mirror.view.keys.map(\.name) == ["web-1"] }
      }
    }
  }

  @Test("A server that does not know the field sends all", arguments: [true, false])
  func noFieldSelector(streams: Bool) async throws {
    var options = TestAPIServer.Options()
    options.selectsServicesByType = false
    options.streamsLists = streams
    let byType = "spec.type=LoadBalancer"
    try await TestAPIServer.run(options) { server in
      server.putServices(0..<5)
      var wanted = Selection(
        ResourceType(.service), fieldSelector: byType, isFieldSelectorOptional: true)
      try await following(wanted, of: server.endpoint(), .patient) { mirror in
        try await eventually { mirror.shows(.services, of: server) }
        server.store.put(TestAPIServer.service("later"), .services)
        try await eventually { mirror.shows(.services, of: server) }
        #expect(mirror.conditions == [.following])
        #expect(server.faults.count(of: .list) == 2)
      }
      // Where others than these must not come, nothing does.
      wanted.isFieldSelectorOptional = false
      try await following(wanted, of: server.endpoint(), .patient) { mirror in
        try await eventually {
          if case .failing = mirror.conditions.last { true } else { false }
        }
        #expect(mirror.view.isEmpty && !mirror.isComplete)
      }
    }
  }

  @Test("A kind that is not installed counts as empty, and is found when it comes")
  func notInstalled() async throws {
    try await TestAPIServer.run { server in
      server.store.setInstalled(false, .ipAddressPools)
      let pools = Selection(ResourceType(.ipAddressPool))
      try await following(pools, of: server.endpoint()) { mirror in
        try await eventually { mirror.isComplete }
        try await eventually { mirror.conditions.last == .notInstalled }
        server.store.setInstalled(true, .ipAddressPools)
        let pool: JSONValue = [
          "metadata": ["name": "p", "namespace": "metallb-system"],
          "spec": ["addresses": ["192.0.2.0/24"]],
        ]
        server.store.put(pool, .ipAddressPools)
        try await eventually { mirror.shows(.ipAddressPools, of: server) }
        server.store.setInstalled(false, .ipAddressPools)
        try await eventually { mirror.view.isEmpty && mirror.conditions.last == .notInstalled }
      }
    }
  }

  @Test("That a kind is not installed is proved by what the server says it serves")
  func notInstalledForSure() async throws {
    try await TestAPIServer.run { server in
      server.store.setInstalled(false, .ipAddressPools)
      var configuration = Reflector.Configuration.patient
      configuration.firstAbsenceConfirmation = .hours(1)
      let pools = Selection(ResourceType(.ipAddressPool))
      try await following(pools, of: server.endpoint(), configuration) { mirror in
        try await eventually { mirror.isComplete && mirror.conditions == [.notInstalled] }
        #expect(server.faults.count(of: .other) == 1)
      }
    }
  }

  /// Each fault of the list or of the watch, in both ways to list.
  static let faults: [(FaultPlan.Request, Fault)] = [
    .list, .page, .stream, .watch,
  ].flatMap { request in
    [
      .status(500), .status(503, retryAfter: 0), .status(429, retryAfter: 1), .status(403),
      .status(404), .status(410), .unauthorized, .cut(after: 0), .cut(after: 300),
      .stall(after: 300), .silence, .slow(size: 700, pause: 1), .garbage,
    ].map { (request, $0) }
      + (request == .watch || request == .stream
        ? [(request, .end(after: 5)), (request, .expire)] : [])
  }

  @Test("After each fault at each moment the reader sees what the server has", arguments: faults)
  func fault(request: FaultPlan.Request, fault: Fault) async throws {
    try await TestAPIServer.run { server in
      server.putServices(0..<25)
      server.faults.add(fault, to: request)
      let configuration: Reflector.Configuration = request == .stream ? .quick : .quickPages
      try await following(services, of: server.endpoint(), configuration) { mirror in
        try await eventually { mirror.shows(.services, of: server) }
        server.putServices(20..<30)
        server.store.remove(ObjectName(namespace: "default", name: "web-3"), .services)
        try await eventually { mirror.shows(.services, of: server) }
        #expect(server.faults.total < 30, "\(server.faults.total) requests")
      }
    }
  }

  @Test("A watch that is cut goes on from its version without a new list")
  func resumes() async throws {
    try await TestAPIServer.run { server in
      server.putServices(0..<5)
      server.faults.add(.end(after: 50), .cut(after: 10), .stall(after: 0), to: .watch)
      try await following(services, of: server.endpoint(), .quickPages) { mirror in
        for number in 5..<25 {
          server.putServices(number..<number + 1)
          try await eventually { mirror.shows(.services, of: server) }
        }
        #expect(server.faults.count(of: .list) == 1)
        #expect(server.faults.count(of: .watch) >= 2)
      }
    }
  }

  @Test("A version that has expired while the watch was broken leads to a list, and to removals")
  func expired() async throws {
    try await TestAPIServer.run { server in
      server.putServices(0..<15)
      server.faults.add(.end(after: 400), .status(500), .status(500), to: .watch)
      try await following(services, of: server.endpoint(), .quickPages) { mirror in
        try await eventually { mirror.shows(.services, of: server) }
        try await eventually { server.store.watchCount == 0 }
        server.store.remove(ObjectName(namespace: "default", name: "web-3"), .services)
        server.putServices(20..<21)
        server.store.compact()
        try await eventually { mirror.shows(.services, of: server) }
        #expect(mirror.removals == 1)
      }
    }
  }

  @Test("While the server fails, the last state stays")
  func outage() async throws {
    try await TestAPIServer.run { server in
      server.putServices(0..<5)
      server.faults.add(.end(after: 300), to: .watch)
      try await following(services, of: server.endpoint(), .quickPages) { mirror in
        try await eventually { mirror.shows(.services, of: server) }
        server.faults.set(.status(500), for: .watch)
        try await eventually { mirror.conditions.count == 2 }
        #expect(mirror.view.count == 5 && mirror.isComplete)
        server.faults.set(nil, for: .watch)
        server.putServices(5..<6)
        try await eventually { mirror.shows(.services, of: server) }
        #expect(mirror.upserts == 6 && mirror.removals == 0)
      }
    }
  }

  @Test("Who waits long for a server asks it when it is well for somebody else")
  func outageEndsForAll() async throws {
    try await TestAPIServer.run { server in
      server.putServices(0..<5)
      var patient = Reflector.Configuration.quickPages
      patient.backoff = Backoff(base: .minutes(10), maximum: .minutes(10))
      try await withClient(server.endpoint()) { client in
        server.faults.set(.status(503), for: .list)
        let (mirror, other) = (Mirror(), Mirror())
        let tasks = [(mirror, patient), (other, .quickPages)].map { mirror, configuration in
          Task { [services] in
            await client.follow(
              services, configuration: configuration, deliver: { mirror.take($0) },
              report: { mirror.note($0) })
          }
        }
        try await eventually { !mirror.conditions.isEmpty && !other.conditions.isEmpty }
        #expect(mirror.view.isEmpty)
        server.faults.set(nil, for: .list)
        try await eventually { mirror.shows(.services, of: server) }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
      }
    }
  }

  @Test("A random row of faults ends in the state of the server", arguments: 0..<12)
  func randomFaults(seed: Int) async throws {
    try await TestAPIServer.run { server in
      var generator = SeededGenerator(seed)
      let kinds = Self.faults.filter { $0.1 != .silence }
      server.putServices(0..<30)
      let configuration: Reflector.Configuration = seed % 2 == 0 ? .quick : .quickPages
      try await following(services, of: server.endpoint(), configuration) { mirror in
        for _ in 0..<15 {
          if let (request, fault) = kinds.randomElement(using: &generator) {
            server.faults.add(fault, to: request)
          }
          let number = Int.random(in: 0..<40, using: &generator)
          switch Int.random(in: 0..<8, using: &generator) {
          case 0..<4:
            let labels: [String: JSONValue] = ["n": .integer(.random(in: 0...9, using: &generator))]
            server.store.put(TestAPIServer.service("web-\(number)", labels: labels), .services)
          case 4..<7:
            server.store.remove(
              ObjectName(namespace: "default", name: "web-\(number)"), .services)
          default: server.store.compact()
          }
          if Bool.random(using: &generator) { try await Task.sleep(for: .milliseconds(20)) }
        }
        server.putServices(50..<51)
        try await eventually("seed \(seed)") { mirror.shows(.services, of: server) }
      }
    }
  }
}
