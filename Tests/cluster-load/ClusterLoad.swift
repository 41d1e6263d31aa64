import FoundationEssentials
import Glibc
import KubernetesClient
import Lab
import NIOCore
import Resources
import TestAPIServer

/// Measures a speaker that reads a large cluster: how soon everything is announced, what that costs,
/// and how soon a change is on the wire. `Benchmarks/cluster.py` runs it in a network namespace.
///
/// The API server of the tests and a BGP neighbour are in this process, so that one clock measures.
@main
enum ClusterLoad {
  static func main() async throws {
    let arguments = Arguments(CommandLine.arguments.dropFirst())
    let sink = Sink()
    let listener = try await sink.listen()
    try await TestAPIServer.run { server in
      Self.fill(server, arguments)
      try await measure(server, sink, arguments)
    }
    try await listener.close()
  }

  private static func measure(
    _ server: TestAPIServer, _ sink: Sink, _ arguments: Arguments
  ) async throws {
    let folder = arguments.folder
    let config = """
      apiVersion: v1
      kind: Config
      current-context: load
      clusters: [{name: load, cluster: {server: "\(server.url)"}}]
      users: [{name: load, user: {}}]
      contexts: [{name: load, context: {cluster: load, user: load}}]
      """
    try Data(config.utf8).write(to: URL(filePath: "\(folder)/kubeconfig"))
    let start = NIODeadline.now()
    let speaker = try await ChildProcess(
      name: "speaker",
      [
        arguments.bellman, "speaker", "--kubeconfig", "\(folder)/kubeconfig", "--node", "node-1",
        "--socket", "\(folder)/speaker.sock", "--insecure-peers", "--log-level", "error",
      ], in: nil, logPath: "\(folder)/speaker.log")
    while sink.announced < arguments.services {
      guard await speaker.exitStatus == nil, NIODeadline.now() - start < .minutes(2) else {
        print("{\"failure\": \"\(sink.announced) of \(arguments.services) were announced\"}")
        await speaker.stop()
        return
      }
      try await Task.sleep(for: .milliseconds(1))
    }
    let loaded = seconds(sink.lastChange - start)
    let loading = Usage(pid: speaker.pid)
    try await Task.sleep(for: .seconds(5))
    let before = Usage(pid: speaker.pid)
    let latencies = try await change(server, sink, arguments)
    let after = Usage(pid: speaker.pid)
    await speaker.stop()
    let sorted = latencies.sorted()
    func percentile(_ share: Double) -> Double {
      sorted.isEmpty ? 0 : sorted[min(Int(Double(sorted.count) * share), sorted.count - 1)] * 1000
    }
    print(
      """
      {"services": \(arguments.services), "nodes": \(arguments.nodes), "loaded_s": \(loaded), \
      "loading_cpu_s": \(loading.cpu), "loaded_mb": \(loading.resident), \
      "peak_mb": \(loading.peak), "rest_mb": \(before.resident), \
      "changes": \(arguments.rate * arguments.seconds), "seen": \(sorted.count), \
      "p50_ms": \(percentile(0.5)), "p99_ms": \(percentile(0.99)), \
      "longest_ms": \((sorted.last ?? 0) * 1000), "after_mb": \(after.resident), \
      "after_peak_mb": \(after.peak), "changes_cpu_s": \(after.cpu - before.cpu), \
      "writes": \(server.faults.count(of: .write))}
      """)
  }

  /// Moves endpoints of one service after the other away from the speaker's node, and back.
  private static func change(
    _ server: TestAPIServer, _ sink: Sink, _ arguments: Arguments
  ) async throws -> [Double] {
    var isHere = [Bool](repeating: true, count: arguments.services)
    let interval = TimeAmount.nanoseconds(1_000_000_000 / Int64(max(arguments.rate, 1)))
    var next = NIODeadline.now()
    for number in 0..<(arguments.rate * arguments.seconds) {
      let index = number % arguments.services
      isHere[index].toggle()
      sink.expect(index, isAnnounced: isHere[index])
      server.store.put(slice(index, node: isHere[index] ? "node-1" : "node-2"), .endpointSlices)
      next = next + interval
      let wait = next - .now()
      if wait > .zero { try await Task.sleep(for: .nanoseconds(wait.nanoseconds)) }
    }
    try await Task.sleep(for: .seconds(2))
    return sink.latencies
  }

  private static func seconds(_ time: TimeAmount) -> Double { Double(time.nanoseconds) / 1e9 }

  // MARK: The cluster

