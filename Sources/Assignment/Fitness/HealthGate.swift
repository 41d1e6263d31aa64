import Addresses
import Resources

/// What the health check node port of a service says about this node: whether its service proxy has
/// endpoints to forward to.
public enum LocalHealth: Hashable, Sendable {
  /// It has.
  case serving
  /// It has none, or nobody says so; for this reason, in words that follow the port.
  case failing(String)
}

/// The health check node ports of services with policy Local (row S4). Each node asks its own only, so
/// that of others nothing is known and all is presumed to be well.
extension ClusterState {
  /// Throws unless the service proxy of `node` says that it has endpoints of all required services.
  func checkHealth(
    of subject: Subject, on node: String, required: [Int]
  ) throws(Refusal) {
    guard options.hasHealthGate, node == self.node else { return }
    for number in required {
      let service = subject.claimants[number].service
      guard let port = service.askedHealthPort else { continue }
      switch healths[service.metadata.name] {
      case .serving: continue
      case .failing(let text):
        throw .healthCheckFailing(service.metadata.name, port: port, node: node, text)
      case nil:
        throw .healthCheckFailing(
          service.metadata.name, port: port, node: node, "was not asked yet")
      }
    }
  }

  /// The port to ask for `name` on this node; nil where there is nothing to ask: the node has no usable
  /// endpoint of the service, so that the answer would decide nothing.
  func healthPort(of name: ObjectName) -> UInt16? {
    guard options.hasHealthGate, let service = services[name], !service.ingress.isEmpty,
      ServiceGate.refusal(of: service, options: options) == nil,
      let port = service.askedHealthPort, let endpoints = endpoints[name]
    else { return nil }
    let hasEndpoints = Set(service.ingress.map(\.family)).contains { family in
      let local = endpoints[family].onNode(node)
      return local.ready > 0 || local.terminating > 0 && endpoints[family].ready == 0
    }
    return hasEndpoints ? port : nil
  }
}

extension Service {
  /// The health check node port, where the policy is Local and there is one.
  fileprivate var askedHealthPort: UInt16? {
    externalTrafficPolicy == .local ? healthCheckNodePort : nil
  }
}
