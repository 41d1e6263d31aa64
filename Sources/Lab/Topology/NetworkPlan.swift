import Addresses

/// What builds the network of a topology: batches for `ip -batch` and sysctl settings, in order.
struct NetworkPlan {
  /// Commands for one namespace.
  struct Batch: Hashable {
    let namespace: String
    let commands: [String]
  }

  /// The cables, laid before anything is configured.
  let links: [Batch]
  /// Addresses and routes.
  let addresses: [Batch]
  /// Kernel settings for each namespace, `key = value` lines; they precede the links, because
  /// interfaces inherit the defaults when they are made.
  let settings: [(namespace: String, lines: [String])]

  init(_ topology: Topology) {
    settings = topology.namespaces.map { ($0, Self.settings(for: $0, in: topology)) }
    links = [Self.segmentLinks(topology), Self.outsideLink(topology)] + Self.podLinks(topology)
    addresses =
      [Self.router(topology), Self.outside(topology), Self.client(topology)]
      + topology.nodes.indices.map { Self.node($0, in: topology) }
      + topology.pods.map(Self.pod)
  }

  private static func settings(for namespace: String, in topology: Topology) -> [String] {
    let forwards =
      namespace == topology.router.namespace
      || topology.nodes.contains { $0.namespace == namespace }
    var lines: [String] = []
    for scope in ["all", "default"] {
      lines += [
        // Addresses must be usable at once: duplicate address detection takes a second or more.
        "net.ipv6.conf.\(scope).accept_dad = 0",
        "net.ipv6.conf.\(scope).dad_transmits = 0",
        "net.ipv6.conf.\(scope).accept_ra = 0",
        "net.ipv6.conf.\(scope).accept_redirects = 0",
        "net.ipv4.conf.\(scope).rp_filter = 0",
        "net.ipv4.conf.\(scope).accept_redirects = 0",
        "net.ipv4.conf.\(scope).send_redirects = 0",
      ]
      if forwards { lines.append("net.ipv6.conf.\(scope).forwarding = 1") }
    }
    if forwards {
      lines += [
        "net.ipv4.ip_forward = 1",
        // Ports take part in the choice among equal routes, so that one client reaches every node.
        "net.ipv4.fib_multipath_hash_policy = 1",
        "net.ipv6.fib_multipath_hash_policy = 1",
      ]
    }
    return lines
  }

  private static func segmentLinks(_ topology: Topology) -> Batch {
    // Snooping would hold back Neighbor Solicitations until it has learned the groups.
    var commands = [
      "link add segment type bridge stp_state 0 forward_delay 0 mcast_snooping 0",
      "link set segment up",
      "link set lo up",
    ]
    for machine in [topology.router, topology.client] + topology.nodes {
      commands += cable(from: machine.name, to: machine, master: "segment")
    }
    return Batch(namespace: topology.segmentNamespace, commands: commands)
  }

  private static func outsideLink(_ topology: Topology) -> Batch {
    Batch(
      namespace: topology.router.namespace,
      commands: cable(from: "eth1", to: topology.outside, master: nil))
  }

  private static func podLinks(_ topology: Topology) -> [Batch] {
    topology.nodes.map { node in
      var commands = [
        "link add cni0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0",
        "link set cni0 up",
      ]
      for pod in topology.pods where pod.node == node.name {
        commands += cable(from: pod.name, to: pod.machine, master: "cni0")
      }
      return Batch(namespace: node.namespace, commands: commands)
    }
  }

  /// A veth pair between interface `name` of the batch's namespace and `eth0` of `machine`.
  private static func cable(from name: String, to machine: Machine, master: String?) -> [String] {
    let peer = "peer name eth0 address \(machine.mac) netns \(machine.namespace)"
    let bridge = master.map { " master \($0)" } ?? ""
    return ["link add \(name) type veth \(peer)", "link set \(name)\(bridge) up"]
  }

  private static func router(_ topology: Topology) -> Batch {
    Batch(
      namespace: topology.router.namespace,
      commands: onSegment(topology.router) + [
        "address replace \(AddressPlan.outsideRouterIPv4)/\(AddressPlan.outsideLengthIPv4) dev eth1",
        "address replace \(AddressPlan.outsideRouterIPv6)/64 dev eth1 nodad",
      ])
  }

  private static func outside(_ topology: Topology) -> Batch {
    Batch(
      namespace: topology.outside.namespace,
      commands: up + [
        "address replace \(topology.outside.ipv4)/\(AddressPlan.outsideLengthIPv4) dev eth0",
        "address replace \(topology.outside.ipv6)/64 dev eth0 nodad",
        "route replace default via \(AddressPlan.outsideRouterIPv4)",
        "route replace default via \(AddressPlan.outsideRouterIPv6)",
      ])
  }

  private static func client(_ topology: Topology) -> Batch {
    Batch(
      namespace: topology.client.namespace,
      commands: onSegment(topology.client) + defaultRoutes(by: topology.router))
  }

  /// What a node has at first, and gets again when its links were down: the kernel drops routes and
  /// IPv6 addresses then.
  static func node(_ index: Int, in topology: Topology) -> Batch {
    let node = topology.nodes[index]
    var commands = onSegment(node) + defaultRoutes(by: topology.router)
    for pod in topology.pods {
      if pod.node == node.name {
        commands += [
          "address replace \(pod.gatewayIPv4)/30 dev cni0",
          "address replace \(pod.gatewayIPv6)/64 dev cni0 nodad",
        ]
      } else if let owner = try? topology.node(pod.node), let v4 = pod.networkIPv4,
        let v6 = pod.networkIPv6
      {
        commands += [
          "route replace \(v4) via \(owner.ipv4)", "route replace \(v6) via \(owner.ipv6)",
        ]
      }
    }
    return Batch(namespace: node.namespace, commands: commands)
  }

  private static func pod(_ pod: Pod) -> Batch {
    Batch(
      namespace: pod.machine.namespace,
      commands: up + [
        "address replace \(pod.machine.ipv4)/30 dev eth0",
        "address replace \(pod.machine.ipv6)/64 dev eth0 nodad",
        "route replace default via \(pod.gatewayIPv4)",
        "route replace default via \(pod.gatewayIPv6)",
      ])
  }

  private static let up = ["link set lo up", "link set eth0 up"]

  private static func onSegment(_ machine: Machine) -> [String] {
    up + [
      "address replace \(machine.ipv4)/24 dev eth0",
      "address replace \(machine.ipv6)/64 dev eth0 nodad",
    ]
  }

  private static func defaultRoutes(by router: Machine) -> [String] {
    ["route replace default via \(router.ipv4)", "route replace default via \(router.ipv6)"]
  }
}
