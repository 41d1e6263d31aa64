public import Addresses
public import Resources

/// A Service with the EndpointSlices that belong to it.
public struct Workload: Hashable, Sendable {
  /// The namespace of all services of the lab.
  public static let namespace = "lab"

  /// The Service.
  public var service: Service
  /// One slice for each family of the service.
  public var slices: [EndpointSlice]
  /// The service's addresses inside the cluster, one for each family; the lab never uses them.
  public var clusterIPs: [IPAddress]

  /// The name of the Service.
  public var name: String { service.metadata.name.name }

  /// A service of the port 80 at `ingress`, backed by `pods`.
  public init(
    name: String, policy: Service.TrafficPolicy, ingress: [IPAddress], pods: [Pod],
    clusterIPs: [IPAddress] = []
  ) {
    let objectName = ObjectName(namespace: Self.namespace, name: name)
    service = Service(
      metadata: ObjectMetadata(name: objectName, labels: ["app": "web"]), type: .loadBalancer,
      externalTrafficPolicy: policy, ports: [Service.Port(name: "http", port: 80)],
      ingress: ingress)
    self.clusterIPs = clusterIPs
    slices = Set(ingress.map(\.family)).sorted().map { family in
      EndpointSlice(
        metadata: ObjectMetadata(
          name: ObjectName(
            namespace: Self.namespace, name: "\(name)-\(family == .ipv4 ? "ipv4" : "ipv6")"),
          labels: [
            "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
            "kubernetes.io/service-name": name,
          ]),
        serviceName: objectName, family: family, endpoints: [],
        ports: [EndpointSlice.Port(name: "http", port: Pod.port)])
    }
    setEndpoints(pods)
  }

  /// Makes `pods`, ready, the endpoints of every slice.
  public mutating func setEndpoints(_ pods: [Pod]) {
    for index in slices.indices {
      guard let family = slices[index].family else { continue }
      slices[index].endpoints = pods.map { pod in
        EndpointSlice.Endpoint(
          addresses: [pod.address(family)], ready: true, serving: true, terminating: false,
          nodeName: pod.node)
      }
    }
  }
}
