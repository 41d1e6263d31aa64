import KubernetesClient
import NIOCore
import Resources
import Status
import TestAPIServer
import Testing

@testable import Speaker

@Suite("A speaker that reads an API server", .serialized)
struct KubernetesSourceTests {
  private func withRig(_ body: @Sendable (ClusterRig) async throws -> Void) async throws {
    try await TestAPIServer.run { server in
      server.put(
        ClusterObjects.node("node-1"), ClusterObjects.pool("pool", "192.0.2.0/24"),
        ClusterObjects.l2Advertisement())
      for number in 1...20 {
        server.put(
          ClusterObjects.service("web-\(number)", "192.0.2.\(number)"),
          ClusterObjects.slice("web-\(number)"))
      }
      try await ClusterRig.run(server) { try await body($0) }
    }
  }

  @Test func itDecidesAsFromManifestsAndFollowsChanges() async throws {
    try await withRig { rig in
      try await rig.eventually("20 addresses") { $0.addresses.count == 20 }
      let status = await rig.control.statusDocument()
      #expect(status.problems == [] && status.source.isCluster && status.source.complete)
      #expect(status.source.objects["Service"] == 20)
      #expect(status.addresses.allSatisfy { $0.pool == "pool" })
      rig.server.put(ClusterObjects.service("web-1", "192.0.2.101"))
      rig.server.store.remove(ObjectName(namespace: "shop", name: "web-2"), .services)
      rig.server.put(ClusterObjects.service("web-3", "192.0.2.3", type: "ClusterIP"))
      try await rig.eventually("the changes") { document in
        let shown = Set(document.addresses.map { "\($0.address)" })
        return document.addresses.count == 18 && shown.contains("192.0.2.101")
          && shown.isDisjoint(with: ["192.0.2.1", "192.0.2.2", "192.0.2.3"])
      }
    }
  }

  private static func saysUnreachable(_ document: StatusDocument) -> Bool {
    document.problems.contains { $0.message.hasPrefix("the API cannot be reached") }
  }

  @Test func nothingIsDecidedBeforeTheLastKindWasRead() async throws {
    try await TestAPIServer.run { server in
      server.put(ClusterObjects.node("node-1"), ClusterObjects.service("web", "192.0.2.1"))
      server.faults.set(.status(500), for: .stream)
      server.faults.set(.status(500), for: .list)
      try await ClusterRig.run(server) { rig in
        try await rig.eventually("the failures are shown") {
          $0.problems.count == ClusterStream.kinds.count + 1 && Self.saysUnreachable($0)
        }
        #expect(await rig.control.statusDocument().addresses == [])
        #expect(await !rig.control.isReady)
        server.faults.set(nil, for: .stream)
        server.faults.set(nil, for: .list)
        try await rig.eventually("all is read") {
          $0.problems.isEmpty && $0.addresses.count == 1
        }
      }
    }
  }

  @Test func anOutageChangesNothingAndWhatCameMeanwhileFollows() async throws {
    try await withRig { rig in
      try await rig.eventually("20 addresses") { $0.addresses.count == 20 }
      let before = await rig.addresses()
      for request in FaultPlan.Request.allCases {
        rig.server.faults.set(.status(503), for: request)
      }
      // The watches that are open end.
      rig.server.store.endWatches()
      try await rig.eventually("the outage is shown") {
        $0.problems.count == ClusterStream.kinds.count + 1 && Self.saysUnreachable($0)
      }
      #expect(await rig.addresses() == before)
      for number in 1...10 {
        rig.server.store.remove(
          ObjectName(namespace: "shop", name: "web-\(number)"), .services)
      }
      rig.server.put(ClusterObjects.service("new", "192.0.2.200"))
      rig.server.store.compact()
      #expect(await rig.addresses() == before)
      for request in FaultPlan.Request.allCases { rig.server.faults.set(nil, for: request) }
      var seen: Set<Int> = []
      try await rig.eventually("the new state") {
        seen.insert($0.addresses.count)
        return $0.addresses.count == 11
      }
      #expect(seen.isSubset(of: [20, 11]), "in one pass")
    }
  }

  @Test func metalLBThatIsInstalledLaterIsFound() async throws {
    try await TestAPIServer.run { server in
      let types = ServedType.all.filter { $0.group == "metallb.io" }
      for type in types { server.store.setInstalled(false, type) }
      server.put(ClusterObjects.node("node-1"), ClusterObjects.service("web", "192.0.2.1"))
      try await ClusterRig.run(server) { rig in
        try await rig.eventually("the service is known") {
          $0.addresses.first?.layer2.reason == "addressInNoPool" && $0.problems.isEmpty
        }
        for type in types { server.store.setInstalled(true, type) }
        server.put(ClusterObjects.pool("pool", "192.0.2.0/24"))
        try await rig.eventually("the pool is known") { $0.addresses.first?.pool == "pool" }
      }
    }
  }

  /// Clusters lack kinds that MetalLB of their age does not have; their speakers start no later.
  @Test func aKindThatItsGroupLacksHoldsNoStartUp() async throws {
    try await TestAPIServer.run { server in
      for kind in ["Community", "BFDProfile"] {
        let type = try #require(ServedType(of: ClusterObjects.metallb(kind, "x", [:])))
        server.store.setInstalled(false, type)
      }
      server.put(
        ClusterObjects.node("node-1"), ClusterObjects.pool("pool", "192.0.2.0/24"),
        ClusterObjects.service("web", "192.0.2.1"))
      var requests = Reflector.Configuration.patient
      requests.firstAbsenceConfirmation = .hours(1)
      try await ClusterRig.run(server, requests) { rig in
        try await rig.eventually("it has read everything") {
          $0.addresses.first?.pool == "pool" && $0.problems.isEmpty
        }
        #expect(server.faults.count(of: .other) == 2, "each is asked about once")
      }
    }
  }
}
