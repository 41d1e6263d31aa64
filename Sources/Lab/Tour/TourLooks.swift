import Addresses
import Resources

/// Ways of looking around that several steps share.
extension Lab {
  /// Shows the router's table of one family as BIRD prints it.
  func showRoutes(_ family: AddressFamily, _ console: Console) async throws {
    let question = "show route table \(family == .ipv4 ? "master4" : "master6")"
    let answer = try await router.ask(question).lines.dropFirst().joined(separator: "\n")
    console.show("router", "birdc \(question)", answer.isEmpty ? "(no routes)" : answer)
  }

  /// Shows what `bellman` prints on `node`.
  func showBellman(_ arguments: [String], node: String, _ console: Console) async throws {
    let result = try await bellman(arguments, node: node)
    console.show(
      node, "bellman \(arguments.joined(separator: " "))", result.output + result.error)
    console.expect("`bellman \(arguments[0])` answers", result.status == 0)
  }

  /// The addresses of the services that are announced by layer 2.
  func layerTwoAddresses() throws -> [IPAddress] {
    manifests.services.filter { $0.metadata.name.name.hasPrefix("l2-") }.flatMap(\.ingress)
  }

  /// Gives the service `name` the pods of all nodes but `node`, so that a client sees what becomes of
  /// the way to the service, and not of its pods.
  func serve(_ name: String, withoutPodOf node: String?) async throws {
    try await edit { manifests, topology in
      guard let index = manifests.workloads.firstIndex(where: { $0.name == name }) else {
        throw LabError("the lab has no service \(name)")
      }
      manifests.workloads[index].setEndpoints(topology.pods.filter { $0.node != node })
    }
  }

  /// Shows what the client of `requests` saw since `start`, once the owner has been found.
  @discardableResult
  func showSeen(
    _ requests: RequestStream, of address: IPAddress, since start: Double, _ console: Console
  ) async throws -> RequestSummary {
    let summary = try await requests.summary(from: start, to: Timestamp.now)
    console.show(
      "client", "bellman lab-client --address \(address)   # a new connection every 5 ms",
      summary.text)
    return summary
  }

  /// Shows a request from `machine` and returns the pod's answer.
  func showRequest(
    _ address: IPAddress, from machine: Machine, _ console: Console
  ) async throws -> PodReply? {
    let reply = try await curl(address, from: machine)
    let host = address.family == .ipv4 ? "\(address)" : "[\(address)]"
    console.show(machine.name, "curl http://\(host)/", reply.body)
    return reply.pod
  }

  /// Shows the entry of `address` in the neighbour table of the client and returns the node whose
  /// MAC address it holds.
  func showNeighbour(_ address: IPAddress, _ console: Console) async throws -> String? {
    let entry = try await neighbours(of: topology.client).first { $0.address == address }
    let mac = entry?.mac.flatMap { topology.node(mac: $0) }
    let text = entry.map { entry in
      "\(entry.address) dev \(entry.interface) lladdr \(entry.mac?.description ?? "-") "
        + "\(entry.state)   # \(mac ?? "no node")"
    }
    console.show("client", "ip neigh show \(address)", text ?? "(no entry)")
    return mac
  }
}
