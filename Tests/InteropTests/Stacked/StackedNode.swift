import Addresses
import Foundation
import Lab
import NIOCore
import Status
import Synchronization
import Testing

/// A node with a bond of two cables to a switch, what stands on it, a speaker, and a client on the
/// switch, each in a network namespace.
struct StackedNode: Sendable {
  /// What the node announces on.
  enum Shape: CaseIterable {
    case bond, vlan, bridge, macvlan

    var interface: String {
      switch self {
      case .bond: "bond0"
      case .vlan: "bond0.100"
      case .bridge: "br1"
      case .macvlan: "lan0"
      }
    }

    /// The commands for `ip` that make it on the bond.
    fileprivate var commands: [String] {
      switch self {
      case .bond: []
      case .vlan: ["link add link bond0 name bond0.100 type vlan id 100"]
      case .bridge: ["link add br1 type bridge", "link set bond0 master br1"]
      case .macvlan: ["link add link bond0 name lan0 type macvlan mode bridge"]
      }
    }
  }

  /// The addresses that the node announces.
  static let addresses = ["192.0.2.130", "2001:db8::130"].compactMap { IPAddress($0) }
  /// The members of the bond; the first one is active at first.
  static let members = ["m0", "m1"]

  private let shape: Shape
  private let prefix: String
  private let folder: String

  private var node: String { "\(prefix)n" }
  private var fabric: String { "\(prefix)s" }
  private var client: String { "\(prefix)c" }
  private var socket: String { "\(folder)/s.sock" }
  private var clientInterface: String { shape == .vlan ? "eth0.100" : "eth0" }

  private static let count = Atomic<Int>(0)

  /// Builds it, starts the speaker, waits until it owns its addresses, and removes all, whatever happens.
  ///
  /// - Parameter takesMACOfMember: whether the bond has the MAC address of its active member, and not
  ///   that of the first for ever.
  static func with(
    _ shape: Shape, takesMACOfMember: Bool, _ body: (StackedNode) async throws -> Void
  ) async throws {
    let number = count.add(1, ordering: .relaxed).newValue
    let folder = "\(FileManager.default.temporaryDirectory.path)/bellman-\(UUID().uuidString)"
    let stack = StackedNode(
      shape: shape, prefix: "bellman-k\(getpid())-\(number)", folder: folder)
    try FileManager.default.createDirectory(
      atPath: "\(folder)/manifests", withIntermediateDirectories: true)
    let result: Result<Void, any Error>
    do {
      try await stack.build(takesMACOfMember: takesMACOfMember)
      try Data(stack.manifests.utf8)
        .write(to: URL(filePath: "\(folder)/manifests/all.yaml"))
      let speaker = try await ChildProcess(
        name: "speaker",
        [
          Program.path, "speaker", "--node", "node-1", "--manifests", "\(folder)/manifests",
          "--insecure-peers", "--socket", stack.socket, "--state-dir", folder,
        ], in: stack.node, logPath: "\(folder)/log")
      do {
        try await eventually(
          "the speaker owns its addresses", within: .seconds(60), every: .milliseconds(500)
        ) {
          try await stack.ownedAddresses() == addresses
        }
        try await body(stack)
      } catch {
        print(speaker.log())
        await speaker.stop()
        throw error
      }
      await speaker.stop()
      result = .success(())
    } catch {
      result = .failure(error)
    }
    for name in [stack.node, stack.fabric, stack.client] {
      _ = try? await Command.run(["ip", "netns", "del", name])
    }
    try? FileManager.default.removeItem(atPath: folder)
    try result.get()
  }

