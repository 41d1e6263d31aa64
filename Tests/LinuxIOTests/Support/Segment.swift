import Addresses
import Foundation
import LinuxIO
import Synchronization

/// A layer-2 segment: a bridge in a namespace of its own, and namespaces with an `eth0` on it.
struct Segment {
  let bridge: Namespace
  let nodeA: Namespace
  let nodeB: Namespace
  let client: Namespace

  /// Makes a segment, hands it to `body`, and removes it, whatever happens.
  static func with<Value>(_ body: (Segment) throws -> Value) throws -> Value {
    let bridge = try Namespace("sw")
    defer { bridge.remove() }
    let nodeA = try Namespace("a")
    defer { nodeA.remove() }
    let nodeB = try Namespace("b")
    defer { nodeB.remove() }
    let client = try Namespace("c")
    defer { client.remove() }

    try bridge.ip("link add br0 type bridge mcast_snooping 1 mcast_querier 1")
    try bridge.ip("link set br0 up")
    for (number, node) in [(1, nodeA), (2, nodeB), (99, client)] {
      try bridge.ip("link add port\(number) type veth peer name eth0 netns \(node.name)")
      try bridge.ip("link set port\(number) master br0 up")
      try node.ip("addr add 192.0.2.\(number)/24 dev eth0")
      try node.ip("addr add 2001:db8::\(number)/64 dev eth0 nodad")
      try node.ip("link set eth0 up")
    }
    // The bridge forwards as soon as it has noticed the carriers.
    for address in ["192.0.2.1", "192.0.2.2"] {
      let isForwarding = try eventually {
        try client.touch(address)
        return try client.neighbor(address).mac != nil
      }
      guard isForwarding else { throw SegmentFailure(address: address) }
    }
    return try body(Segment(bridge: bridge, nodeA: nodeA, nodeB: nodeB, client: client))
  }
}

/// The bridge does not carry frames to a node.
struct SegmentFailure: Error {
  let address: String
}

/// A network namespace with its loopback interface up.
struct Namespace {
  let name: String

  private static let count = Atomic<Int>(0)

  /// Makes a namespace whose name holds our process ID.
  init(_ role: String) throws {
    let number = Self.count.add(1, ordering: .relaxed).newValue
    name = "bellman-t\(getpid())-\(number)\(role)"
    try LinuxIOTests.run("ip netns add \(name)")
    try ip("link set lo up")
  }

  /// Removes the namespace with all that is in it.
  func remove() { _ = try? attempt("ip netns del \(name)") }

  /// Runs `ip` for this namespace.
  @discardableResult
  func ip(_ arguments: String) throws -> String {
    try LinuxIOTests.run("ip -n \(name) \(arguments)")
  }

  /// Runs a command in this namespace, which may fail.
  @discardableResult
  func attempt(_ command: String) throws -> CommandResult {
    try LinuxIOTests.attempt("ip netns exec \(name) \(command)")
  }

  /// Runs `body` on a thread in this namespace.
  func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
    try NetworkNamespace.run(name, body)
  }

  /// An interface of this namespace.
  func interface(_ name: String = "eth0") throws -> NetworkInterface {
    let all = try run { try NetworkInterfaces.list() }
    guard let found = all.first(where: { $0.name == name }) else {
      throw PacketSocketError.noSuchInterface(name)
    }
    return found
  }

  /// The entry of the kernel's neighbour table for `address` on `eth0`.
  func neighbor(_ address: String) throws -> (mac: MACAddress?, state: String) {
    let words = try ip("neigh show to \(address) dev eth0").split(whereSeparator: \.isWhitespace)
    let position = words.firstIndex(of: "lladdr").map { $0 + 1 }
    return (position.flatMap { MACAddress(words[$0]) }, words.last.map(String.init) ?? "NONE")
  }

  /// Makes the kernel resolve `address`, by a datagram that nobody will answer.
  func touch(_ address: String) throws {
    let ping = address.contains(":") ? "ping -6" : "ping -4"
    try attempt("\(ping) -c 1 -W 0.1 \(address)")
  }

  /// Whether the kernel resolves `address` to `mac`, asking as long as it does not.
  func resolves(_ address: String, to mac: MACAddress?) throws -> Bool {
    try eventually {
      try touch(address)
      return try neighbor(address).mac == mac
    }
  }
}
