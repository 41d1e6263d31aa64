import Addresses
import Lab
import Resources

/// The lab in which every situation has an address of its own.
enum SituationManifests {
  private static let topology = Topology(id: "pods")

  /// A session of its own for each way in which one can fail: node-1 dials these addresses, of which
  /// the router has none at first. BIRD has one session for each address and port of a neighbour, so
  /// that each has a port of its own, which the passive router never dials.
  static let router: BirdConfiguration = {
    var router = BirdConfiguration()
    func session(_ name: String, _ host: UInt8) -> String {
      """
      protocol bgp \(name) {
        local 192.0.2.\(host) as \(AddressPlan.routerAS);
        neighbor 192.0.2.11 port \(1700 + Int(host)) as \(AddressPlan.nodeAS);
        direct; passive on; error wait time 1, 2; connect delay time 1;
        ipv4 { import all; export none; };
      }

      """
    }
    router.additions = session("other_as", 21) + session("silent", 23) + session("closed", 24)
    return router
  }()

  static func edit(_ manifests: inout Manifests) {
    let every = topology.pods
    let first = Array(every.prefix(1))
    func add(
      _ name: String, _ address: String?, _ policy: Service.TrafficPolicy = .cluster,
      _ pods: [Pod]? = nil, _ change: (inout Service) -> Void = { _ in }
    ) {
      var workload = Workload(
        name: name, policy: policy, ingress: address.flatMap { IPAddress($0) }.map { [$0] } ?? [],
        pods: pods ?? every)
      change(&workload.service)
      manifests.workloads.append(workload)
    }
    add("internal", "192.0.2.140") { $0.type = .clusterIP }
    add("other-class", "192.0.2.141") { $0.loadBalancerClass = "example.com/other" }
    add("pending", nil)
    add("stranger", "192.0.2.240")
    add("local-nowhere", "192.0.2.142", .local, [])
    add("nowhere", "192.0.2.143", .cluster, [])
    add("shared-a", "192.0.2.144", .local, first)
    add("shared-b", "192.0.2.144", .local, [every[1]])
    add("on-node-3", "192.0.2.145", .local, [every[2]])
    for (name, address) in [
      ("unadvertised", "192.0.2.200"), ("elsewhere", "192.0.2.201"), ("contested", "192.0.2.202"),
      ("peerless", "192.0.2.203"), ("refusing", "192.0.2.204"), ("absent", "192.0.2.205"),
      ("other-as", "192.0.2.206"), ("other-password", "192.0.2.207"),
      ("silent", "192.0.2.209"), ("closed", "192.0.2.210"),
      ("secretless", "192.0.2.211"), ("misspelt", "192.0.2.212"),
    ] {
      add(name, address)
    }
    manifests.configuration.additions = [
      pool("unadvertised", "192.0.2.200"),
      pool("elsewhere", "192.0.2.201"),
      advertisement("L2Advertisement", "elsewhere", ["interfaces: [eth9]"]),
      pool("contested", "192.0.2.202"),
      advertisement(
        "BGPAdvertisement", "contested", ["localPref: 100", "peers: [router-ipv4]"]),
      // Those that select services are compared for each service only.
      advertisement(
        "BGPAdvertisement", "contested",
        [
          "localPref: 200", "peers: [router-ipv4]",
          "serviceSelectors: [{matchLabels: {app: web}}]",
        ], name: "contested-2"),
      pool("peerless", "192.0.2.203"),
      advertisement("BGPAdvertisement", "peerless", ["peers: [nobody]"]),
      session("refusing", "192.0.2.204", ["peerPort: 1799"]),
      session("absent", "192.0.2.205", ["connectTime: 10s"], at: "192.0.2.99"),
      session("other-as", "192.0.2.206", [], at: "192.0.2.21", peerAS: 64999),
      session("other-password", "192.0.2.207", ["password: wrong"], at: "192.0.2.25"),
      session("silent", "192.0.2.209", ["holdTime: 3s"], at: "192.0.2.23"),
      session("closed", "192.0.2.210", [], at: "192.0.2.24"),
      pool("secretless", "192.0.2.211"),
      advertisement("BGPAdvertisement", "secretless", ["peers: [secretless]"]),
    ].joined()
  }

  /// A peer of node-1 with a pool and an advertisement that are for it alone.
  static func session(
    _ name: String, _ address: String, _ options: [String], at peer: String = "192.0.2.1",
    peerAS: UInt32 = AddressPlan.routerAS
  ) -> String {
    pool(name, address) + advertisement("BGPAdvertisement", name, ["peers: [\(name)]"])
      + self.peer(name, options, at: peer, peerAS: peerAS)
  }

  /// A peer of node-1.
  static func peer(
    _ name: String, _ options: [String], at address: String = "192.0.2.1",
    peerAS: UInt32 = AddressPlan.routerAS
  ) -> String {
    let time = options.contains { $0.hasPrefix("connectTime") } ? [] : ["connectTime: 2s"]
    return document(
      "metallb.io/v1beta2", "BGPPeer", name,
      [
        "myASN: \(AddressPlan.nodeAS)", "peerASN: \(peerAS)", "peerAddress: \(address)",
        "nodeSelectors: [{matchLabels: {kubernetes.io/hostname: node-1}}]",
      ] + options + time)
  }

  static func pool(_ name: String, _ address: String) -> String {
    document("metallb.io/v1beta1", "IPAddressPool", name, ["addresses: [\(address)/32]"])
  }

  private static func advertisement(
    _ kind: String, _ pool: String, _ options: [String], name: String? = nil
  ) -> String {
    document("metallb.io/v1beta1", kind, name ?? pool, ["ipAddressPools: [\(pool)]"] + options)
  }

  private static func document(
    _ version: String, _ kind: String, _ name: String, _ spec: [String]
  ) -> String {
    """
    ---
    apiVersion: \(version)
    kind: \(kind)
    metadata:
      name: \(name)
      namespace: metallb-system
    spec:
    \(spec.map { "  \($0)" }.joined(separator: "\n"))

    """
  }
}
