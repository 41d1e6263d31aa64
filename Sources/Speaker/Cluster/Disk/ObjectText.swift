import Addresses
import Resources

/// Writes Services, EndpointSlices and Nodes, of which there are thousands, as the JSON that they are
/// decoded from, with no more in it than is kept of them.
enum ObjectText {
  /// The JSON of an object, on one line; nil of the other kinds.
  static func octets(of resource: Resource) -> [UInt8]? {
    var text = JSONText()
    text.object { text in
      text.add(resource.kind.apiVersion, "apiVersion")
      text.add(resource.kind.rawValue, "kind")
      switch resource {
      case .service(let service): write(service, to: &text)
      case .endpointSlice(let slice): write(slice, to: &text)
      case .node(let node): write(node, to: &text)
      default: break
      }
    }
    switch resource {
    case .service, .endpointSlice, .node: return text.octets
    default: return nil
    }
  }

  private static func write(
    _ metadata: ObjectMetadata, labels: [String: String], to text: inout JSONText
  ) {
    text.object("metadata") { text in
      text.add(metadata.name.name, "name")
      if !metadata.name.namespace.isEmpty { text.add(metadata.name.namespace, "namespace") }
      text.add(labels, "labels")
      text.add(metadata.annotations, "annotations")
      // That it is set is all that is known.
      if metadata.isBeingDeleted { text.add("1970-01-01T00:00:00Z", "deletionTimestamp") }
    }
  }

  private static func write(_ service: Service, to text: inout JSONText) {
    write(service.metadata, labels: service.metadata.labels, to: &text)
    text.object("spec") { text in
      text.add(service.type.rawValue, "type")
      if let name = service.loadBalancerClass { text.add(name, "loadBalancerClass") }
      text.add(service.externalTrafficPolicy.rawValue, "externalTrafficPolicy")
      text.add(service.internalTrafficPolicy.rawValue, "internalTrafficPolicy")
      if let port = service.healthCheckNodePort { text.add(port, "healthCheckNodePort") }
      text.add(service.allocatesNodePorts, "allocateLoadBalancerNodePorts")
      text.array("ports") { text in
        for port in service.ports {
          text.object { text in
            text.add(port.name, "name")
            text.add(port.transport, "protocol")
            text.add(port.port, "port")
          }
        }
      }
    }
    text.object("status") { text in
      text.object("loadBalancer") { text in
        text.array("ingress") { text in
          for address in service.ingress { text.object { $0.add("\(address)", "ip") } }
        }
      }
    }
  }

  private static func write(_ slice: EndpointSlice, to text: inout JSONText) {
    var labels = slice.metadata.labels
    if let service = slice.serviceName { labels["kubernetes.io/service-name"] = service.name }
    write(slice.metadata, labels: labels, to: &text)
    switch slice.family {
    case .ipv4: text.add("IPv4", "addressType")
    case .ipv6: text.add("IPv6", "addressType")
    case nil: text.add("FQDN", "addressType")
    }
    text.array("endpoints") { text in
      for endpoint in slice.endpoints {
        text.object { text in
          text.array("addresses") { text in
            for address in endpoint.addresses { text.add("\(address)") }
          }
          text.object("conditions") { text in
            text.add(endpoint.isReady, "ready")
            text.add(endpoint.isServing, "serving")
            text.add(endpoint.isTerminating, "terminating")
          }
          if let node = endpoint.nodeName { text.add(node, "nodeName") }
        }
      }
    }
  }

  private static func write(_ node: Node, to text: inout JSONText) {
    write(node.metadata, labels: node.metadata.labels, to: &text)
    text.object("spec") { text in
      if node.isUnschedulable { text.add(true, "unschedulable") }
      text.array("taints") { text in
        for key in node.taints.sorted() { text.object { $0.add(key, "key") } }
      }
    }
    text.object("status") { text in
      text.array("conditions") { text in
        text.object { text in
          text.add("Ready", "type")
          text.add(node.ready.rawValue, "status")
        }
        if node.isNetworkUnavailable {
          text.object { text in
            text.add("NetworkUnavailable", "type")
            text.add("True", "status")
          }
        }
      }
      text.array("addresses") { text in
        for address in node.internalAddresses { write(address, "InternalIP", to: &text) }
        for address in node.externalAddresses { write(address, "ExternalIP", to: &text) }
      }
    }
  }

  private static func write(_ address: IPAddress, _ type: String, to text: inout JSONText) {
    text.object { text in
      text.add(type, "type")
      text.add("\(address)", "address")
    }
  }
}
