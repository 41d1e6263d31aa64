import Assignment
import Resources
import Testing

/// Rows N1 to N14, as far as Node objects and drains decide them.
@Suite struct NodeGateTests {
  static let label = "node.kubernetes.io/exclude-from-external-load-balancers"

  /// Two nodes, of which node-1 is changed.
  static func cluster(_ change: (inout Node) -> Void) -> Cluster {
    var cluster = Cluster(
      ["node-1", "node-2"], services: [.fixture("web", ["192.0.2.1"])],
      slices: [.fixture("web", [("node-1", .ready), ("node-2", .ready)])])
    change(&cluster.nodes[0])
    return cluster
  }

  @Test func n1NodeWithoutObjectNeverAnnounces() {
    var cluster = Self.cluster { _ in }
    cluster.nodes.removeFirst()
    #expect(cluster.layer2("192.0.2.1", on: "node-1") == .nodeUnknown)
    #expect(cluster.announcers(of: "192.0.2.1") == ["node-2"])
  }

  @Test(arguments: ["", "true", "x", "TRUE", "1", "fAlse", "no"])
  func n2ExcludeLabel(_ value: String) {
    let cluster = Self.cluster { $0.metadata.labels[Self.label] = value }
    #expect(cluster.layer2("192.0.2.1", on: "node-1") == .nodeExcluded)
    #expect(cluster.bgp("192.0.2.1", on: "node-1") == .nodeExcluded)
    #expect(cluster.announcers(of: "192.0.2.1") == ["node-2"])
  }

  @Test(arguments: ["false", "False", "FALSE", "f", "F", "0"])
  func n3ExcludeLabelThatIsFalse(_ value: String) {
    let cluster = Self.cluster { $0.metadata.labels[Self.label] = value }
    #expect(cluster.bgp("192.0.2.1", on: "node-1") == .announced)
    #expect([.owner, .candidate].contains(cluster.layer2("192.0.2.1", on: "node-1")))
  }

  @Test func n4ExcludeLabelIgnored() {
    var cluster = Self.cluster { $0.metadata.labels[Self.label] = "" }
    cluster.nodes[1].metadata.labels[Self.label] = "true"
    #expect(cluster.announcers(of: "192.0.2.1").isEmpty)
    let options = Assignment.Options(ignoreExcludeLabel: true)
    #expect(cluster.announcers(of: "192.0.2.1", options: options).count == 1)
  }

  @Test(arguments: [
    ("N5", Reason.nodeNetworkUnavailable), ("N7 deleted", .nodeLeaving),
    ("N7 autoscaler", .nodeLeaving), ("N8", .nodeOutOfService), ("N14", .nodeDraining),
  ])
  func closedGates(_ row: String, _ reason: Reason) {
    var cluster = Self.cluster { node in
      switch row {
      case "N5": node.isNetworkUnavailable = true
      case "N7 deleted": node.metadata.isBeingDeleted = true
      case "N7 autoscaler": node.taints = ["ToBeDeletedByClusterAutoscaler"]
      case "N8": node.taints = ["node.kubernetes.io/out-of-service"]
      default: break
      }
    }
    if row == "N14" { cluster.draining = ["node-1"] }
    #expect(cluster.layer2("192.0.2.1", on: "node-1") == reason)
    #expect(cluster.bgp("192.0.2.1", on: "node-1") == reason)
    #expect(cluster.announcers(of: "192.0.2.1") == ["node-2"])
  }

  @Test func n6SelectorsAndInterfaces() {
    var cluster = Self.cluster { _ in }
    cluster.configuration.l2Advertisements = [.fixture(nodes: ["node-2"])]
    #expect(cluster.announcers(of: "192.0.2.1") == ["node-2"])
    cluster.configuration.l2Advertisements = [.fixture(interfaces: ["eth1"])]
    cluster.interfaces = ["node-1": ["eth0"], "node-2": ["eth0", "eth1"]]
    #expect(cluster.layer2("192.0.2.1", on: "node-1") == .noMatchingInterface)
    #expect(cluster.announcers(of: "192.0.2.1") == ["node-2"])
  }

  /// N9, N10 and N12: these nodes stay fit and rank behind; whatever the hash says, the better of
  /// two owns all of many addresses.
  @Test(arguments: [
    (Node.fixture("node-1", ready: .no), Node.fixture("node-2")),
    (.fixture("node-1", ready: .unknown), .fixture("node-2")),
    (.fixture("node-1", cordoned: true), .fixture("node-2")),
    (.fixture("node-1", ready: .no), .fixture("node-2", ready: .unknown)),
    (.fixture("node-1", ready: .no), .fixture("node-2", cordoned: true)),
    (.fixture("node-1", ready: .unknown), .fixture("node-2", cordoned: true)),
  ])
  func readinessAndCordonsRankOnly(_ worse: Node, _ better: Node) throws {
    var cluster = Self.cluster { _ in }
    cluster.nodes = [worse, better]
    cluster.services = [.fixture("web", (1...16).map { "192.0.2.\($0)" })]
    let machine = cluster.machine(on: "node-1")
    for summary in machine.addresses() {
      #expect(summary.owner == "node-2")
      #expect(summary.layer2.reason == .candidate)
      #expect(summary.layer2.sentence.contains("by its state"))
      #expect(summary.bgp.isFit)
    }
    cluster.nodes = [worse]
    #expect(cluster.announcers(of: "192.0.2.1") == ["node-1"])
  }

  /// N9: a node that is not ready takes an address only if no other can, even where its endpoints
  /// are the better ones; any other state of a node counts less than its endpoints.
  @Test(arguments: [(Node.ConditionStatus.no, "node-2"), (.unknown, "node-1"), (.yes, "node-1")])
  func notReadyCountsMoreThanEndpoints(_ ready: Node.ConditionStatus, _ owner: String) {
    var cluster = Self.cluster { $0.ready = ready }
    cluster.services[0].externalTrafficPolicy = .local
    cluster.slices = [.fixture("web", [("node-1", .ready), ("node-2", .readyWhileTerminating)])]
    #expect(cluster.announcers(of: "192.0.2.1") == [owner])
  }
}
