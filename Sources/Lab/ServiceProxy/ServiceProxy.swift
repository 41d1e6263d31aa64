import Resources

/// Loads the rules of the service proxy into the nodes.
enum ServiceProxy {
  /// Replaces the ruleset of each node in one transaction a node.
  static func load(
    services: [Service], slices: [EndpointSlice], topology: Topology, directory: RunDirectory
  ) async throws {
    for node in topology.nodes {
      let rules = ServiceProxyRules(services: services, slices: slices, node: node.name)
      let file = directory.file("\(node.name).nft")
      try TextFile.replace(file, with: rules.script)
      try await Command.run(["nft", "-f", file], in: node.namespace)
    }
  }
}
