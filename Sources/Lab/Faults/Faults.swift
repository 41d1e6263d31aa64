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

  /// Cuts the segment in two: these machines hear each other and nobody else; all links stay up. One cut
  /// at a time.
  ///
  /// - Returns: When that was, in seconds of the epoch.
  @discardableResult
  public func split(off machines: [Machine]) async throws -> Double {
    let namespace = topology.segmentNamespace
    try await Command.run([
      "ip", "-n", namespace, "link", "add", "island", "type", "bridge", "stp_state", "0",
      "forward_delay", "0", "mcast_snooping", "0",
    ])
    try await Command.run(["ip", "-n", namespace, "link", "set", "island", "up"])
    let time = Timestamp.now
    for machine in machines { try await plug(machine, into: "island") }
    return time
  }

  /// Ends ``split(off:)``.
  public func mend(_ machines: [Machine]) async throws {
    for machine in machines { try await plug(machine, into: "segment") }
    try await Command.run(["ip", "-n", topology.segmentNamespace, "link", "del", "island"])
  }

  /// Takes the router's cable out of the segment: as nodes see it, their gateway is off.
  public func unplugRouter() async throws {
    try await Command.run([
      "ip", "-n", topology.segmentNamespace, "link", "set", topology.router.name, "nomaster",
    ])
  }

  /// Ends ``unplugRouter()``.
  public func plugRouterIn() async throws { try await plug(topology.router, into: "segment") }

  private func plug(_ machine: Machine, into bridge: String) async throws {
    try await Command.run([
      "ip", "-n", topology.segmentNamespace, "link", "set", machine.name, "master", bridge,
    ])
  }
}
