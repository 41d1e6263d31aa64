/// What the speakers of a lab read instead of its folder of manifests, such as an API server.
public protocol LabCluster: Sendable {
  /// Makes itself reachable for the nodes of `topology`.
  ///
  /// - Returns: the flags by which a speaker finds it
  func open(in topology: Topology, directory: RunDirectory) async throws -> [String]

  /// Holds exactly the objects of these files from now on.
  func publish(_ files: [(name: String, text: String)]) async throws

  /// Is reachable no longer.
  func close() async
}
