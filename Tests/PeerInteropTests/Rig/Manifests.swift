/// The objects that a speaker reads: one Service with its EndpointSlices, the nodes, and MetalLB's
/// kinds. What stands at the right of a field is YAML.
struct Manifests: Sendable {
  /// A BGPPeer.
  struct Peer: Sendable {
    var name = "router"
    var annotations: [String: String] = [:]
    var spec = [
      "myASN": "64512", "peerASN": "64513", "peerAddress": "192.0.2.2", "holdTime": "9s",
      "dualStackAddressFamily": "true",
    ]
  }

  var peers = [Peer()]
  /// The fields of the BGPAdvertisement.
  var advertisement: [String: String] = [:]
  /// Its annotations.
  var advertisementAnnotations: [String: String] = [:]
  /// The addresses of the Service.
  var addresses = ["203.0.113.10", "2001:db8:113::10"]
  var trafficPolicy = "Cluster"
  /// The nodes of the Service's endpoints; one that is named twice has two.
  var endpoints = ["node-1"]
  /// The addresses of the nodes, by name.
  var nodes = ["node-1": ["192.0.2.1", "2001:db8::1"]]

  var text: String {
    ([service, slice("IPv4"), slice("IPv6"), pool, bgpAdvertisement] + nodeObjects + peers.map(peer))
      .joined(separator: "---\n")
  }

  private func object(
    _ version: String, _ kind: String, _ name: String, namespace: String = "metallb-system",
    annotations: [String: String] = [:]
  ) -> String {
    """
    apiVersion: \(version)
    kind: \(kind)
    metadata:
      name: \(name)
      namespace: \(namespace)
      annotations: {\(flow(annotations.mapValues { "\"\($0)\"" }))}

    """
  }

  private func flow(_ fields: [String: String]) -> String {
    fields.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
  }

  private var service: String {
    object("v1", "Service", "web", namespace: "default") + """
      spec:
        type: LoadBalancer
        externalTrafficPolicy: \(trafficPolicy)
        ports: [{port: 80, protocol: TCP}]
      status:
        loadBalancer:
          ingress: [\(addresses.map { "{ip: \"\($0)\"}" }.joined(separator: ", "))]

      """
  }

  private func slice(_ family: String) -> String {
    let entries = endpoints.enumerated().map { index, node in
      let address =
        family == "IPv4" ? "198.51.100.\(10 + index)" : "2001:db8:51::\(10 + index)"
      return "{addresses: [\"\(address)\"], nodeName: \(node), conditions: {ready: true}}"
    }
    return """
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata:
        name: web-\(family.lowercased())
        namespace: default
        labels: {kubernetes.io/service-name: web}
      addressType: \(family)
      endpoints: [\(entries.joined(separator: ", "))]
      ports: [{port: 80}]

      """
  }

  private var nodeObjects: [String] {
    nodes.sorted { $0.key < $1.key }.map { name, addresses in
      let list = addresses.map { "{type: InternalIP, address: \"\($0)\"}" }
      return """
        apiVersion: v1
        kind: Node
        metadata:
          name: \(name)
          labels: {kubernetes.io/hostname: \(name)}
        status:
          addresses: [\(list.joined(separator: ", "))]
          conditions: [{type: Ready, status: "True"}]

        """
    }
  }

  private var pool: String {
    object("metallb.io/v1beta1", "IPAddressPool", "pool") + """
      spec:
        addresses: ["203.0.113.0/24", "2001:db8:113::/48"]

      """
  }

  private var bgpAdvertisement: String {
    object(
      "metallb.io/v1beta1", "BGPAdvertisement", "routes", annotations: advertisementAnnotations)
      + "spec: {\(flow(advertisement))}\n"
  }

  private func peer(_ peer: Peer) -> String {
    object("metallb.io/v1beta2", "BGPPeer", peer.name, annotations: peer.annotations)
      + "spec: {\(flow(peer.spec.mapValues { $0.contains(":") && !$0.hasPrefix("[") ? "\"\($0)\"" : $0 }))}\n"
  }
}
