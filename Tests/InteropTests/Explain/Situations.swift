import Addresses
import Lab
import NIOCore
import Resources
import Status

extension Situation {
  /// What the objects of the cluster say.
  static let objects: [Situation] = [
    Situation("of another type", "192.0.2.140", "spec.type is ClusterIP", "(notLoadBalancer)"),
    Situation(
      "of another class", "192.0.2.141", "spec.loadBalancerClass is 'example.com/other'",
      "(otherLoadBalancerClass)"),
    Situation(
      "without an address", "lab/pending", "status.loadBalancer.ingress has no IP", "(noAddress)"),
    Situation(
      "unknown", "192.0.2.250", "no address '192.0.2.250' is known", "(noService)"),
    Situation(
      "in no pool", "192.0.2.240", "no IPAddressPool contains 192.0.2.240", "(addressInNoPool)"),
    Situation(
      "not advertised", "192.0.2.200", "no L2Advertisement selects", "no BGPAdvertisement selects",
      "(noMatchingAdvertisement)"),
    Situation("without an interface", "192.0.2.201", "eth9", "(noMatchingInterface)"),
    Situation(
      "Local without endpoints", "192.0.2.142", "nobody announces it",
      "Service lab/local-nowhere: externalTrafficPolicy is Local", "(noLocalEndpoint)"),
    Situation(
      "Local with an endpoint elsewhere", "192.0.2.131", on: "node-2", "node-1 owns it",
      "not node-2, node-3: Service lab/l2-local", "(noLocalEndpoint)"),
    Situation(
      "Cluster without endpoints", "192.0.2.143", "no node has a usable endpoint",
      "(noEndpoint)"),
    Situation(
      "shared by services of different nodes", "192.0.2.144", on: "node-2", "node-1 owns it",
      "no node can serve all 2 Services", "(sharedAddressUnserviceable)"),
    Situation(
      "advertised in two ways", "192.0.2.202", "nobody announces it", "100", "200",
      "(conflictingAdvertisements)"),
    Situation(
      "for no peer", "192.0.2.203", "no BGPPeer that the BGPAdvertisements select",
      "(noSessionToPeer)"),
    Situation(
      "all is well by BGP", "203.0.113.10",
      "node-1 announces it by BGP, and 2 other nodes should",
      ofAll: ["3 nodes announce it by BGP"]),
  ]

  // MARK: Nodes

  /// What is the matter with the only node that has endpoints of 192.0.2.145.
  static let nodes: [Situation] = [
    node("excluded", "(nodeExcluded)") {
      $0.metadata.labels["node.kubernetes.io/exclude-from-external-load-balancers"] = ""
    },
    node("without a network", "NetworkUnavailable is True", "(nodeNetworkUnavailable)") {
      $0.isNetworkUnavailable = true
    },
    node("being deleted", "metadata.deletionTimestamp is set", "(nodeLeaving)") {
      $0.metadata.isBeingDeleted = true
    },
    node("removed by the autoscaler", "ToBeDeletedByClusterAutoscaler", "(nodeLeaving)") {
      $0.taints = ["ToBeDeletedByClusterAutoscaler"]
    },
    node("out of service", "node.kubernetes.io/out-of-service", "(nodeOutOfService)") {
      $0.taints = ["node.kubernetes.io/out-of-service"]
    },
    Situation("a node that the cluster does not know") { lab in
      try await lab.edit { manifests, _ in manifests.nodes.removeLast() }
      return Question(
        subject: "192.0.2.145", node: "node-3",
        expected: ["nobody announces it", "no Node object named node-3", "(nodeUnknown)"])
    } restore: { lab in
      try await reset(lab)
    },
    Situation("a draining node") { lab in
      let address = try await lab.address("l2-dual")
      let owner = try await lab.settledOwner(of: address)
      _ = try await lab.bellman(["drain", "--deadline", "0s"], node: owner)
      return Question(
        subject: "\(address)", node: owner,
        expected: [
          " owns it: \(owner) was drained, or its speaker ended, and handed it over (drained)",
          "not \(owner): Node \(owner) is being drained by 'bellman drain' (nodeDraining)",
        ])
    } restore: { lab in
      for node in lab.topology.nodes {
        _ = try await lab.bellman(["drain", "--undo"], node: node.name)
      }
    },
    Situation("a drain that is over, seen from a third node") { lab in
      let address = try await lab.address("l2-dual")
      let owner = try await lab.settledOwner(of: address)
      // An address that no other node may have keeps the drain from its end.
      _ = try await lab.bellman(["drain", "--deadline", "2s"], node: owner)
      _ = try await lab.bellman(["drain", "--undo"], node: owner)
      let heir = try await lab.settledOwner(of: address)
      let third = lab.topology.nodes.map(\.name).first { $0 != owner && $0 != heir } ?? owner
      return Question(
        subject: "\(address)", node: third,
        expected: [
          "\(heir) owns it: \(owner) was drained, or its speaker ended, and handed it over (drained)"
        ])
    } restore: { _ in
    },
  ]

