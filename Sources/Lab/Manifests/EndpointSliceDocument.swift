import Addresses
import Resources
import Yams

/// An EndpointSlice as `kubectl get -o yaml` prints it.
enum EndpointSliceDocument {
  static func document(_ slice: EndpointSlice) -> Yams.Node {
    [
      "addressType": Yams.Node(slice.family?.rawValue ?? "FQDN"),
      "apiVersion": "discovery.k8s.io/v1",
      "endpoints": Yams.Node(slice.endpoints.map(endpoint)),
      "kind": "EndpointSlice",
      "metadata": ObjectMetadataDocument.document(slice.metadata),
      "ports": Yams.Node(slice.ports.map(port)),
    ]
  }

  private static func endpoint(_ endpoint: EndpointSlice.Endpoint) -> Yams.Node {
    var pairs: [(Yams.Node, Yams.Node)] = [
      ("addresses", .list(endpoint.addresses)),
      (
        "conditions",
        [
          "ready": .bool(endpoint.isReady), "serving": .bool(endpoint.isServing),
          "terminating": .bool(endpoint.isTerminating),
        ]
      ),
    ]
    if let node = endpoint.nodeName { pairs.append(("nodeName", Yams.Node(node))) }
    return Yams.Node(pairs)
  }

  private static func port(_ port: EndpointSlice.Port) -> Yams.Node {
    var pairs: [(Yams.Node, Yams.Node)] = [("name", Yams.Node(port.name))]
    if let number = port.port { pairs.append(("port", Yams.Node("\(number)"))) }
    pairs.append(("protocol", Yams.Node(port.transport)))
    return Yams.Node(pairs)
  }
}
