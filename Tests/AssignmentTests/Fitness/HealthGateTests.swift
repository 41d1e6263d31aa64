import Addresses
import Assignment
import Resources
import Testing

/// Row S4: the health check node port of the own node.
@Suite struct HealthGateTests {
  private static let address = ip("192.0.2.1")

  private static func machine(
    policy: Service.TrafficPolicy = .local, port: UInt16? = 32_000, isGated: Bool = true,
    endpoints: [(node: String?, condition: Condition)] = [
      ("node-1", .ready), ("node-2", .ready),
    ]
  ) -> (Assignment, Announcements) {
    var service = Service.fixture("web", ["192.0.2.1"], policy: policy)
    service.healthCheckNodePort = port
    let cluster = Cluster(
      ["node-1", "node-2"], services: [service], slices: [.fixture("web", endpoints)])
    var machine = Assignment(
      node: "node-1", options: .init(hasElection: true, hasHealthGate: isGated))
    var said = Announcements()
    said.apply(machine.handle(.batch(cluster.events + [.sourcesComplete])))
    return (machine, said)
  }

  @Test func beforeItHasAnsweredNothingIsAnnounced() throws {
    let (machine, said) = Self.machine()
    #expect(said.routes.isEmpty)
    #expect(said.elections[Self.address]?.eligibility == .leaving(milliseconds: 1000))
    let summary = try #require(machine.summary(of: Self.address))
    #expect(summary.layer2.reason == .healthCheckFailing)
    #expect(summary.bgp.reason == .healthCheckFailing)
    #expect(summary.bgp.sentence.contains("healthCheckNodePort 32000 was not asked yet"))
  }

  @Test func itsAnswersBeginAndEndAnnouncements() throws {
    var (machine, said) = Self.machine()
    said.apply(machine.handle(.health(service: named("web"), .serving)))
    #expect(said.routes.count == 1)
    #expect(said.elections[Self.address]?.eligibility == .fit)
    said.apply(machine.handle(.health(service: named("web"), .failing("answered 503"))))
    #expect(said.routes.isEmpty)
    #expect(said.elections[Self.address]?.eligibility == .leaving(milliseconds: 1000))
    let summary = try #require(machine.summary(of: Self.address))
    #expect(summary.bgp.sentence.contains("healthCheckNodePort 32000 answered 503"))
    #expect(said.idleActions == 0)
  }

  /// The owner goes on answering until an heir has the address or its time is over.
  @Test func theOwnerHandsOver() throws {
    var (machine, said) = Self.machine()
    said.apply(machine.handle(.health(service: named("web"), .serving)))
    said.apply(
      machine.handle(.ownership(Self.address, Ownership(owner: "node-1", answersHere: true))))
    said.apply(machine.handle(.health(service: named("web"), .failing("refuses connections"))))
    #expect(said.layer2[Self.address] == .all)
    #expect(
      try #require(machine.summary(of: Self.address)).layer2.sentence.contains("hands 192.0.2.1"))
    said.apply(
      machine.handle(.ownership(Self.address, Ownership(owner: "node-2", answersHere: false))))
    #expect(said.layer2.isEmpty)
  }

  @Test func ofOtherNodesNothingIsKnown() throws {
    let (machine, said) = Self.machine()
    #expect(said.elections[Self.address]?.nodes.map(\.node) == ["node-2"])
    let report = try #require(machine.report(for: Self.address))
    #expect(report.nodes.first { $0.node == "node-2" }?.layer2.isFit == true)
  }

  @Test(
    "who is not asked is announced without",
    arguments: [
      (Service.TrafficPolicy.cluster, UInt16?(32_000), true), (.local, nil, true),
      (.local, 32_000, false),
    ])
  func ungated(policy: Service.TrafficPolicy, port: UInt16?, isGated: Bool) {
    var (machine, said) = Self.machine(policy: policy, port: port, isGated: isGated)
    #expect(said.routes.count == 1)
    #expect(machine.takeHealthPorts().isEmpty)
  }

  @Test func onlyWhatTheNodeCouldAnnounceIsAskedAbout() {
    var (machine, _) = Self.machine()
    #expect(machine.takeHealthPorts() == [named("web"): 32_000])
    #expect(machine.takeHealthPorts().isEmpty, "told once")
    _ = machine.handle(.endpointSlice(.fixture("web", [("node-2", .ready)])))
    #expect(machine.takeHealthPorts() == [named("web"): nil])
    _ = machine.handle(.endpointSlice(.fixture("web", [("node-1", .terminating)])))
    #expect(machine.takeHealthPorts() == [named("web"): 32_000])
    _ = machine.handle(.serviceRemoved(named("web")))
    #expect(machine.takeHealthPorts() == [named("web"): nil])
  }
}
