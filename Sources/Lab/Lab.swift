public import Addresses
public import NIOCore

/// A lab: nodes with speakers, pods behind a service proxy, clients, and a router that runs BIRD,
/// each in a network namespace of its own. See ``Topology`` for the picture.
///
/// Nothing of the computer's own network is touched, and several labs can exist at once. Use
/// ``with(options:_:)``, which removes everything however its body ends.
public actor Lab {
  /// What a lab is made of.
  public struct Options: Sendable {
    /// The program `bellman`, for the speakers and the pods.
    public var binary: String
    /// How many nodes.
    public var nodeCount: Int
    /// How the router is configured.
    public var router: BirdConfiguration
    /// What the speakers read instead of the folder of manifests.
    public var cluster: (any LabCluster)?
    /// Changes the manifests before anybody reads them.
    public var editManifests: @Sendable (inout Manifests) -> Void

    /// The lab by default, with this program.
    public init(
      binary: String, nodeCount: Int = 3, router: BirdConfiguration = BirdConfiguration(),
      cluster: (any LabCluster)? = nil,
      editManifests: @escaping @Sendable (inout Manifests) -> Void = { _ in }
    ) {
      self.binary = binary
      self.nodeCount = nodeCount
      self.router = router
      self.cluster = cluster
      self.editManifests = editManifests
    }
  }

  /// The machines and their addresses.
  public nonisolated let topology: Topology
  /// The files of this run.
  public nonisolated let directory: RunDirectory
  /// The router.
  public nonisolated let router: Router
  /// What the lab was made of.
  public nonisolated let options: Options

  /// The cluster as the manifests say it is.
  public private(set) var manifests: Manifests
  private let folder: ManifestFolder
  /// The flags by which a speaker finds the cluster.
  private let source: [String]
  private var speakers: [String: ChildProcess] = [:]
  private let pods: [ChildProcess]
  private var observers: [@Sendable () async -> Void] = []
  private var captureCount = 0

  /// Builds a lab without speakers, runs `body`, and removes the lab, also when `body` throws or
  /// the task is cancelled. Leftovers of runs that died are removed first.
  public static func with<Result: Sendable>(
    options: Options, _ body: @Sendable (Lab) async throws -> Result
  ) async throws -> Result {
    try Requirements.check()
    try await Leftovers.remove()
    let directory = try RunDirectory.create()
    let result: Swift.Result<Result, any Error>
    do {
      let lab = try await Lab(options: options, directory: directory)
      do {
        result = .success(try await body(lab))
      } catch {
        result = .failure(error)
      }
      await lab.stopProcesses()
    } catch {
      result = .failure(error)
    }
    if let folder = Environment.value("BELLMAN_LAB_LOGS") { directory.keepLogs(in: folder) }
    // A task of its own: cleaning up must not end early because this one was cancelled.
    try await Task {
      try await Namespaces.remove(id: directory.id)
      directory.remove()
    }.value
    return try result.get()
  }

  private init(options: Options, directory: RunDirectory) async throws {
    self.options = options
    self.directory = directory
    let topology = Topology(id: directory.id, nodeCount: options.nodeCount)
    self.topology = topology
    try await Namespaces.build(topology, directory: directory)
    router = try await Router.start(options.router, topology: topology, directory: directory)
    pods = try await PodProcess.startAll(
      topology: topology, binary: options.binary, directory: directory)
    manifests = Manifests(topology: topology)
    options.editManifests(&manifests)
    folder = ManifestFolder(path: directory.manifests)
    try folder.write(manifests)
    source =
      try await options.cluster?.open(in: topology, directory: directory)
      ?? ["--manifests", directory.manifests]
    try await options.cluster?.publish(try manifests.files())
    try await ServiceProxy.load(
      services: manifests.services, slices: manifests.slices, topology: topology,
      directory: directory)
  }

  private func stopProcesses() async {
    for observer in observers { await observer() }
    await options.cluster?.close()
    await withTaskGroup(of: Void.self) { group in
      for process in Array(speakers.values) + pods + [router.process] {
        group.addTask { await process.stop() }
      }
    }
  }

  // MARK: The cluster

  /// Changes the cluster: first the proxies follow, as kube-proxy would, then the manifests that
  /// the speakers read, each file in one step.
  public func edit(_ change: @Sendable (inout Manifests, Topology) throws -> Void) async throws {
    var changed = manifests
    try change(&changed, topology)
    if changed.services != manifests.services || changed.slices != manifests.slices {
      try await ServiceProxy.load(
        services: changed.services, slices: changed.slices, topology: topology,
        directory: directory)
    }
    try folder.write(changed)
    try await options.cluster?.publish(try changed.files())
    manifests = changed
  }

  /// Puts a file of any content beside the manifests.
  public func writeManifest(_ name: String, _ text: String) throws {
    try TextFile.replace("\(directory.manifests)/\(name)", with: text)
  }

  /// Removes a file that ``writeManifest(_:_:)`` made.
  public func removeManifest(_ name: String) throws {
    try TextFile.remove("\(directory.manifests)/\(name)")
  }

  // MARK: Speakers

  /// Starts the speaker of `node`; its log is ``RunDirectory/log(_:)`` of the node's name.
  @discardableResult
  public func startSpeaker(_ node: String, arguments: [String] = []) async throws -> ChildProcess {
    let process = try await makeSpeaker(node, log: node, arguments: arguments)
    speakers[node] = process
    return process
  }

  /// Starts one more speaker of `node` beside the one that runs, logging to a file called `log`.
  /// It belongs to the caller, who must end it.
  public func makeSpeaker(
    _ node: String, log: String, socket: String? = nil, arguments: [String] = []
  ) async throws -> ChildProcess {
    try await ChildProcess(
      name: "speaker of \(node)",
      [
        options.binary, "speaker", "--node", node, "--socket",
        socket ?? directory.socket(node: node), "--log-format", "json", "--peer-key-file",
        directory.peerKey, "--relay", "nftables",
      ] + source + arguments,
      in: topology.node(node).namespace, logPath: directory.log(log))
  }

  /// Starts the speakers of all nodes.
  public func startSpeakers(arguments: [String] = []) async throws {
    for node in topology.nodes { try await startSpeaker(node.name, arguments: arguments) }
  }

  /// The nodes whose speakers were started and not killed or stopped, sorted.
  var runningSpeakers: [String] { speakers.keys.sorted() }

  /// The speaker of `node` has ended, and nobody is to ask it any more.
  public func forgetSpeaker(_ node: String) { speakers[node] = nil }

  /// The speaker of `node`.
  public func speaker(_ node: String) throws -> ChildProcess {
    guard let process = speakers[node] else { throw LabError("no speaker of \(node) was started") }
    return process
  }

  /// Runs `bellman` with these arguments, asking the speaker of `node`.
  public nonisolated func bellman(_ arguments: [String], node: String) async throws
    -> CommandOutput
  {
    try await Command.output(
      [options.binary] + arguments + ["--socket", directory.socket(node: node)])
  }

  /// Waits until every session of every node is up.
  public func waitForSessions(within limit: TimeAmount = .seconds(20)) async throws {
    let expected = topology.nodes.flatMap { node in
      options.router.sessionFamilies.map { family in
        BirdConfiguration.protocolName(node: node.name, family)
      }
    }.sorted()
    let running = Array(speakers.values)
    try await eventually(equals: expected, within: limit) {
      for speaker in running {
        if let status = await speaker.exitStatus {
          throw LabError(
            "the \(speaker.name) ended with status \(status): \(speaker.log().trimmed)")
        }
      }
      return try await router.protocols().filter(\.isEstablished).map(\.name).sorted()
    }
  }

  // MARK: What others see

  /// A request from `machine` to the port 80 of `address`.
  public nonisolated func curl(
    _ address: IPAddress, from machine: Machine, seconds: Double = 2
  ) async throws -> HTTPReply {
    let host = address.family == .ipv4 ? "\(address)" : "[\(address)]"
    let command = HTTPReply.command(url: "http://\(host)/", seconds: seconds)
    return HTTPReply(try await Command.output(command, in: machine.namespace))
  }

  /// The neighbour table of `machine`.
  public nonisolated func neighbours(of machine: Machine) async throws -> [Neighbour] {
    Neighbour.parse(try await Command.run(["ip", "neigh", "show"], in: machine.namespace))
  }

  /// The MAC address that `machine` has for `address`; nil when it has none.
  public nonisolated func neighbour(
    _ address: IPAddress, of machine: Machine
  ) async throws -> MACAddress? {
    try await neighbours(of: machine).first { $0.address == address }?.mac
  }

  /// Makes `machine` forget what it knows of its neighbours.
  public nonisolated func flushNeighbours(of machine: Machine) async throws {
    try await Command.run(["ip", "neigh", "flush", "all"], in: machine.namespace)
  }

  /// Has `stop` called when the lab ends.
  func addObserver(_ stop: @escaping @Sendable () async -> Void) { observers.append(stop) }

  /// A file for what one more observer on `machine` writes.
  func logPath(of machine: Machine, _ kind: String) -> String {
    captureCount += 1
    return directory.log("\(machine.name).\(captureCount).\(kind)")
  }

  /// Starts a capture on `eth0` of `machine`; it ends with the lab at the latest.
  public func capture(
    _ machine: Machine, direction: Capture.Direction = .both, filter: String = ""
  ) async throws -> Capture {
    captureCount += 1
    let capture = try await Capture.start(
      name: "\(machine.name).\(captureCount)", in: machine, direction: direction, filter: filter,
      directory: directory)
    observers.append { await capture.stop() }
    return capture
  }

  /// Starts to record the changes of the neighbour table of `machine`, until the lab ends.
  public func monitorNeighbours(of machine: Machine) async throws -> NeighbourMonitor {
    let monitor = try await NeighbourMonitor.start(
      in: machine, logPath: logPath(of: machine, "neighbours"))
    observers.append { await monitor.stop() }
    return monitor
  }
}
