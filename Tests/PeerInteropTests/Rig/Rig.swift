import Addresses
import Foundation
import Lab
import NIOCore
import Testing

/// What a test builds.
struct Plan: Sendable {
  /// How the nodes reach the router.
  enum Path: Sendable {
    /// A cable between each node and the router.
    case cable
    /// A machine between them that forwards.
    case routed
  }

  var manifests = Manifests()
  var router = RouterConfiguration()
  var path = Path.cable
  var nodeCount = 1
  /// Whether the nodes have addresses of IPv4 besides those of IPv6.
  var nodesHaveIPv4 = true
  /// What the speakers are told on the command line besides.
  var speakerArguments: [String] = []

  /// The first BGPPeer.
  var peer: Manifests.Peer {
    get { manifests.peers[0] }
    set { manifests.peers[0] = newValue }
  }

  /// The first node as the router is told of it.
  var neighbor: RouterConfiguration.Neighbor {
    get { router.neighbors[0] }
    set { router.neighbors[0] = newValue }
  }

  /// The routes to the addresses of the Service, via the first node.
  var routes: Set<Route> {
    Set(
      manifests.addresses.map { address in
        let isIPv4 = !address.contains(":")
        return Route(
          prefix: address + (isIPv4 ? "/32" : "/128"),
          nextHop: isIPv4 ? "192.0.2.1" : "2001:db8::1", asPath: [64512])
      })
  }

  /// Makes the session one over IPv6.
  mutating func useIPv6() {
    peer.spec["peerAddress"] = "2001:db8::2"
    (neighbor.address, neighbor.localAddress) = ("2001:db8::1", "2001:db8::2")
  }

  /// Puts a machine that forwards before the router.
  mutating func useRoutedPath() {
    path = .routed
    peer.spec["peerAddress"] = "198.51.100.2"
    peer.spec["ebgpMultiHop"] = "true"
    peer.spec["dualStackAddressFamily"] = nil
    neighbor.localAddress = "198.51.100.2"
    neighbor.isMultihop = true
    neighbor.families = [.ipv4]
  }

  /// Makes the router one of our own AS.
  mutating func useInternalPeer() {
    peer.spec["peerASN"] = "64512"
    router.localAS = 64512
  }

  /// Adds `node-2` with a session of its own.
  mutating func addSecondNode() {
    manifests.nodes["node-2"] = ["192.0.2.33", "2001:db8:0:1::1"]
    peer.spec["nodeSelectors"] = "[{matchLabels: {kubernetes.io/hostname: node-1}}]"
    var second = peer
    second.name = "router-2"
    second.spec["peerAddress"] = "192.0.2.34"
    second.spec["nodeSelectors"] = "[{matchLabels: {kubernetes.io/hostname: node-2}}]"
    manifests.peers.append(second)
    var neighbor2 = neighbor
    (neighbor2.address, neighbor2.localAddress) = ("192.0.2.33", "192.0.2.34")
    router.neighbors.append(neighbor2)
  }

  /// Makes two sessions, over IPv4 and IPv6, one for each family.
  mutating func useTwoSessions() {
    peer.spec["dualStackAddressFamily"] = nil
    var second = peer
    second.name = "router-6"
    second.spec["peerAddress"] = "2001:db8::2"
    manifests.peers.append(second)
    neighbor.families = [.ipv4]
    var neighbor6 = neighbor
    (neighbor6.address, neighbor6.localAddress) = ("2001:db8::1", "2001:db8::2")
    neighbor6.families = [.ipv6]
    router.neighbors.append(neighbor6)
  }
}

/// One or two nodes with speakers and a router of another make: node N has 192.0.2.(32(N-1)+1), the
/// router the next address, on its interface eth(N-1); and so 2001:db8:0:(N-1)::1 and ::2. Where a
/// machine is between them, the router has 198.51.100.2 instead.
struct Rig: Sendable {
  let plan: Plan
  let router: any Router
  let routerHost: Host
  /// The folder of all files of the rig.
  let folder: URL
  let speakers: [Speaker]

  var speaker: Speaker { speakers[0] }