  private static func node(
    _ name: String, _ expected: String..., change: @escaping @Sendable (inout Node) -> Void
  ) -> Situation {
    Situation("a node \(name)") { lab in
      try await lab.edit { manifests, _ in
        for index in manifests.nodes.indices where manifests.nodes[index].name == "node-3" {
          change(&manifests.nodes[index])
        }
      }
      return Question(
        subject: "192.0.2.145", expected: ["node-3", "Node node-3"] + expected)
    } restore: { lab in
      try await reset(lab)
    }
  }

  /// Makes the nodes what they were.
  private static func reset(_ lab: Lab) async throws {
    try await lab.edit { manifests, topology in
      manifests.nodes = Manifests(topology: topology).nodes
    }
  }

  // MARK: Sessions

  /// How a BGP session can be down.
  static let sessions: [Situation] = [
    Situation(
      "a peer that refuses", "192.0.2.204", "cannot tell BGPPeer refusing",
      "Connection refused", "(noSessionToPeer)"),
    Situation(
      "a peer that is not there", "192.0.2.205", "cannot tell BGPPeer absent", "No route to host",
      "(noSessionToPeer)"),
    session(
      "a peer of another AS", with: 21, "192.0.2.206",
      ["cannot tell BGPPeer other-as", "sent 2/2 OPEN Message Error/Bad Peer AS"]),
    session(
      "a peer with another password", with: 25, "192.0.2.207",
      ["cannot tell BGPPeer other-password", "another password, or none"]),
    cut(
      "a peer that falls silent", with: 23, "192.0.2.209", "ip saddr 192.0.2.23",
      ["cannot tell BGPPeer silent", "sent 4/0 Hold Timer Expired"]),
    Situation("a session that the router's operator shut") { lab in
      try await addRouterAddress(24, in: lab)
      try await waitForBGP("192.0.2.210", in: lab)
      _ = try await lab.router.ask("disable closed \"maintenance until ten\"")
      return Question(
        subject: "192.0.2.210",
        expected: [
          "cannot tell BGPPeer closed", "received 6/2 Cease/Administrative Shutdown",
          "maintenance until ten", "(noSessionToPeer)",
        ])
    } restore: { lab in
      _ = try await lab.router.ask("enable closed")
    },
    Situation("a peer whose Secret is missing") { lab in
      try await lab.writeManifest(
        "secretless.yaml",
        SituationManifests.peer(
          "secretless", ["peerPort: 1795", "passwordSecret: {name: absent}"]))
      return Question(
        subject: "192.0.2.211",
        expected: [
          "(noSessionToPeer)", "BGPPeer metallb-system/secretless: spec.passwordSecret",
          "there is no Secret metallb-system/absent (configurationError)",
        ])
    } restore: { lab in
      try await lab.removeManifest("secretless.yaml")
    },
  ]

  /// A session of node-1 with an address of the router that is not its first.
  private static func session(
    _ name: String, with host: UInt8, _ address: String, _ expected: [String]
  ) -> Situation {
    Situation(name) { lab in
      try await addRouterAddress(host, in: lab)
      return Question(subject: address, expected: expected + ["(noSessionToPeer)"])
    } restore: { _ in
    }
  }

  /// A session of node-1 that comes up; then the router's packets of one kind are lost.
  private static func cut(
    _ name: String, with host: UInt8, _ address: String, _ match: String, _ expected: [String]
  ) -> Situation {
    Situation(name) { lab in
      try await addRouterAddress(host, in: lab)
      try await waitForBGP(address, in: lab)
      try await Command.run(
        [
          "nft",
          "add table inet cut; add chain inet cut out { type filter hook output priority 0; }; "
            + "add rule inet cut out \(match) drop",
        ], in: lab.topology.router.namespace)
      return Question(subject: address, expected: expected + ["(noSessionToPeer)"])
    } restore: { lab in
      _ = try await Command.output(
        ["nft", "delete table inet cut"], in: lab.topology.router.namespace)
    }
  }

  private static func addRouterAddress(_ host: UInt8, in lab: Lab) async throws {
    try await Command.run(
      ["ip", "addr", "replace", "192.0.2.\(host)/32", "dev", "eth0"],
      in: lab.topology.router.namespace)
  }

  private static func waitForBGP(_ address: String, in lab: Lab) async throws {
    let address = try requireAddress(address)
    try await eventually("node-1 announces \(address) by BGP") {
      try await lab.explain(address, node: "node-1").nodes.first { $0.node == "node-1" }?
        .bgp.verdict == .announced
    }
  }

