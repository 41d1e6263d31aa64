import Addresses
import Resources
import Testing

@Suite struct KubectlTests {
  @Test func readsAService() throws {
    let service = try #require(only(KubectlSamples.service)?.service)
    #expect(
      service
        == Service(
          metadata: ObjectMetadata(
            name: ObjectName(namespace: "shop", name: "web"),
            labels: ["app": "web", "release": "7"],
            annotations: [
              "metallb.io/allow-shared-ip": "1", "metallb.io/ip-allocated-from-pool": "public",
            ]),
          type: .loadBalancer, externalTrafficPolicy: .local,
          ports: [
            Service.Port(name: "http", transport: "TCP", port: 80),
            Service.Port(name: "dns", transport: "UDP", port: 53),
          ],
          healthCheckNodePort: 31245,
          ingress: ["203.0.113.10", "2001:db8:ffff::10"].compactMap { IPAddress($0) }))
  }

  @Test func readsAnEndpointSlice() throws {
    let slice = try #require(only(KubectlSamples.endpointSlice)?.endpointSlice)
    #expect(slice.metadata.name == ObjectName(namespace: "shop", name: "web-x7k2p"))
    #expect(slice.serviceName == ObjectName(namespace: "shop", name: "web"))
    #expect(slice.family == .ipv4)
    #expect(slice.metadata.annotations.isEmpty)
    let addresses = ["198.51.100.130", "198.51.100.140", "198.51.100.150"].compactMap {
      IPAddress($0)
    }
    #expect(
      slice.endpoints == [
        EndpointSlice.Endpoint(
          addresses: [addresses[0]], ready: true, serving: true, terminating: false,
          nodeName: "node-1"),
        EndpointSlice.Endpoint(
          addresses: [addresses[1]], ready: false, serving: true, terminating: true,
          nodeName: "node-2"),
        EndpointSlice.Endpoint(addresses: [addresses[2]]),
      ])
    #expect(slice.ports == [EndpointSlice.Port(name: "http", transport: "TCP", port: 8080)])
  }

  @Test func readsANode() throws {
    let node = try #require(only(KubectlSamples.node)?.node)
    #expect(
      node
        == Node(
          metadata: ObjectMetadata(
            name: ObjectName(namespace: "", name: "node-1"),
            labels: [
              "beta.kubernetes.io/arch": "amd64", "kubernetes.io/hostname": "node-1",
              "node-role.kubernetes.io/control-plane": "",
              "topology.kubernetes.io/zone": "zone-a",
            ]),
          isUnschedulable: true,
          taints: ["node.kubernetes.io/unschedulable", "node.kubernetes.io/out-of-service"],
          ready: .yes, isNetworkUnavailable: true,
          internalAddresses: ["192.0.2.11", "2001:db8:3::11"].compactMap { IPAddress($0) }))
  }

  @Test func readsABGPPeer() throws {
    let peer = try #require(only(KubectlSamples.peer)?.peer)
    let address = try #require(IPAddress("192.0.2.1"))
    #expect(
      peer
        == BGPPeer(
          metadata: ObjectMetadata(
            name: ObjectName(namespace: "metallb-system", name: "router")),
          myASN: 64512, remoteAS: .number(4_200_000_001), endpoint: .address(address),
          peerPort: 50179, sourceAddress: IPAddress("192.0.2.11"), holdTime: 90,
          keepaliveTime: 10, connectTime: 10, routerID: IPv4Address("192.0.2.11"),
          nodeSelectors: [
            LabelSelector(matchLabels: ["rack": "7"]),
            LabelSelector(matchExpressions: [
              .init(key: "kubernetes.io/hostname", operator: .isIn, values: ["node-1", "node-2"])
            ]),
          ],
          ebgpMultiHop: true))
  }

  @Test func readsAList() {
    let items = [KubectlSamples.service, KubectlSamples.node, KubectlSamples.peer]
      .map { text in
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
          .map { ($0 == 0 ? "- " : "  ") + $1 }.joined(separator: "\n")
      }
    let text = """
      apiVersion: v1
      items:
      \(items.joined(separator: "\n"))
      kind: List
      metadata:
        resourceVersion: ""
      """
    let file = decode(text)
    #expect(file.diagnostics.isEmpty)
    #expect(
      file.objects.map(\.resource.key.description) == [
        "Service shop/web", "Node node-1", "BGPPeer metallb-system/router",
      ])
    #expect(file.objects.first?.resource == only(KubectlSamples.service))
    #expect(file.objects.first?.location.line == 3)
  }
}
