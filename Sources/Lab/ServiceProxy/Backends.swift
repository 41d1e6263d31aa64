import Addresses
import Resources

/// Where the proxy of one node sends the connections to one port of a service, in one family.
struct Backends: Hashable {
  /// An endpoint's address and port.
  struct Target: Hashable, Comparable {
    let address: IPAddress
    let port: UInt16

    static func < (left: Self, right: Self) -> Bool {
      (left.address, left.port) < (right.address, right.port)
    }
  }

  /// `TCP` or `UDP` as nftables spells it.
  let transport: String
  /// Whether the node hides the client behind an address of its own (policy Cluster).
  let masquerades: Bool
  /// The usable endpoints, sorted; empty where connections are dropped.
  let targets: [Target]

  /// The backends of `port` on the node `node`, among the slices of the service.
  ///
  /// Usable are the ready endpoints, and the serving and terminating ones where none is ready
  /// (KEP-1669); under Local the same is asked of the node's own endpoints alone.
  init(
    port: Service.Port, policy: Service.TrafficPolicy, family: AddressFamily,
    slices: [EndpointSlice], node: String
  ) {
    transport = port.transport.lowercased()
    masquerades = policy == .cluster
    var ready: Set<Target> = []
    var terminating: Set<Target> = []
    for slice in slices where slice.family == family {
      guard let targetPort = Self.targetPort(of: port, in: slice) else { continue }
      for endpoint in slice.endpoints {
        if policy == .local, endpoint.nodeName != node { continue }
        // Of several addresses consumers of the API take the first.
        guard let address = endpoint.addresses.first else { continue }
        let target = Target(address: address, port: targetPort)
        if endpoint.isReady {
          ready.insert(target)
        } else if endpoint.isServing, endpoint.isTerminating {
          terminating.insert(target)
        }
      }
    }
    targets = (ready.isEmpty ? terminating : ready).sorted()
  }

  /// The port on the endpoints of `slice`; nil when the slice does not have the service's port.
  private static func targetPort(of port: Service.Port, in slice: EndpointSlice) -> UInt16? {
    // A slice without ports stands for all ports of its endpoints.
    if slice.ports.isEmpty { return port.port }
    guard
      let found = slice.ports.first(where: {
        $0.name == port.name && $0.transport == port.transport
      })
    else { return nil }
    return found.port ?? port.port
  }
}
