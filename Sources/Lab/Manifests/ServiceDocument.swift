import Addresses
import Resources
import Yams

/// A Service as `kubectl get -o yaml` prints it.
enum ServiceDocument {
  static func document(_ workload: Workload) -> Yams.Node {
    let service = workload.service
    let families = Set(service.ingress.map(\.family)).sorted()
    var spec: [(Yams.Node, Yams.Node)] = []
    if let first = workload.clusterIPs.first {
      spec.append(("clusterIP", Yams.Node(first.description)))
      spec.append(("clusterIPs", .list(workload.clusterIPs)))
    }
    if let port = service.healthCheckNodePort {
      spec.append(("healthCheckNodePort", Yams.Node("\(port)")))
    }
    if let name = service.loadBalancerClass {
      spec.append(("loadBalancerClass", Yams.Node(name)))
    }
    spec += [
      ("externalTrafficPolicy", Yams.Node(service.externalTrafficPolicy.rawValue)),
      ("internalTrafficPolicy", Yams.Node(service.internalTrafficPolicy.rawValue)),
      ("ipFamilies", .list(families.map(\.rawValue))),
      ("ipFamilyPolicy", families.count == 2 ? "RequireDualStack" : "SingleStack"),
      ("ports", Yams.Node(service.ports.map(port))),
      ("selector", ["app": "web"]),
      ("sessionAffinity", "None"),
      ("type", Yams.Node(service.type.rawValue)),
    ]
    let ingress = service.ingress.map { address -> Yams.Node in
      ["ip": Yams.Node(address.description), "ipMode": "VIP"]
    }
    return [
      "apiVersion": "v1",
      "kind": "Service",
      "metadata": ObjectMetadataDocument.document(service.metadata),
      "spec": Yams.Node(spec),
      "status": ["loadBalancer": ["ingress": Yams.Node(ingress)]],
    ]
  }

  private static func port(_ port: Service.Port) -> Yams.Node {
    [
      "name": Yams.Node(port.name),
      "port": Yams.Node("\(port.port)"),
      "protocol": Yams.Node(port.transport),
      "targetPort": Yams.Node("\(Pod.port)"),
    ]
  }
}
