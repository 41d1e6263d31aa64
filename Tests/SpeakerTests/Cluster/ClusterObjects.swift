import KubernetesClient
import Resources
import TestAPIServer

/// Objects of a small cluster, as an API server holds them.
enum ClusterObjects {
  static let namespace = "metallb-system"

  static func service(
    _ name: String, _ address: String?, labels: [String: JSONValue] = [:],
    type: JSONValue = "LoadBalancer"
  ) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "Service",
      "metadata": [
        "name": .string(name), "namespace": "shop", "labels": .object(labels),
        "annotations": ["example.com/note": "long", "metallb.io/address-pool": "pool"],
      ],
      "spec": ["type": type, "ports": [["port": 80]]],
      "status": [
        "loadBalancer": ["ingress": .array(address.map { [["ip": .string($0)]] } ?? [])]
      ],
    ]
  }

  static func slice(_ service: String, node: String = "node-1") -> JSONValue {
    [
      "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
      "metadata": [
        "name": .string("\(service)-1"), "namespace": "shop",
        "labels": ["kubernetes.io/service-name": .string(service)],
      ],
      "endpoints": [
        [
          "addresses": ["198.51.100.1"], "nodeName": .string(node), "conditions": ["ready": true],
        ]
      ],
      "ports": [["port": 8080]],
    ]
  }

  static func node(_ name: String) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "Node", "metadata": ["name": .string(name)],
      "status": ["conditions": [["type": "Ready", "status": "True"]]],
    ]
  }

  static func pool(_ name: String, _ range: String, extra: [String: JSONValue] = [:]) -> JSONValue {
    let spec = extra.merging(["addresses": [.string(range)]]) { first, _ in first }
    return metallb("IPAddressPool", name, .object(spec))
  }

  static func l2Advertisement(_ name: String = "l2") -> JSONValue {
    metallb("L2Advertisement", name, [:])
  }

  static func peer(
    _ name: String, secret: String? = nil, version: String = "v1beta2"
  ) -> JSONValue {
    var spec: [String: JSONValue] = [
      "myASN": 64512, "peerASN": 64513, "peerAddress": "192.0.2.1",
    ]
    if let secret { spec["passwordSecret"] = ["name": .string(secret)] }
    return metallb("BGPPeer", name, .object(spec), version: version)
  }

  static func secret(_ name: String, _ password: String) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/basic-auth",
      "metadata": ["name": .string(name), "namespace": .string(namespace)],
      "stringData": ["password": .string(password)],
    ]
  }

  /// An object of one of MetalLB's kinds.
  static func metallb(
    _ kind: String, _ name: String, _ spec: JSONValue, version: String = "v1beta1"
  ) -> JSONValue {
    [
      "apiVersion": .string("metallb.io/\(version)"), "kind": .string(kind),
      "metadata": ["name": .string(name), "namespace": .string(namespace)], "spec": spec,
    ]
  }
}

extension TestAPIServer {
  /// Puts objects of any type.
  func put(_ objects: JSONValue...) {
    for object in objects {
      guard let type = ServedType(of: object) else { continue }
      store.put(object, type)
    }
  }
}