  private static func requireAddress(_ text: String) throws -> IPAddress {
    guard let address = IPAddress(text) else { throw LabError("\(text) is no address") }
    return address
  }

  // MARK: Configuration

  /// Files that are in error.
  static let files: [Situation] = [
    Situation("a pool in error") { lab in
      try await lab.writeManifest(
        "broken.yaml",
        SituationManifests.pool("misspelt", "192.0.2.212").replacing(
          "192.0.2.212/32", with: "192.0.2.212-"))
      return Question(
        subject: "192.0.2.212",
        expected: [
          "no IPAddressPool contains 192.0.2.212 (addressInNoPool)", "in error: broken.yaml:",
          "IPAddressPool metallb-system/misspelt", "(configurationError)",
        ])
    } restore: { lab in
      try await lab.removeManifest("broken.yaml")
    },
    Situation("a service in error") { lab in
      try await lab.writeManifest(
        "broken.yaml",
        """
        apiVersion: v1
        kind: Service
        metadata: {name: torn, namespace: lab}
        spec: {type: LoadBalancer, externalTrafficPolicy: local}
        status: {loadBalancer: {ingress: [{ip: 192.0.2.146}]}}

        """)
      return Question(
        subject: "192.0.2.146",
        expected: [
          "no address '192.0.2.146' is known", "broken.yaml:4: Service lab/torn",
          "did you mean Local?",
        ])
    } restore: { lab in
      try await lab.removeManifest("broken.yaml")
    },
  ]

  // MARK: The segment

  /// What becomes of nodes and of others on the segment.
  static let segment: [Situation] = [
    Situation("another machine with the address") { lab in
      let address = try await lab.address("l2-local")
      let client = lab.topology.client
      try await Command.run(
        ["ip", "addr", "add", "\(address)/32", "dev", "eth0"], in: client.namespace)
      _ = try await Command.output(
        ["arping", "-U", "-c", "1", "-w", "1", "-I", "eth0", "\(address)"],
        in: client.namespace)
      return Question(
        subject: "\(address)", expected: ["\(client.mac) on eth0 uses it too (conflict)"])
    } restore: { lab in
      let address = try await lab.address("l2-local")
      try await Command.run(
        ["ip", "addr", "del", "\(address)/32", "dev", "eth0"], in: lab.topology.client.namespace)
    },
    cutOff("a partition, seen from the lonely side") { owner, _ in
      (
        owner, ["\(owner) owns it, and is silent", "witnesses acknowledge", "(noQuorum)"],
        [" owns it: \(owner) was silent", "not \(owner): ", "witnesses acknowledge", "(noQuorum)"]
      )
    },
    cutOff("a partition, seen from the other side") { owner, other in
      (
        other, [" owns it: \(owner) was silent, and a quorum of its witnesses", "(ownerSilent)"],
        nil
      )
    },
    Situation("a lost member that owned it") { lab in
      let address = try await lab.address("l2-cluster")
      let owner = try await lab.settledOwner(of: address)
      try await lab.crash(owner)
      return Question(
        subject: "\(address)", node: owner == "node-1" ? "node-2" : "node-1",
        expected: [" owns it: \(owner) was silent, and a quorum of its witnesses", "(ownerSilent)"])
    } restore: { lab in
      for node in lab.topology.nodes {
        try await lab.restoreLinks(of: node.name)
        if (try? await lab.speaker(node.name)) == nil { try await lab.startSpeaker(node.name) }
      }
    },
    Situation("a lost member with the only endpoint") { lab in
      try await lab.crash("node-3")
      return Question(
        subject: "192.0.2.145",
        expected: ["nobody announces it", "the other speakers hold Node node-3 dead"],
        expectedOfAll: [
          "no node that answered announces it", "the other speakers hold Node node-3 dead",
          "node-3 did not answer",
        ])
    } restore: { _ in
    },
  ]

  /// The owner of an address loses the segment.
  private static func cutOff(
    _ name: String,
    _ question:
      @escaping @Sendable (_ owner: String, _ other: String) -> (
        node: String, expected: [String], expectedOfAll: [String]?
      )
  ) -> Situation {
    Situation(name) { lab in
      let address = try await lab.address("l2-cluster")
      let owner = try await lab.settledOwner(of: address)
      try await lab.cutOff(owner)
      let asked = question(owner, owner == "node-1" ? "node-2" : "node-1")
      return Question(
        subject: "\(address)", node: asked.node, expected: asked.expected,
        expectedOfAll: asked.expectedOfAll)
    } restore: { lab in
      for node in lab.topology.nodes { try await lab.reconnect(node.name) }
    }
  }
}
