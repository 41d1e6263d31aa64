import NIOCore

/// Starts the pods of a lab as processes.
enum PodProcess {
  /// The command of the program `bellman` that is a pod.
  static let command = "lab-pod"

  /// Starts the servers of all pods and waits until each answers on its node.
  static func startAll(
    topology: Topology, binary: String, directory: RunDirectory
  ) async throws -> [ChildProcess] {
    var processes: [ChildProcess] = []
    for pod in topology.pods {
      processes.append(
        try await ChildProcess(
          name: "pod \(pod.name)",
          [binary, command, "--name", pod.name, "--node", pod.node, "--port", "\(Pod.port)"],
          in: pod.machine.namespace, logPath: directory.log(pod.name)))
    }
    for (pod, process) in zip(topology.pods, processes) {
      let node = try topology.node(pod.node)
      let url = "http://\(pod.machine.ipv4):\(Pod.port)/"
      try await eventually("pod \(pod.name) answers", within: .seconds(10)) {
        if let status = await process.exitStatus {
          throw LabError(
            "pod \(pod.name) ended with status \(status): \(process.log().trimmed)")
        }
        let result = try await Command.output(
          HTTPReply.command(url: url, seconds: 1), in: node.namespace)
        return HTTPReply(result).pod?.pod == pod.name
      }
    }
    return processes
  }
}
