import Addresses
import Resources
import Status

/// Addresses of services, and what their owners say that they need.
extension Examination {
  /// The annotation by which the owner of a Service says what its clients need: `client-address`,
  /// `latency`, or both with a comma between.
  static let needs = "bellman.dev/needs"

  /// A service to which nobody gave an address.
  func missingAddress(of service: Service) -> [Finding] {
    let name = "\(service.metadata.name)"
    return plan.servicesWithoutAddress.filter { $0.service == name }.map { told in
      Finding(
        .warning, .serviceWithoutAddress, object: Self.title(service),
        reason: "there is nothing to announce: \(told.sentence) (\(told.reason)).",
        remedy: "see that the controller that gives addresses runs and what it says: "
          + "kubectl -n \(service.metadata.name.namespace) describe service "
          + "\(service.metadata.name.name)")
    }
  }

  /// An address that no node may announce.
  func silentAddresses(of service: Service) -> [Finding] {
    addresses(of: service).filter { !$0.isAnnounced }.map { address in
      // The protocol whose nodes come furthest says most: any other reason than that nothing
      // advertises the address by it.
      let refusals = address.refusals.filter { $0.reason != "noMatchingAdvertisement" }
      let told = refusals.isEmpty ? address.refusals : refusals
      let sentences = Set(told.map { "\($0.sentence) (\($0.reason))" }).sorted()
      return Finding(
        .error, .addressAnnouncedByNobody, object: Self.title(service),
        reason: "no node would announce \(address.address): "
          + (sentences.isEmpty ? "there is no Node" : Self.some(sentences, limit: 3)) + ".",
        remedy:
          "see for each node 'bellman plan \(address.address)', of the same cluster or with the "
          + "same --manifests, or 'bellman explain \(address.address)'")
    }
  }

  /// `externalTrafficPolicy: Cluster` where the owner says that this does harm.
  func statedNeeds(of service: Service) -> [Finding] {
    guard service.externalTrafficPolicy == .cluster else { return [] }
    let needs = Self.list(service.metadata.annotations[Self.needs])
    var findings: [Finding] = []
    if needs.contains("client-address") {
      findings.append(
        Finding(
          .warning, .clusterHidesClientAddress, object: Self.title(service),
          reason: "\(Self.needs) names client-address, but externalTrafficPolicy is Cluster: the "
            + "node that takes a connection replaces the client's address by its own.",
          remedy: "use externalTrafficPolicy: Local, or the PROXY protocol in front of the pods"))
    }
    if needs.contains("latency") {
      let nodes = families(of: service).flatMap { endpoints.nodes(of: service.metadata.name, $0) }
      let count = Set(nodes).count
      findings.append(
        Finding(
          .note, .clusterAddsLatency, object: Self.title(service),
          reason: "\(Self.needs) names latency, but externalTrafficPolicy is Cluster: connections "
            + "come in at any node and go on to pods on \(count) "
            + "\(count == 1 ? "node" : "nodes"), over the network once more for most of them.",
          remedy: "use externalTrafficPolicy: Local"))
    }
    return findings
  }

  /// Node ports that nobody needs who announces addresses.
  var nodePorts: [Finding] {
    let wasteful = services.filter { service in
      let accepted = Self.list(service.metadata.annotations[Self.acceptance])
      return service.allocatesNodePorts && !accepted.contains("all")
        && !accepted.contains(Finding.Kind.nodePortsAllocated.rawValue)
    }
    guard !wasteful.isEmpty else { return [] }
    let ports = wasteful.reduce(0) { $0 + max($1.ports.count, 1) }
    let names = wasteful.map { "\($0.metadata.name)" }
    // Kubernetes gives out 30000-32767 unless told otherwise.
    let range = 2768
    return [
      Finding(
        .note, .nodePortsAllocated, object: nil,
        reason: "\(wasteful.count) \(wasteful.count == 1 ? "service has" : "services have") "
          + "\(ports) node \(ports == 1 ? "port" : "ports") of the \(range) that a cluster has by "
          + "default, open on every node past the announced address and its policies: "
          + "\(Self.some(names)).",
        remedy: "set allocateLoadBalancerNodePorts: false and remove the nodePort fields, unless "
          + "something uses them")
    ]
  }

  /// Nodes whose kube-proxy and whose endpoints disagree.
  func healthChecks(of service: Service) -> [Finding] {
    let name = service.metadata.name
    let families = families(of: service)
    return (snapshot.healthAnswers ?? []).filter { $0.service == name }
      .sorted { $0.node < $1.node }.compactMap { answer in
        let count = families.map { endpoints.count(of: name, $0, on: answer.node) }.max() ?? 0
        let port = service.healthCheckNodePort.map(String.init) ?? "of health checks"
        let found: String
        switch answer.outcome {
        case .unhealthy(let status) where count > 0:
          found = "port \(port) answers \(status)"
        case .refused where count > 0: found = "nobody listens on port \(port)"
        case .healthy where count == 0: found = "port \(port) answers 200"
        default: return nil
        }
        let consequence =
          count > 0
          ? "Bellman announces the address there, and kube-proxy drops what comes"
          : "kube-proxy is behind, or another program has the port"
        return Finding(
          .error, .healthCheckFailing, object: Self.title(service),
          reason: "Node \(answer.node) has \(count) ready \(count == 1 ? "endpoint" : "endpoints")"
            + ", but \(found): \(consequence).",
          remedy: "see the log of kube-proxy on \(answer.node), and whether it runs there")
      }
  }
}