  /// Builds a rig, starts the router and then the speakers, hands it to `body`, and removes
  /// everything, whatever happens.
  static func with(
    _ kind: RouterKind, _ plan: Plan = Plan(), _ body: @Sendable (Rig) async throws -> Void
  ) async throws {
    await Slots.shared.take()
    do {
      try await withFolder { folder in
        try await withHosts(plan) { hosts, routerHost in
          let manifests = folder.appending(path: "manifests")
          try Speaker.write(plan.manifests, to: manifests)
          let speakers = try hosts.enumerated().map { index, host in
            try Speaker(
              node: "node-\(index + 1)", on: host, folder: folder, manifests: manifests,
              arguments: plan.speakerArguments)
          }
          let router = kind.router(plan.router, on: routerHost, folder: folder)
          do {
            try await router.start()
            for speaker in speakers { try await speaker.start() }
            try await body(
              Rig(
                plan: plan, router: router, routerHost: routerHost, folder: folder,
                speakers: speakers))
          } catch {
            Self.show(folder, of: kind)
            throw error
          }
        }
      }
    } catch {
      await Slots.shared.giveBack()
      throw error
    }
    await Slots.shared.giveBack()
  }

  /// Waits until the router has these routes and no others.
  func hasRoutes(
    _ expected: Set<Route>, within limit: TimeAmount = .seconds(60)
  ) async throws {
    try await eventually(equals: expected, within: limit, every: .milliseconds(100)) {
      Set(try await router.routes())
    }
  }

  /// Waits until the session with the first node is up, as the router says.
  func isUp(within limit: TimeAmount = .seconds(60)) async throws {
    let address = plan.neighbor.address
    try await eventually("the session is up", within: limit, every: .milliseconds(100)) {
      try await router.isEstablished(address)
    }
  }

  private static func withFolder(_ body: (URL) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "bellman-peers-\(getpid())-\(UInt32.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder)
  }

  private static func withHosts(
    _ plan: Plan, _ body: ([Host], Host) async throws -> Void
  ) async throws {
    var hosts: [Host] = []
    let result: Result<Void, any Error>
    do {
      let router = try await Host("r")
      hosts.append(router)
      var nodes: [Host] = []
      for index in 0..<plan.nodeCount {
        let node = try await Host("n\(index + 1)")
        hosts.append(node)
        nodes.append(node)
        switch plan.path {
        case .cable:
          try await connect(node, router, "eth\(index)", index, plan)
        case .routed:
          let middle = try await Host("m")
          hosts.append(middle)
          try await connect(node, middle, "eth0", index, plan)
          try await route(from: node, over: middle, to: router)
        }
      }
      try await body(nodes, router)
      result = .success(())
    } catch {
      result = .failure(error)
    }
    for host in hosts { await host.remove() }
    try result.get()
  }

  private static func connect(
    _ node: Host, _ other: Host, _ otherInterface: String, _ index: Int, _ plan: Plan
  ) async throws {
    try await node.ip("link add eth0 type veth peer name \(otherInterface) netns \(other.name)")
    for (host, interface, number) in [(node, "eth0", 1), (other, otherInterface, 2)] {
      if plan.nodesHaveIPv4 {
        try await host.ip("addr add 192.0.2.\(32 * index + number)/27 dev \(interface)")
      }
      try await host.ip("addr add 2001:db8:0:\(index)::\(number)/64 dev \(interface) nodad")
      try await host.ip("link set \(interface) up")
    }
  }

  private static func route(from node: Host, over middle: Host, to router: Host) async throws {
    try await middle.ip("link add eth1 type veth peer name eth0 netns \(router.name)")
    try await middle.ip("addr add 198.51.100.1/24 dev eth1")
    try await router.ip("addr add 198.51.100.2/24 dev eth0")
    try await middle.ip("link set eth1 up")
    try await router.ip("link set eth0 up")
    try await middle.run(["sysctl", "-qw", "net.ipv4.ip_forward=1"])
    try await node.ip("route add 198.51.100.0/24 via 192.0.2.2")
    try await router.ip("route add 192.0.2.0/24 via 198.51.100.1")
  }

  /// Prints the ends of the logs of a rig whose test has failed.
  private static func show(_ folder: URL, of kind: RouterKind) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for name in names.sorted() where name.hasSuffix(".output") || name.hasSuffix(".log") {
      let text = try? String(contentsOf: folder.appending(path: name), encoding: .utf8)
      print("--- \(kind.rawValue): \(name)\n\((text ?? "").suffix(3000))")
    }
  }
}
