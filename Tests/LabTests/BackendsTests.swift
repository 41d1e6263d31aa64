import Addresses
import Resources
import Testing

@testable import Lab

/// Which endpoints the proxy of `node-1` uses: KEP-1669, as kube-proxy has it.
@Suite struct BackendsTests {
  /// An endpoint's conditions and node; its address is 198.51.100.X, X counted from 1.
  struct Endpoint: Sendable {
    var ready: Bool?
    var serving: Bool?
    var terminating: Bool?
    var node = "node-1"
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var policy: Service.TrafficPolicy
    var endpoints: [Endpoint]
    /// The last octets of the addresses of the endpoints in use.
    var used: [Int]
  }

  static let ready = Endpoint(ready: true, serving: true, terminating: false)
  static let leaving = Endpoint(ready: false, serving: true, terminating: true)
  static let gone = Endpoint(ready: false, serving: false, terminating: true)
  static let starting = Endpoint(ready: false, serving: false, terminating: false)

  static func on(_ node: String, _ endpoint: Endpoint) -> Endpoint {
    var result = endpoint
    result.node = node
    return result
  }

  static let cases = [
    Case(testDescription: "ready", policy: .cluster, endpoints: [ready, ready], used: [1, 2]),
    Case(
      testDescription: "absent conditions count as ready", policy: .cluster,
      endpoints: [Endpoint()], used: [1]),
    Case(
      testDescription: "leaving ones are left while others are ready", policy: .cluster,
      endpoints: [leaving, ready], used: [2]),
    Case(
      testDescription: "leaving ones serve where none is ready", policy: .cluster,
      endpoints: [leaving, gone, starting], used: [1]),
    Case(testDescription: "none", policy: .cluster, endpoints: [gone, starting], used: []),
    Case(
      testDescription: "other nodes count under Cluster", policy: .cluster,
      endpoints: [on("node-2", ready)], used: [1]),
    Case(
      testDescription: "other nodes do not count under Local", policy: .local,
      endpoints: [on("node-2", ready), ready], used: [2]),
    Case(
      testDescription: "a leaving local one serves beside a ready one elsewhere", policy: .local,
      endpoints: [on("node-2", ready), leaving], used: [2]),
    Case(
      testDescription: "Local without a local one", policy: .local,
      endpoints: [on("node-2", ready)], used: []),
  ]

  @Test(arguments: cases) func usableEndpoints(_ test: Case) {
    let slice = EndpointSlice(
      metadata: ObjectMetadata(name: ObjectName(namespace: "lab", name: "web-ipv4")),
      serviceName: ObjectName(namespace: "lab", name: "web"), family: .ipv4,
      endpoints: test.endpoints.enumerated().map { index, endpoint in
        EndpointSlice.Endpoint(
          addresses: [.v4(IPv4Address(198, 51, 100, UInt8(index + 1)))], ready: endpoint.ready,
          serving: endpoint.serving, terminating: endpoint.terminating, nodeName: endpoint.node)
      }, ports: [EndpointSlice.Port(name: "http", port: 8080)])
    let backends = Backends(
      port: Service.Port(name: "http", port: 80), policy: test.policy, family: .ipv4,
      slices: [slice], node: "node-1")
    #expect(
      backends.targets
        == test.used.map {
          Backends.Target(address: .v4(IPv4Address(198, 51, 100, UInt8($0))), port: 8080)
        })
    #expect(backends.masquerades == (test.policy == .cluster))
  }

  @Test(arguments: [("other", "TCP", nil), ("http", "UDP", nil), ("http", "TCP", 80 as UInt16)])
  func portsAreMatchedByNameAndTransport(name: String, transport: String, expected: UInt16?) {
    let slice = EndpointSlice(
      metadata: ObjectMetadata(name: ObjectName(namespace: "lab", name: "web-ipv4")),
      serviceName: nil, family: .ipv4,
      endpoints: [.init(addresses: [.v4(IPv4Address(198, 51, 100, 1))], nodeName: "node-1")],
      ports: [EndpointSlice.Port(name: name, transport: transport, port: nil)])
    let backends = Backends(
      port: Service.Port(name: "http", port: 80), policy: .cluster, family: .ipv4,
      slices: [slice], node: "node-1")
    #expect(backends.targets.first?.port == expected)
  }

  @Test func theOtherFamilyDoesNotCount() {
    let slice = EndpointSlice(
      metadata: ObjectMetadata(name: ObjectName(namespace: "lab", name: "web-ipv4")),
      serviceName: nil, family: .ipv4,
      endpoints: [.init(addresses: [.v4(IPv4Address(198, 51, 100, 1))], nodeName: "node-1")])
    let backends = Backends(
      port: Service.Port(port: 80), policy: .cluster, family: .ipv6, slices: [slice],
      node: "node-1")
    #expect(backends.targets.isEmpty)
  }
}