  private func build(takesMACOfMember: Bool) async throws {
    // Nobody else is there that could have the addresses of these interfaces.
    let settings = ["all", "default"].map { "net.ipv6.conf.\($0).accept_dad=0" }
    for name in [node, fabric, client] {
      try await Command.run(["ip", "netns", "add", name])
      try await Command.run(["sysctl", "-qw"] + settings, in: name)
    }
    let policy = takesMACOfMember ? "active" : "none"
    try await batch(
      node,
      ["link add bond0 type bond mode active-backup miimon 50 fail_over_mac \(policy)"])
    let ports = ["p0", "p1", "pc"]
    let ends = Self.members.map { ($0, node) } + [("eth0", client)]
    try await batch(
      fabric,
      ["link add br0 type bridge"]
        + zip(ports, ends).map { port, end in
          "link add \(port) type veth peer name \(end.0) netns \(end.1)"
        } + ports.map { "link set \($0) master br0" }
        + (["br0"] + ports).map { "link set \($0) up" })
    try await batch(
      node,
      Self.members.map { "link set \($0) master bond0" }
        + (Self.members + ["lo", "bond0"]).map { "link set \($0) up" } + shape.commands
        + addresses(11, on: shape.interface))
    let tag = "link add link eth0 name eth0.100 type vlan id 100"
    try await batch(
      client,
      ["link set lo up", "link set eth0 up"] + (shape == .vlan ? [tag] : [])
        + addresses(10, on: clientInterface))
  }

  private func addresses(_ number: Int, on interface: String) -> [String] {
    [
      "link set \(interface) up", "addr add 192.0.2.\(number)/24 dev \(interface)",
      "addr add 2001:db8::\(number)/64 dev \(interface)",
    ]
  }

  /// Runs commands for `ip` in one process: in user-mode Linux each costs.
  private func batch(_ namespace: String, _ commands: [String]) async throws {
    let file = "\(folder)/ip"
    try Data(commands.joined(separator: "\n").utf8).write(to: URL(filePath: file))
    try await Command.run(["ip", "-n", namespace, "-batch", file])
  }

  @discardableResult
  private func ip(_ namespace: String, _ arguments: String) async throws -> String {
    try await Command.run(
      ["ip", "-n", namespace] + arguments.split(separator: " ").map(String.init))
  }

  private var manifests: String {
    let list = Self.addresses.map { "{ip: \"\($0)\"}" }.joined(separator: ", ")
    let slices = [("IPv4", "198.51.100.1"), ("IPv6", "2001:db8:51::1")].map { family, address in
      """
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata:
        name: web-\(family.lowercased())
        namespace: shop
        labels: {kubernetes.io/service-name: web}
      addressType: \(family)
      endpoints: [{addresses: ["\(address)"], nodeName: node-1, conditions: {ready: true}}]
      ---

      """
    }
    return slices.joined() + """
      apiVersion: v1
      kind: Node
      metadata: {name: node-1}
      status: {conditions: [{type: Ready, status: "True"}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: shop}
      spec: {type: LoadBalancer, ports: [{port: 80}]}
      status: {loadBalancer: {ingress: [\(list)]}}
      ---
      apiVersion: metallb.io/v1beta1
      kind: IPAddressPool
      metadata: {name: pool, namespace: metallb-system}
      spec: {addresses: [192.0.2.128/26, "2001:db8::100/120"]}
      ---
      apiVersion: metallb.io/v1beta1
      kind: L2Advertisement
      metadata: {name: all, namespace: metallb-system}
      spec: {\(shape == .vlan ? "interfaces: [\(shape.interface)]" : "")}
      """
  }

  // MARK: What the speaker says

  private func ownedAddresses() async throws -> [IPAddress] {
    let output = try await Command.output(
      [Program.path, "status", "--socket", socket, "-o", "json"])
    guard output.status == 0 else { return [] }
    let document: StatusDocument = try StatusRenderer.parse(output.output)
    return document.addresses.filter { $0.layer2.verdict == .owner }.map(\.address)
  }

  /// The interfaces as the speaker sees them, by name.
  func interfaces() async throws -> [String: InterfaceStatus] {
    let output = try await Command.run(
      [Program.path, "status", "--socket", socket, "-o", "json"])
    let document: StatusDocument = try StatusRenderer.parse(output)
    return Dictionary(document.interfaces.map { ($0.name, $0) }) { first, _ in first }
  }

