public import Addresses
import Resources

extension Lab {
  /// The address of the service `name` of this family.
  public func address(
    _ name: String, _ family: AddressFamily = .ipv4
  ) throws -> IPAddress {
    let service = manifests.services.first { $0.metadata.name.name == name }
    guard let address = service?.ingress.first(where: { $0.family == family }) else {
      throw LabError("the lab has no service \(name) with an \(family.rawValue) address")
    }
    return address
  }

  /// The nodes that the router has routes to `address` from, by their next hops, in the order of
  /// the topology.
  public nonisolated func announcers(_ address: IPAddress) async throws -> [String] {
    let nextHops = try await router.routes(address.family)
      .filter { $0.prefix == IPPrefix(host: address) }.compactMap(\.nextHop)
    return topology.nodes.filter { node in
      AddressFamily.allCases.contains { nextHops.contains(node.address($0)) }
    }.map(\.name)
  }
}
