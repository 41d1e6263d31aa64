import Addresses
import Resources
import Testing

@testable import Lab

@Suite struct ServiceProxyRulesTests {
  @Test func scriptOfTheLab() {
    let workloads = Workload.ofLab(topology: topology).filter {
      ["l2-cluster", "l2-local"].contains($0.name)
    }
    let rules = ServiceProxyRules(
      services: workloads.map(\.service), slices: workloads.flatMap(\.slices), node: "node-1")
    let expected = """
      table inet bellman_lab {}
      delete table inet bellman_lab
      table inet bellman_lab {
        chain cluster_0 {
          meta mark set meta mark or 0x4000
          meta l4proto tcp dnat ip addr . port to numgen random mod 3 map { \
      0 : 198.51.100.130 . 8080, 1 : 198.51.100.134 . 8080, 2 : 198.51.100.138 . 8080 }
        }
        chain local_1 {
          meta l4proto tcp dnat ip addr . port to numgen random mod 1 map { \
      0 : 198.51.100.130 . 8080 }
        }
        chain local_2 {
          meta l4proto tcp dnat ip6 addr . port to numgen random mod 1 map { \
      0 : 2001:db8:0:101::2 . 8080 }
        }
        map services4 {
          type ipv4_addr . inet_proto . inet_service : verdict
          elements = {
            192.0.2.130 . tcp . 80 : goto cluster_0,
            192.0.2.131 . tcp . 80 : goto local_1
          }
        }
        set dropped4 {
          type ipv4_addr . inet_proto . inet_service
        }
        set addresses4 {
          type ipv4_addr
          elements = {
            192.0.2.130,
            192.0.2.131
          }
        }
        map services6 {
          type ipv6_addr . inet_proto . inet_service : verdict
          elements = {
            2001:db8:0:2:1::131 . tcp . 80 : goto local_2
          }
        }

      """
    #expect(rules.script.hasPrefix(expected))
  }

  @Test func localWithoutALocalEndpointDrops() {
    let workload = Workload.ofLab(topology: topology)[1]
    let script = ServiceProxyRules(
      services: [workload.service], slices: workload.slices, node: "node-2"
    ).script
    #expect(!script.contains("dnat"))
    #expect(
      script.contains(
        "set dropped4 {\n    type ipv4_addr . inet_proto . inet_service\n    elements = {\n      192.0.2.131 . tcp . 80\n    }"
      ))
  }

  @Test func portsWithTheSameEndpointsShareAChain() {
    let bulk = Workload.bulk(2000, topology: topology)
    let script = ServiceProxyRules(
      services: bulk.map(\.service), slices: bulk.flatMap(\.slices), node: "node-1"
    ).script
    #expect(script.matches(of: /chain cluster_\d+/).count == 2)
    #expect(script.matches(of: /: goto cluster_/).count == 2000)
  }

  @Test func transportsAreKeptApart() throws {
    var workload = Workload.ofLab(topology: topology)[0]
    workload.service.ports = [
      Service.Port(name: "dns", transport: "UDP", port: 53),
      Service.Port(name: "dns-tcp", transport: "TCP", port: 53),
      Service.Port(name: "sctp", transport: "SCTP", port: 53),
    ]
    workload.slices[0].ports = [
      EndpointSlice.Port(name: "dns", transport: "UDP", port: 5353),
      EndpointSlice.Port(name: "dns-tcp", transport: "TCP", port: 5354),
      EndpointSlice.Port(name: "sctp", transport: "SCTP", port: 5355),
    ]
    let script = ServiceProxyRules(
      services: [workload.service], slices: workload.slices, node: "node-1"
    ).script
    #expect(script.contains("192.0.2.130 . udp . 53 : goto cluster_0"))
    #expect(script.contains("192.0.2.130 . tcp . 53 : goto cluster_1"))
    #expect(script.contains("0 : 198.51.100.130 . 5353"))
    #expect(script.contains("0 : 198.51.100.130 . 5354"))
    #expect(!script.contains("5355"))
  }

  @Test func otherTypesAreNotServed() {
    var workload = Workload.ofLab(topology: topology)[0]
    workload.service.type = .nodePort
    let script = ServiceProxyRules(
      services: [workload.service], slices: workload.slices, node: "node-1"
    ).script
    #expect(!script.contains("192.0.2.130"))
  }

  @Test func theFirstByNameHasAnAddressAndPortThatTwoClaim() {
    let workloads = ["b", "a"].map { name in
      Workload(
        name: name, policy: name == "a" ? .local : .cluster,
        ingress: [.v4(IPv4Address(192, 0, 2, 140))], pods: topology.pods)
    }
    let script = ServiceProxyRules(
      services: workloads.map(\.service), slices: workloads.flatMap(\.slices), node: "node-1"
    ).script
    #expect(script.matches(of: /: goto local_/).count == 1)
    #expect(script.contains("192.0.2.140 . tcp . 80 : goto local_0"))
  }

  @Test func theOrderOfTheObjectsDoesNotMatter() {
    let workloads = Workload.ofLab(topology: topology)
    let forward = ServiceProxyRules(
      services: workloads.map(\.service), slices: workloads.flatMap(\.slices), node: "node-1")
    let backward = ServiceProxyRules(
      services: workloads.reversed().map(\.service),
      slices: workloads.reversed().flatMap(\.slices), node: "node-1")
    #expect(forward == backward)
  }
}
