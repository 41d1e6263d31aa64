import Addresses
public import Resources

/// The cluster that the speakers of a lab read about, as Kubernetes and MetalLB objects.
public struct Manifests: Hashable, Sendable {
  /// The Nodes.
  public var nodes: [Node]
  /// The Services of type LoadBalancer with their EndpointSlices.
  public var workloads: [Workload]
  /// Further services, by the thousand; they have a file of their own.
  public var bulk: [Workload] = []
  /// MetalLB's kinds, as the text of a file.
  public var configuration: MetalLBConfiguration

  /// The manifests of the lab by default.
  public init(topology: Topology) {
    nodes = topology.nodes.map { node in
      Node(
        metadata: ObjectMetadata(
          name: ObjectName(namespace: "", name: node.name),
          labels: [
            "kubernetes.io/arch": "amd64", "kubernetes.io/hostname": node.name,
            "kubernetes.io/os": "linux",
          ]),
        internalAddresses: [.v4(node.ipv4), .v6(node.ipv6)])
    }
    workloads = Workload.ofLab(topology: topology)
    configuration = MetalLBConfiguration(topology: topology)
  }

  /// All Services.
  public var services: [Service] { (workloads + bulk).map(\.service) }

  /// All EndpointSlices.
  public var slices: [EndpointSlice] { (workloads + bulk).flatMap(\.slices) }

  /// The names and texts of the files, in the order in which they are best read.
  public func files() throws -> [(name: String, text: String)] {
    var files = [
      ("nodes.yaml", try ObjectList.text(nodes.map(NodeDocument.document))),
      ("metallb.yaml", configuration.text),
      ("services.yaml", try ObjectList.text(workloads.map(ServiceDocument.document))),
      (
        "endpointslices.yaml",
        try ObjectList.text(workloads.flatMap(\.slices).map(EndpointSliceDocument.document))
      ),
    ]
    if !bulk.isEmpty {
      let documents = bulk.flatMap { workload in
        [ServiceDocument.document(workload)] + workload.slices.map(EndpointSliceDocument.document)
      }
      files.append(("bulk.yaml", try ObjectList.text(documents)))
    }
    return files
  }

  /// Makes the pod of `node` the only endpoint of the service `name`, in each of its families.
  public mutating func moveEndpoint(
    of name: String, to node: String, topology: Topology
  ) throws {
    let pod = try topology.pod(on: node)
    guard let index = workloads.firstIndex(where: { $0.name == name }) else {
      throw LabError("the lab has no service \(name)")
    }
    workloads[index].setEndpoints([pod])
  }

  /// Sets the condition `NetworkUnavailable` of `node`.
  public mutating func setNetworkUnavailable(_ isUnavailable: Bool, node: String) throws {
    guard let index = nodes.firstIndex(where: { $0.name == node }) else {
      throw LabError("the lab has no node \(node)")
    }
    nodes[index].isNetworkUnavailable = isUnavailable
  }
}
