import KubernetesClient
import Resources
import Status
import TestAPIServer
import TestSupport
import Testing

@testable import Speaker

/// Whatever goes wrong with requests, at whatever moment of list and watch, the speaker ends where it
/// would have ended without it.
@Suite("Random faults between speaker and API server", .serialized)
struct FaultScheduleTests {
  /// The most requests that one schedule may cost: ten streams that are each retried after every
  /// fault, with room for watches that end.
  private static let mostRequests = 1200

  @Test(arguments: 0..<12 as Range<UInt64>)
  func theEndIsTheSame(seed: UInt64) async throws {
    try await TestAPIServer.run { server in
      var generator = SeededGenerator(seed)
      server.put(
        ClusterObjects.node("node-1"), ClusterObjects.l2Advertisement(),
        ClusterObjects.secret("router", "lab"), ClusterObjects.peer("router", secret: "router"))
      for number in 0..<15 { Self.change(server, number, &generator) }
      Self.addFaults(to: server, &generator)
      try await ClusterRig.run(server) { rig in
        for _ in 0..<6 {
          for _ in 0..<Int.random(in: 1...8, using: &generator) {
            Self.change(server, Int.random(in: 0..<30, using: &generator), &generator)
          }
          Self.addFaults(to: server, &generator)
          if Bool.random(using: &generator) { server.store.compact() }
          if Bool.random(using: &generator) { server.store.endWatches() }
          try await Task.sleep(for: .milliseconds(Int64.random(in: 0...150, using: &generator)))
        }
        // A last change, lest the end be the same by nothing having been followed.
        server.put(ClusterObjects.service("last", "192.0.2.250"), ClusterObjects.slice("last"))
        let expected = try await Self.withoutFaults(server)
        #expect(expected["192.0.2.250"] != nil)
        try await rig.eventually("the state without faults") { document in
          document.source.complete && document.addresses.count == expected.count
            && document.addresses.allSatisfy {
              expected["\($0.address)"]
                == "\($0.services) \($0.pool ?? "-") \($0.layer2.reason)"
            }
        }
      }
      #expect(server.faults.total < Self.mostRequests, "\(server.faults.total) requests")
    }
  }

  /// What a speaker sees that never met a fault: one that asks a server with the same objects.
  private static func withoutFaults(_ server: TestAPIServer) async throws -> [String: String] {
    try await TestAPIServer.run { twin in
      for type in ServedType.all {
        for name in server.store.versions(of: type).keys.sorted() {
          if let object = server.store.object(name, type) { twin.store.put(object, type) }
        }
      }
      return try await ClusterRig.run(twin) { rig in
        try await rig.eventually("the twin has read everything") { document in
          document.addresses.contains { "\($0.address)" == "192.0.2.250" }
        }
        return await rig.addresses()
      }
    }
  }

  private static func change(
    _ server: TestAPIServer, _ number: Int, _ generator: inout SeededGenerator
  ) {
    let name = "web-\(number)"
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: server.store.remove(ObjectName(namespace: "shop", name: name), .services)
    case 1:
      server.store.remove(ObjectName(namespace: "shop", name: "\(name)-1"), .endpointSlices)
    case 2: server.put(ClusterObjects.slice(name, node: "node-\(number % 3)"))
    case 3:
      let range = number.isMultiple(of: 2) ? "192.0.2.0/24" : "192.0.2.0-192.0.2.9"
      server.put(ClusterObjects.pool("pool", range), ClusterObjects.node("node-\(number % 3)"))
    default:
      let host = Int.random(in: 1...20, using: &generator)
      server.put(
        ClusterObjects.service(name, "192.0.2.\(host)"), ClusterObjects.slice(name))
    }
  }

  private static func addFaults(to server: TestAPIServer, _ generator: inout SeededGenerator) {
    for request in [FaultPlan.Request.list, .page, .watch, .stream] {
      for _ in 0..<Int.random(in: 0...4, using: &generator) {
        server.faults.add(fault(&generator), to: request)
      }
    }
  }

  private static func fault(_ generator: inout SeededGenerator) -> Fault {
    let octets = Int.random(in: 0...3000, using: &generator)
    switch Int.random(in: 0..<10, using: &generator) {
    case 0: return .status([429, 500, 503].randomElement(using: &generator) ?? 500)
    case 1: return .status(429, retryAfter: 1)
    case 2: return .unauthorized
    case 3: return .cut(after: octets)
    case 4: return .stall(after: octets)
    case 5: return .silence
    case 6: return .slow(size: 200, pause: 5)
    case 7: return .garbage
    case 8: return .end(after: octets / 10)
    default: return .expire
    }
  }
}
