#if canImport(Glibc)
  import Glibc
#endif

/// Makes and removes network namespaces.
enum Namespaces {
  /// Where `ip netns` keeps them.
  private static let folder = "/run/netns"

  /// The namespaces of the run `id` that are there, sorted.
  static func existing(id: String) -> [String] {
    let prefix = Topology.namespacePrefix(id: id)
    return Folder.names(in: folder).filter { $0.hasPrefix(prefix) }
  }

  /// Builds the network of `topology`. Its commands stay in `directory` as files to read.
  static func build(_ topology: Topology, directory: RunDirectory) async throws {
    let plan = NetworkPlan(topology)
    try await batch(
      topology.namespaces.map { "netns add \($0)" }, file: directory.file("namespaces.ip"))
    for (namespace, lines) in plan.settings {
      let file = directory.file("\(namespace).sysctl")
      try TextFile.replace(file, with: lines.joined(separator: "\n") + "\n")
      try await Command.run(["sysctl", "-q", "-p", file], in: namespace)
    }
    for (kind, batches) in [("links", plan.links), ("addresses", plan.addresses)] {
      for batch in batches {
        try await self.batch(
          batch.commands, in: batch.namespace,
          file: directory.file("\(batch.namespace).\(kind).ip"))
      }
    }
  }

  /// Kills what runs in the namespaces of the run `id` and removes them.
  static func remove(id: String) async throws {
    let names = existing(id: id)
    for name in names {
      for line in try await Command.run(["ip", "netns", "pids", name]).lines {
        if let pid = pid_t(line.trimmed) { kill(pid, SIGKILL) }
      }
    }
    for name in names { try await Command.run(["ip", "netns", "del", name]) }
  }

  private static func batch(
    _ commands: [String], in namespace: String? = nil, file: String
  ) async throws {
    try TextFile.replace(file, with: commands.joined(separator: "\n") + "\n")
    let place = namespace.map { ["-n", $0] } ?? []
    try await Command.run(["ip"] + place + ["-batch", file])
  }
}
