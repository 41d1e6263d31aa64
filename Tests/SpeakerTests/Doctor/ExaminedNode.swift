import Addresses
import Advice
import Foundation
import LinuxIO
import Speaker
import Status
import Synchronization

/// Two network namespaces with a cable between them: a node that is examined, 192.0.2.1, and a
/// router, 192.0.2.254.
struct ExaminedNode {
  let node: String
  let router: String

  private static let count = Atomic<Int>(0)

  static let router = IPAddress.v4(IPv4Address(192, 0, 2, 254))
  static let areMet = geteuid() == 0 || ProcessInfo.processInfo.environment["CI"] != nil
  static let reason = "network namespaces need root: run the tests with sudo"

  /// A program that the tests need is not installed.
  struct Missing: Error {
    let program: String
  }

  /// Makes the namespaces, hands them to `body`, and removes them, whatever happens.
  static func with(_ body: (ExaminedNode) throws -> Void) throws {
    let number = count.add(1, ordering: .relaxed).newValue
    let pair = ExaminedNode(
      node: "bellman-d\(getpid())-\(number)n", router: "bellman-d\(getpid())-\(number)r")
    defer {
      for name in [pair.node, pair.router] { _ = try? run("ip", "netns del \(name)") }
    }
    for name in [pair.node, pair.router] {
      try run("ip", "netns add \(name)")
      try run("ip", "-n \(name) link set lo up")
    }
    try run("ip", "-n \(pair.node) link add eth0 type veth peer name eth0 netns \(pair.router)")
    try pair.onNode("ip", "addr add 192.0.2.1/24 dev eth0")
    try pair.onRouter("ip", "addr add 192.0.2.254/24 dev eth0")
    try pair.onNode("ip", "link set eth0 up")
    try pair.onRouter("ip", "link set eth0 up")
    // The kernel tells of a carrier up to a second later.
    let end = Date() + 30
    while try !pair.hasCarrier, Date() < end { usleep(5000) }
    try body(pair)
  }

  private var hasCarrier: Bool {
    get throws {
      try NetworkNamespace.run(node) {
        try NetworkInterfaces.list().contains { $0.name == "eth0" && $0.isRunning }
      }
    }
  }

  /// Runs a program with these words, parted by single spaces.
  @discardableResult
  static func run(_ program: String, _ words: String, input: String = "") throws -> String {
    guard let found = SystemProgram(program) else { throw Missing(program: program) }
    return try found.run(words.split(separator: " ").map(String.init), input: input)
  }

  /// Runs a program in the namespace of the node.
  @discardableResult
  func onNode(_ program: String, _ words: String, input: String = "") throws -> String {
    try NetworkNamespace.run(node) { try Self.run(program, words, input: input) }
  }

  /// Runs a program in the namespace of the router.
  @discardableResult
  func onRouter(_ program: String, _ words: String, input: String = "") throws -> String {
    try NetworkNamespace.run(router) { try Self.run(program, words, input: input) }
  }

  /// What `bellman doctor` finds on the node, but for what depends on the machine: clocks, a
  /// kube-proxy that is not there, and what containers may not by default.
  func findings(_ duties: NodeDuties) throws -> [DoctorFinding] {
    try document(duties).findings.filter {
      ![.clockNotSynchronised, .nodeWasSuspended, .serviceProxySilent, .tcpMD5Unavailable]
        .contains($0.kind) && $0.subject != "CAP_SYS_NICE"
    }
  }

  /// What is found, once it is of these kinds; what was found last if that takes too long. The kernel
  /// tells of a lost carrier up to a second later, and a probe waits for no busy machine.
  func findings(
    _ duties: NodeDuties, once kinds: [DoctorFinding.Kind]
  ) throws -> [DoctorFinding] {
    let end = Date() + 30
    var found = try findings(duties)
    while found.map(\.kind) != kinds, Date() < end { found = try findings(duties) }
    return found
  }

  func document(_ duties: NodeDuties) throws -> DoctorDocument {
    try NetworkNamespace.run(node) {
      Diagnosis(of: NodeExamination(for: duties).facts(), for: duties).document
    }
  }

  /// A socket of the node or the router that has a port, until it is closed.
  func holding(
    _ port: UInt16, tcp: Bool, at address: UInt32 = 0, in namespace: String
  ) throws -> CInt {
    try NetworkNamespace.run(namespace) {
      let type = tcp ? CInt(SOCK_STREAM.rawValue) : CInt(SOCK_DGRAM.rawValue)
      let descriptor = socket(AF_INET, type | CInt(SOCK_CLOEXEC.rawValue), 0)
      var name = sockaddr_in()
      name.sin_family = sa_family_t(AF_INET)
      name.sin_port = port.bigEndian
      name.sin_addr.s_addr = address.bigEndian
      let length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let code = withUnsafePointer(to: &name) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
      }
      guard descriptor >= 0, code == 0, !tcp || listen(descriptor, 8) == 0 else {
        throw LinuxError("holding port \(port)", code: errno)
      }
      return descriptor
    }
  }
}