  // MARK: What the kernels say

  /// The MAC address of the interface that the node announces on.
  func mac() async throws -> MACAddress { try await mac(of: shape.interface, in: node) }

  /// The MAC address of the client.
  func clientMAC() async throws -> MACAddress { try await mac(of: "eth0", in: client) }

  private func mac(of interface: String, in namespace: String) async throws -> MACAddress {
    let text = try await Command.run(
      ["cat", "/sys/class/net/\(interface)/address"], in: namespace)
    return try #require(MACAddress(text.split(separator: "\n").first.map(String.init) ?? ""))
  }

  /// The member that carries the traffic of the bond.
  func activeMember() async throws -> String? {
    let words = try await ip(node, "-d link show bond0").split(whereSeparator: \.isWhitespace)
    return words.firstIndex(of: "active_slave").map { String(words[$0 + 1]) }
  }

  /// Makes the client's kernel look for an address; nobody answers the question itself.
  func ask(_ address: IPAddress) async throws {
    _ = try await Command.output(["ping", "-c", "1", "-W", "0.3", "\(address)"], in: client)
  }

  /// Where the client's kernel takes an address to be.
  func clientFinds(_ address: IPAddress) async throws -> MACAddress? {
    let family = address.family == .ipv4 ? "-4" : "-6"
    let table = try await ip(client, "\(family) neigh show \(address) dev \(clientInterface)")
    // With `dev` it is left out of the lines.
    let words = table.split(whereSeparator: \.isWhitespace)
    return words.firstIndex(of: "lladdr").flatMap { MACAddress(String(words[$0 + 1])) }
  }

  /// Asks for an address outside of the VLAN, where it is none's.
  func askOutside(_ address: IPAddress) async throws {
    let question =
      address.family == .ipv4
      ? ["arping", "-D", "-c", "1", "-w", "1", "-I", "eth0", "\(address)"]
      : ["ndisc6", "-1", "-r", "1", "-w", "1000", "\(address)", "eth0"]
    _ = try await Command.output(question, in: client)
  }

  // MARK: What happens

  /// Cuts the cable of the active member; when, in seconds of the epoch.
  func failOver() async throws -> Double {
    let cut = Date().timeIntervalSince1970
    try await ip(fabric, "link set p0 down")
    return cut
  }

  /// What passes the client's port of the switch from now on, as tcpdump prints it.
  struct Ear: Sendable {
    fileprivate let process: ChildProcess

    func log() -> String { process.log() }

    func stop() async { await process.stop(by: .interrupt) }

    /// When an address was first announced from a MAC address after `time`, in seconds of the epoch.
    func firstAnnouncement(
      of address: IPAddress, by mac: MACAddress, since time: Double
    ) -> Double? {
      let words =
        address.family == .ipv4
        ? "Reply \(address) is-at \(mac)" : "neighbor advertisement, tgt is \(address),"
      return log().split(separator: "\n").first {
        $0.contains(" \(mac) > ") && $0.contains(words) && (Self.time(of: $0) ?? 0) >= time
      }.flatMap(Self.time)
    }

    /// What one station said of an address, or asked for it.
    func lines(about address: IPAddress, from mac: MACAddress) -> [Substring] {
      log().split(separator: "\n").filter {
        $0.contains(" \(mac) > ")
          && ($0.contains(" \(address) ") || $0.contains(" \(address),"))
      }
    }

    private static func time(of line: Substring) -> Double? {
      Double(line.prefix { $0 != " " })
    }
  }

  /// Listens at the client's port of the switch.
  func listen() async throws -> Ear {
    let process = try await ChildProcess(
      name: "tcpdump",
      [
        "tcpdump", "-i", "pc", "-n", "-e", "-tt", "-l",
        "--immediate-mode",
        "arp or icmp6",
      ],
      in: fabric, logPath: "\(folder)/tcpdump-\(UUID().uuidString)")
    try await eventually("tcpdump captures") { process.log().contains("listening on") }
    return Ear(process: process)
  }
}
