import Addresses
import Resources
import Yams

/// A Node as `kubectl get -o yaml` prints it.
enum NodeDocument {
  static func document(_ node: Resources.Node) -> Yams.Node {
    var spec: [(Yams.Node, Yams.Node)] = []
    if !node.taints.isEmpty {
      let taints = node.taints.sorted().map { key -> Yams.Node in
        ["effect": "NoExecute", "key": Yams.Node(key)]
      }
      spec.append(("taints", Yams.Node(taints)))
    }
    if node.isUnschedulable { spec.append(("unschedulable", .bool(true))) }
    let addresses = node.internalAddresses.map { address -> Yams.Node in
      ["address": Yams.Node(address.description), "type": "InternalIP"]
    }
    let hostname: Yams.Node = ["address": Yams.Node(node.name), "type": "Hostname"]
    return [
      "apiVersion": "v1",
      "kind": "Node",
      "metadata": ObjectMetadataDocument.document(node.metadata),
      "spec": Yams.Node(spec),
      "status": [
        "addresses": Yams.Node(addresses + [hostname]),
        "conditions": [
          condition(
            "NetworkUnavailable", node.isNetworkUnavailable ? "True" : "False",
            node.isNetworkUnavailable ? "NoRouteCreated" : "RouteCreated"),
          condition(
            "Ready", node.ready.rawValue, node.ready == .yes ? "KubeletReady" : "KubeletNotReady"),
        ],
      ],
    ]
  }

  private static func condition(_ type: String, _ status: String, _ reason: String) -> Yams.Node {
    [
      "lastTransitionTime": .quoted("2026-01-05T08:00:00Z"),
      "reason": Yams.Node(reason),
      "status": .quoted(status),
      "type": Yams.Node(type),
    ]
  }
}
