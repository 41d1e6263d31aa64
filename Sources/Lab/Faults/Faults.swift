import NIOCore

/// What can happen to the nodes of a lab.
extension Lab {
  /// The node loses its power: its speaker dies and its links go down at the same moment.
  ///
  /// - Returns: When that was, in seconds of the epoch.
  @discardableResult
  public func crash(_ node: String) async throws -> Double {
    let speaker = try speaker(node)
    let namespace = try topology.node(node).namespace
    // Frozen first: dead before its links it would be betrayed by its closed port, and alive after
    // them it would see them go.
    await speaker.send(.stop)
    let time = Timestamp.now
    try await Command.run(["ip", "-n", namespace, "link", "set", "eth0", "down"])
    await speaker.send(.kill)
    _ = try await speaker.waitForExit(within: .seconds(5))
    forgetSpeaker(node)
    return time
  }

  /// The links of a node that crashed come back, with what was configured on them; its speaker does
  /// not, before it is started.
  public func restoreLinks(of node: String) async throws {
    guard let index = topology.nodes.firstIndex(where: { $0.name == node }) else {
      throw LabError("the lab has no node \(node)")
    }
    let batch = NetworkPlan.node(index, in: topology)
    let file = directory.file("\(batch.namespace).restored.ip")
    try TextFile.replace(file, with: batch.commands.joined(separator: "\n") + "\n")
    try await Command.run(["ip", "-n", batch.namespace, "-batch", file])
  }

  /// Cuts the node off from the segment, on which the speakers hear each other too; its link stays up.
  ///
  /// - Returns: When that was, in seconds of the epoch.
  @discardableResult
  public func cutOff(_ node: String) async throws -> Double {
    let time = Timestamp.now
    try await Command.run([
      "ip", "-n", topology.segmentNamespace, "link", "set", topology.node(node).name, "nomaster",
    ])
    return time
  }

  /// Ends ``cutOff(_:)``.
  public func reconnect(_ node: String) async throws {
    try await Command.run([
      "ip", "-n", topology.segmentNamespace, "link", "set", topology.node(node).name, "master",
      "segment",
    ])
  }
}
