import Addresses
import Advice
import ArgumentParser
import Resources
import Speaker
import Status

#if canImport(Glibc)
  import Glibc
#endif

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Say what on this node keeps a speaker from its work, and what to do.",
    discussion: """
      Looks at capabilities, interfaces, ports, kernel settings, firewall, clock, MTU, kube-proxy and \
      the way to the BGP peers; run it on the node, as root, in the host's network namespace. It \
      changes nothing. What to look for it learns from a running speaker, by its socket, from \
      --manifests or a cluster, and from the flags. Each finding has a section in Documentation/doctor.md.

      Exit status 0: no errors (warnings and notes allowed); 2: errors found; see also \
      bellman man.
      """)

  @Option(
    help: ArgumentHelp("Learn peers, addresses and nodes from these manifests.", valueName: "dir"),
    completion: .directory)
  var manifests: String?

  @Flag(
    name: .customLong("cluster"),
    help: "Learn them from the cluster, as --kubeconfig and --context do, or as a speaker does.")
  var readsCluster = false

  @OptionGroup var target: SpeakerSelection

  @Option(
    name: .customLong("interface"),
    help: ArgumentHelp("An interface to announce on; repeatable.", valueName: "name"))
  var interfaces: [String] = []

  @Option(
    name: .customLong("address"),
    help: ArgumentHelp("An address that is announced; repeatable.", valueName: "address"),
    transform: AddressArgument.address)
  var addresses: [IPAddress] = []

  @Option(
    name: .customLong("bgp-listen"),
    help: ArgumentHelp(
      "The speaker is to take BGP connections there; repeatable.", valueName: "address[:port]"),
    transform: AddressArgument.listenAddress)
  var listen: [ListenAddress] = []

  @Option(help: ArgumentHelp("UDP port on which speakers hear each other.", valueName: "port"))
  var peerPort: UInt16 = 7946

  @Flag(help: "The speaker is to relay connections (--relay).")
  var relay = false

  @OptionGroup(title: "Cluster") var cluster: ReadingArguments
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if manifests != nil, readsCluster || cluster.namesCluster {
      throw ValidationError("give a cluster or --manifests, not both")
    }
    if peerPort == 0 { throw ValidationError("--peer-port is 1 to 65535") }
  }

  func run() async throws {
    var duties = NodeDuties(
      node: target.nodeName ?? Self.hostName, interfaces: interfaces, announced: addresses,
      listenPorts: listen.map(\.port).sorted(), peerPort: peerPort, relays: relay)
    var omissions: [String] = []
    if let manifests {
      let snapshot = ManifestFolder(manifests).snapshot
      guard snapshot.problems.allSatisfy({ $0.severity != .error }) else {
        throw CommandFailure(
          "the manifests have errors; see them with\n  bellman validate \(manifests)")
      }
      duties.add(snapshot)
      omissions += Self.unknown(duties.node, in: snapshot)
    } else if readsCluster || cluster.namesCluster {
      let snapshot = try await cluster.withCluster(
        serviceLabels: EnvironmentVariable.first("BELLMAN_SERVICE_LABELS")
      ) { client, options in
        try await SnapshotReader(client: client, options: options).snapshot()
      }
      if snapshot.problems.contains(where: { $0.severity == .error }) {
        omissions.append("Objects of the cluster that are in error; see them with bellman plan.")
      }
      duties.add(snapshot)
      omissions += Self.unknown(duties.node, in: snapshot)
    }
    let status = try await status()
    if status == nil {
      omissions.append(
        "A running speaker: none was found under \(StatusSocket.directory); name it with --socket or "
          + "--node.")
      if manifests == nil, !readsCluster, !cluster.namesCluster {
        omissions.append(
          "The BGP peers, the addresses and the other nodes: a running speaker, --manifests or "
            + "--cluster tells of them.")
      }
    }
    if let status {
      duties.add(status, process: try StatusSocket.process(at: target.socketPath()))
    }
    var facts = NodeExamination(for: duties).facts()
    facts.omissions += omissions
    let document = Diagnosis(of: facts, for: duties).document
    print(try output.renderer.doctor(document), terminator: "")
    if document.hasErrors { throw ExitStatus.found.exit }
  }

  /// What the speaker of this node says; nil where none runs and none was named.
  private func status() async throws -> StatusDocument? {
    if target.socket == nil, target.nodeName == nil, StatusSocket.all().count != 1 { return nil }
    do {
      return try await StatusClient(socketPath: try target.socketPath()).status()
    } catch let failure as StatusClient.Failure {
      if target.socket == nil, case .noSpeaker = failure { return nil }
      throw CommandFailure(failure)
    }
  }

  /// That there is no Node of this name, without which nobody knows which peers are its own.
  private static func unknown(_ node: String, in snapshot: Snapshot) -> [String] {
    guard !snapshot.nodes.contains(where: { $0.name == node }) else { return [] }
    let names = snapshot.nodes.map(\.name).sorted()
    let rest = names.count > 10 ? " and \(names.count - 10) more" : ""
    return [
      "Which peers are those of Node \(node): there is no Node of that name, so that all are taken for "
        + "its own; "
        + (names.isEmpty
          ? "there is none at all."
          : "--node can be \(names.prefix(10).joined(separator: ", "))\(rest).")
    ]
  }

  private static var hostName: String {
    var bytes = [CChar](repeating: 0, count: 256)
    guard gethostname(&bytes, bytes.count - 1) == 0 else { return "this node" }
    return String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
