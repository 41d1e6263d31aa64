import Addresses
import Foundation
import Lab
import NIOCore
import Status
import Synchronization
import Testing

/// A router and a node with a cable between them, each in a namespace of its own: `eth0` has
/// 192.0.2.1, 2001:db8::1 and fe80::1 on the router, and …2 on the node. A second node, …3, can be
/// plugged in.
struct Cable {
  let router: String
  let node: String
  /// Holds the files of all programs.
  let folder: String

  private static let count = Atomic<Int>(0)

  /// Makes a cable, hands it to `body`, and removes it, whatever happens.
  static func with(_ body: @Sendable (Cable) async throws -> Void) async throws {
    let number = count.add(1, ordering: .relaxed).newValue
    let prefix = "bellman-c\(getpid())-\(number)"
    let folder = FileManager.default.temporaryDirectory.appending(path: prefix)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let cable = Cable(router: "\(prefix)r", node: "\(prefix)n", folder: folder.path)
    let outcome: Result<Void, any Error>
    do {
      try await cable.build()
      outcome = .success(try await body(cable))
    } catch {
      outcome = .failure(error)
    }
    for namespace in [cable.router, cable.node] {
      let pids = try? await Command.run(["ip", "netns", "pids", namespace])
      for line in pids?.split(whereSeparator: \.isWhitespace) ?? [] {
        if let pid = pid_t(line) { kill(pid, SIGKILL) }
      }
      _ = try? await Command.run(["ip", "netns", "del", namespace])
    }
    if case .failure(let error) = outcome {
      // The folder stays for who looks for the cause.
      throw LabError("\(error); the files are in \(folder.path)")
    }
    try? FileManager.default.removeItem(at: folder)
  }

  private func build() async throws {
    for namespace in [router, node] {
      try await Command.run(["ip", "netns", "add", namespace])
      try await ip(namespace, "link set lo up")
    }
    try await ip(node, "link add eth0 type veth peer name eth0 netns \(router)")
    for (number, namespace) in [(1, router), (2, node)] {
      try await ip(namespace, "link set eth0 addrgenmode none")
      try await ip(namespace, "addr add 192.0.2.\(number)/24 dev eth0")
      try await ip(namespace, "addr add 2001:db8::\(number)/64 dev eth0 nodad")
      try await ip(namespace, "addr add fe80::\(number)/64 dev eth0 nodad")
      try await ip(namespace, "link set eth0 up")
    }
    try FileManager.default.createDirectory(
      atPath: "\(folder)/manifests", withIntermediateDirectories: true)
    try write("manifests/cluster.yaml", Self.cluster)
  }

  /// Runs `ip` for a namespace; words are separated by spaces.
  @discardableResult
  func ip(_ namespace: String, _ arguments: String) async throws -> String {
    try await Command.run(
      ["ip", "-n", namespace] + arguments.split(separator: " ").map(String.init))
  }

  /// Writes a file below the folder, in one piece.
  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(
      to: URL(fileURLWithPath: "\(folder)/\(name)"), options: .atomic)
  }

  /// Writes the BGPPeers, each with lines of its `spec` and annotations `bellman.dev/…`.
  func write(peers: [Peer]) throws {
    try write("manifests/peers.yaml", peers.map(\.text).joined(separator: "---\n"))
  }

  /// Starts `bellman speaker` on the node.
  func speaker(_ arguments: [String] = []) async throws -> Speaker {
    let socket = "\(folder)/speaker.sock"
    let process = try await ChildProcess(
      name: "bellman speaker",
      [
        Program.path, "speaker", "--manifests", "\(folder)/manifests", "--node", "node-1",
        "--socket", socket, "--log-level", "debug", "--insecure-peers",
      ] + arguments,
      in: node, logPath: "\(folder)/speaker.log")
    return Speaker(process: process, socket: socket)
  }

  /// A BFDProfile named `fast`, of 100 ms × 3.
  static let fastBFD = """
    apiVersion: metallb.io/v1beta1
    kind: BFDProfile
    metadata: {name: fast, namespace: metallb-system}
    spec: {receiveInterval: 100, transmitInterval: 100}
    """

  /// The service 203.0.113.10 and 2001:db8:f::10 with an endpoint on the node.
  private static let cluster = """
    apiVersion: v1
    kind: Node
    metadata: {name: node-1}
    status:
      conditions: [{type: Ready, status: "True"}]
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web, namespace: shop}
    spec:
      type: LoadBalancer
      ports: [{port: 80}]
    status:
      loadBalancer: {ingress: [{ip: 203.0.113.10}, {ip: "2001:db8:f::10"}]}
    ---
    apiVersion: discovery.k8s.io/v1
    kind: EndpointSlice
    metadata:
      {name: web-4, namespace: shop, labels: {kubernetes.io/service-name: web}}
    addressType: IPv4
    endpoints: [{addresses: [198.51.100.1], nodeName: node-1, conditions: {ready: true}}]
    ---
    apiVersion: discovery.k8s.io/v1
    kind: EndpointSlice
    metadata:
      {name: web-6, namespace: shop, labels: {kubernetes.io/service-name: web}}
    addressType: IPv6
    endpoints: [{addresses: ["2001:db8:e::1"], nodeName: node-1, conditions: {ready: true}}]
    ---
    apiVersion: metallb.io/v1beta1
    kind: IPAddressPool
    metadata: {name: bgp, namespace: metallb-system}
    spec: {addresses: [203.0.113.0/24, "2001:db8:f::/64"]}
    ---
    apiVersion: metallb.io/v1beta1
    kind: BGPAdvertisement
    metadata: {name: bgp, namespace: metallb-system}
    """
}

/// A BGPPeer in the manifests of a ``Cable``.
struct Peer {
  var name = "router"
  var spec: [String] = ["peerAddress: 192.0.2.1"]
  var options: [String: String] = [:]

  var text: String {
    var lines = [
      "apiVersion: metallb.io/v1beta2", "kind: BGPPeer", "metadata:", "  name: \(name)",
      "  namespace: metallb-system",
    ]
    if !options.isEmpty {
      lines.append("  annotations:")
      lines += options.sorted { $0.key < $1.key }.map {
        "    bellman.dev/\($0.key): \"\($0.value)\""
      }
    }
    lines += ["spec:", "  myASN: 64512"]
    if !spec.contains(where: { $0.hasPrefix("peerASN") || $0.hasPrefix("dynamicASN") }) {
      lines.append("  peerASN: 64513")
    }
    return (lines + spec.map { "  \($0)" }).joined(separator: "\n") + "\n"
  }
}

/// A running `bellman speaker`.
struct Speaker {
  let process: ChildProcess
  let socket: String

  /// What it says of itself.
  func status() async throws -> StatusDocument {
    let answer = try await Command.run(
      [Program.path, "status", "-o", "json", "--socket", socket])
    return try StatusRenderer.parse(answer)
  }

  /// What it says of one peer; nil while it does not answer or does not know the peer.
  func peer(_ name: String = "router") async -> PeerStatus? {
    try? await status().peers.first { $0.name == name }
  }

  /// What it finds wrong; nothing while it does not answer.
  func problems() async -> [Problem] { (try? await status().problems) ?? [] }

  /// Waits until the session with a peer is established.
  func waitForSession(_ name: String = "router", within limit: TimeAmount = .seconds(15))
    async throws
  {
    do {
      try await eventually("the session with \(name) is established", within: limit) {
        await peer(name)?.state == .established
      }
    } catch {
      throw LabError("\(error); \(String(describing: await peer(name)))")
    }
  }
}