  private static func fill(_ server: TestAPIServer, _ arguments: Arguments) {
    for number in 1...arguments.nodes { server.store.put(node(number), .nodes) }
    for number in 0..<arguments.services {
      server.store.put(service(number), .services)
      server.store.put(slice(number, node: "node-1"), .endpointSlices)
    }
    let objects: [JSONValue] = [
      metallb("IPAddressPool", "v1beta1", ["addresses": ["2001:db8:0:113::/64"]]),
      metallb("BGPAdvertisement", "v1beta1", [:]),
      metallb(
        "BGPPeer", "v1beta2",
        [
          "myASN": 64512, "peerASN": 64513, "peerAddress": "::1",
          "peerPort": .integer(Int64(Sink.port)),
        ]),
    ]
    for object in objects {
      if let type = ServedType(of: object) { server.store.put(object, type) }
    }
  }

  private static func node(_ number: Int) -> JSONValue {
    [
      "metadata": [
        "name": .string("node-\(number)"),
        "labels": [
          "kubernetes.io/hostname": .string("node-\(number)"), "kubernetes.io/os": "linux",
          "kubernetes.io/arch": "amd64",
        ],
      ],
      "status": [
        "addresses": [["type": "InternalIP", "address": "2001:db8::1"]],
        "conditions": [["type": "Ready", "status": "True"]],
        "images": .array(
          (0..<50).map {
            [
              "names": [.string("registry.example.com/library/image-\($0):v1")],
              "sizeBytes": 1_000_000,
            ]
          }),
      ],
    ]
  }

  private static func service(_ number: Int) -> JSONValue {
    let address = "2001:db8:0:113::\(String(number + 1, radix: 16))"
    return [
      "metadata": [
        "name": .string("web-\(number)"), "namespace": "load", "labels": ["app": "web"],
      ],
      "spec": [
        "type": "LoadBalancer", "externalTrafficPolicy": "Local",
        "ports": [["name": "http", "port": 80, "protocol": "TCP", "targetPort": 8080]],
        "selector": ["app": "web"],
      ],
      "status": ["loadBalancer": ["ingress": [["ip": .string(address)]]]],
    ]
  }

  private static func slice(_ number: Int, node: String) -> JSONValue {
    [
      "addressType": "IPv6",
      "metadata": [
        "name": .string("web-\(number)-1"), "namespace": "load",
        "labels": ["kubernetes.io/service-name": .string("web-\(number)")],
      ],
      "endpoints": [
        [
          "addresses": ["2001:db8:0:100::1"], "nodeName": .string(node),
          "conditions": ["ready": true, "serving": true, "terminating": false],
        ]
      ],
      "ports": [["name": "http", "port": 8080, "protocol": "TCP"]],
    ]
  }

  private static func metallb(_ kind: String, _ version: String, _ spec: JSONValue) -> JSONValue {
    [
      "apiVersion": .string("metallb.io/\(version)"), "kind": .string(kind),
      "metadata": ["name": "load", "namespace": "metallb-system"], "spec": spec,
    ]
  }
}

/// `--bellman PROGRAM --folder DIR [--services N] [--nodes N] [--rate N] [--seconds N]`
struct Arguments {
  var bellman = "bellman"
  var folder = "."
  var services = 5000
  var nodes = 1000
  var rate = 100
  var seconds = 60

  init(_ arguments: some Sequence<String>) {
    var name: String?
    for argument in arguments {
      guard let known = name else {
        name = argument
        continue
      }
      switch known {
      case "--bellman": bellman = argument
      case "--folder": folder = argument
      case "--services": services = Int(argument) ?? services
      case "--nodes": nodes = Int(argument) ?? nodes
      case "--rate": rate = Int(argument) ?? rate
      case "--seconds": seconds = Int(argument) ?? seconds
      default: break
      }
      name = nil
    }
  }
}

/// What a process has used.
struct Usage {
  /// CPU time in seconds.
  var cpu = 0.0
  /// Resident memory in MB.
  var resident = 0.0
  /// The most of it so far.
  var peak = 0.0

  init(pid: Int32) {
    func text(_ file: String) -> String {
      let data = (try? Data(contentsOf: URL(filePath: "/proc/\(pid)/\(file)"))) ?? Data()
      return String(decoding: data, as: UTF8.self)
    }
    let fields = text("stat").split(separator: ")").last?.split(separator: " ") ?? []
    if fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) {
      cpu = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
    for line in text("status").split(separator: "\n") {
      let words = line.split(whereSeparator: { $0 == ":" || $0.isWhitespace })
      guard words.count > 1, let kilobytes = Double(words[1]) else { continue }
      if words[0] == "VmRSS" { resident = kilobytes / 1000 }
      if words[0] == "VmHWM" { peak = kilobytes / 1000 }
    }
  }
}
