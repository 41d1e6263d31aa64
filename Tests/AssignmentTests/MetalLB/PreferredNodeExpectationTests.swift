import Addresses
import Assignment
import Resources
import Testing

/// The cases of MetalLB's preferred-node tests.
@Suite struct PreferredNodeExpectationTests {
  static let names = ["edge-a", "edge-b", "worker-a", "worker-b"]
  static let edge = LabelSelector(matchLabels: ["role": "edge"])

  static func cluster(
    _ advertisements: [L2Advertisement], policy: Service.TrafficPolicy = .cluster,
    endpoints: [String] = names
  ) -> Cluster {
    var cluster = Cluster(
      [], services: [.fixture("web", ["192.0.2.1"], policy: policy, labels: ["app": "web"])],
      slices: [.fixture("web", endpoints.map { ($0, .ready) })],
      configuration: Configuration(pools: [.both], l2Advertisements: advertisements))
    cluster.nodes = names.map {
      .fixture($0, labels: ["role": $0.hasPrefix("edge") ? "edge" : "worker"])
    }
    return cluster
  }

  static func weights(_ cluster: Cluster) throws -> [String: Int] {
    let report = try #require(cluster.machine(on: "edge-a").report(for: ip("192.0.2.1")))
    return Dictionary(uniqueKeysWithValues: report.nodes.map { ($0.node, $0.weight) })
  }

  /// TestPreferredScoresFor and TestPreferredNodeScores: sums within and over advertisements; an
  /// empty preference matches all nodes; none makes zero.
  @Test func sums() throws {
    let summed = try Self.weights(
      Self.cluster([
        .fixture("a", preferred: [(70, .node("edge-a"))]),
        .fixture("b", preferred: [(30, .node("edge-a")), (50, .node("edge-b"))]),
      ]))
    #expect(summed == ["edge-a": 100, "edge-b": 50, "worker-a": 0, "worker-b": 0])
    let everybody = try Self.weights(
      Self.cluster([.fixture(preferred: [(10, LabelSelector()), (5, Self.edge)])]))
    #expect(everybody == ["edge-a": 15, "edge-b": 15, "worker-a": 10, "worker-b": 10])
    #expect(try Self.weights(Self.cluster([.fixture()])).values.allSatisfy { $0 == 0 })
  }

  /// A preference scores only nodes that its own advertisement selects.
  @Test func otherNodesAreNeverScored() throws {
    let weights = try Self.weights(
      Self.cluster([
        .fixture("a", nodes: ["worker-a"], preferred: [(90, .node("edge-a"))]), .fixture("b"),
      ]))
    #expect(weights.values.allSatisfy { $0 == 0 })
  }

  /// TestShouldAnnouncePreferredNode.
  @Test func thePreferredNodeWins() {
    let advertisement = L2Advertisement.fixture(preferred: [(100, .node("edge-a"))])
    #expect(Self.cluster([advertisement]).announcers(of: "192.0.2.1") == ["edge-a"])
    #expect(
      Self.cluster([advertisement], policy: .local, endpoints: ["worker-a"])
        .announcers(of: "192.0.2.1") == ["worker-a"])
  }

  /// TestShouldAnnounceSplitBrainWithMixedAds: an advertisement for other services has no say, and
  /// all nodes see the same scores.
  @Test func mixedAdvertisements() {
    let cluster = Self.cluster([
      .fixture("edge", nodes: ["edge-a", "edge-b"], preferred: [(100, .node("edge-a"))]),
      .fixture("all"),
      .fixture("poison", services: [.app("else")], preferred: [(1000, .node("worker-b"))]),
    ])
    #expect(cluster.announcers(of: "192.0.2.1") == ["edge-a"])
  }

  /// TestShouldAnnouncePreferredNodeFailover.
  @Test func failover() {
    var cluster = Self.cluster([.fixture(preferred: [(100, Self.edge)])])
    let nodes = cluster.nodes
    let tie = cluster.announcers(of: "192.0.2.1")
    #expect(tie == ["edge-a"] || tie == ["edge-b"])
    cluster.nodes = nodes.filter { $0.name != "edge-a" }
    #expect(cluster.announcers(of: "192.0.2.1") == ["edge-b"])
    cluster.nodes = nodes.filter { $0.name != "edge-b" }
    #expect(cluster.announcers(of: "192.0.2.1") == ["edge-a"])
    cluster.nodes = nodes.filter { $0.name.hasPrefix("worker") }
    #expect(cluster.announcers(of: "192.0.2.1").count == 1)
  }
}
