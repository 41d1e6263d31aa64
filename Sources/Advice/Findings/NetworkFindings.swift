import Addresses
import Resources
import Status

/// Routers, sessions, and the service proxy of the nodes.
extension Examination {
  /// The longest hold time that is not called long, in seconds.
  private static let longestHoldTime = 30

  var routerRisks: [Finding] { singleRouters + slowDetection }

  /// One router that takes all routes of a family with it. What is behind an interface is another one
  /// on each node, perhaps.
  private var singleRouters: [Finding] {
    let peers = Dictionary(
      snapshot.configuration.peers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var places: [AddressFamily: Set<BGPPeer.Endpoint>] = [:]
    for route in plan.addresses.flatMap(\.routes) {
      guard let peer = peers[route.peer] else { continue }
      places[route.prefix.family, default: []].insert(peer.endpoint)
    }
    var routers: [IPAddress: [AddressFamily]] = [:]
    for family in AddressFamily.allCases {
      guard let only = places[family], only.count == 1, case .address(let address)? = only.first
      else { continue }
      routers[address, default: []].append(family)
    }
    return routers.sorted { $0.key < $1.key }.map { address, families in
      Finding(
        .warning, .singleRouter, object: nil,
        reason:
          "all \(families.map(\.rawValue).joined(separator: " and ")) routes go to one router, "
          + "at \(address): while it is down or restarts nothing of them can be reached.",
        remedy: "add a BGPPeer for a second router")
    }
  }

  /// Peers whose loss is noticed late.
  private var slowDetection: [Finding] {
    let slow = usedPeers.filter { peer in
      snapshot.configuration.bfdProfiles[peer.name] == nil
        && (peer.holdTime == 0 || Int(peer.holdTime) > Self.longestHoldTime)
    }
    guard !slow.isEmpty else { return [] }
    let names = slow.map { peer in
      "\(peer.name) (\(peer.holdTime == 0 ? "never" : "\(peer.holdTime) s"))"
    }
    return [
      Finding(
        .warning, .slowFailureDetection, object: nil,
        reason: "a dead node or router is noticed only when the hold time ends, and until then "
          + "traffic goes there; without BFD are: \(Self.some(names)).",
        remedy: "name a BFDProfile in spec.bfdProfile, or set spec.holdTime to 9s and "
          + "spec.keepaliveTime to 3s")
    ]
  }

  /// The peers that are told anything.
  private var usedPeers: [BGPPeer] {
    let told = Set(plan.addresses.flatMap(\.peers))
    return snapshot.configuration.peers.filter { told.contains($0.name) }
  }

  /// kube-proxy in IPVS mode binds all service addresses to an interface of every node, whose kernel
  /// answers ARP for them unless it is told not to.
  var serviceProxyRisks: [Finding] {
    guard let proxy = snapshot.serviceProxy, proxy.mode == "ipvs", !proxy.strictARP,
      plan.addresses.contains(where: { !$0.candidates.isEmpty })
    else { return [] }
    return [
      Finding(
        .error, .ipvsWithoutStrictARP, object: "ConfigMap \(ServiceProxySettings.configMap)",
        reason: "kube-proxy runs in IPVS mode without strictARP, so that every node answers ARP "
          + "for every layer-2 address, not its owner alone.",
        remedy: "set ipvs.strictARP: true in the key \(ServiceProxySettings.key), and restart "
          + "kube-proxy")
    ]
  }
}
