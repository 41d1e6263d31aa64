import Addresses
import Assignment
import Resources
import Testing

/// Every combination of the three conditions, absent ones included, of an endpoint on this node and
/// one on another, under both policies and for both families, against the oracle.
@Suite struct PolicyMatrixTests {
  struct Conditions {
    let ready: Bool?
    let serving: Bool?
    let terminating: Bool?
  }

  static let values: [Bool?] = [nil, true, false]
  /// No endpoint, and one in each combination of conditions.
  static let all: [Conditions?] =
    [nil]
    + values.flatMap { ready in
      values.flatMap { serving in
        values.map { Conditions(ready: ready, serving: serving, terminating: $0) }
      }
    }

  static func endpoint(
    _ conditions: Conditions?, _ address: IPAddress, on node: String
  ) -> [EndpointSlice.Endpoint] {
    guard let conditions else { return [] }
    return [
      EndpointSlice.Endpoint(
        addresses: [address], ready: conditions.ready, serving: conditions.serving,
        terminating: conditions.terminating, nodeName: node)
    ]
  }

  @Test(arguments: [Service.TrafficPolicy.cluster, .local], AddressFamily.allCases)
  func agreesWithTheTables(_ policy: Service.TrafficPolicy, _ family: AddressFamily) throws {
    let addresses = [ip("192.0.2.1"), ip("2001:db8::1")]
    let pods =
      family == .ipv4
      ? [ip("198.51.100.1"), ip("198.51.100.2")] : [ip("2001:db8:1::1"), ip("2001:db8:1::2")]
    var cluster = Cluster(
      ["node-1", "node-2", "node-3"],
      services: [.fixture("web", addresses.map(\.description), policy: policy)])
    var machine = cluster.machine(on: "node-1")
    var fitCount = 0
    for local in Self.all {
      for remote in Self.all {
        var slice = EndpointSlice.fixture("web", [], family: family)
        slice.endpoints =
          Self.endpoint(local, pods[0], on: "node-1")
          + Self.endpoint(remote, pods[1], on: "node-2")
        cluster.slices = [slice]
        _ = machine.handle(.endpointSlice(slice))
        let oracle = NaiveOracle(cluster: cluster)
        for address in addresses {
          let report = try #require(machine.report(for: address))
          let expected = oracle.fit(address, layer2: true)
          for node in report.nodes {
            let isFit = expected[node.node] != nil
            #expect(node.layer2.isFit == isFit, "\(slice.endpoints) on \(node.node)")
            #expect(node.bgp.isFit == isFit, "\(slice.endpoints) on \(node.node)")
            #expect(node.fitness.map { Int($0.endpoints.rawValue) } == expected[node.node])
            if !isFit {
              let reason: Reason = policy == .local ? .noLocalEndpoint : .noEndpoint
              #expect(node.layer2.reason == reason)
              #expect(node.bgp.reason == reason)
            }
            fitCount += isFit ? 1 : 0
          }
          #expect(
            report.summary.owner.map { oracle.firstOfLayer2(address).contains($0) }
              ?? expected.isEmpty)
        }
      }
    }
    #expect(fitCount > 0)
  }
}
