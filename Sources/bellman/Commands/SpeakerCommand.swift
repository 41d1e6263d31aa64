import ArgumentParser
import Logging
import Speaker

struct SpeakerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "speaker",
    abstract: "Announce the LoadBalancer addresses that this node should announce.",
    discussion: """
      Reads Services, EndpointSlices, Nodes and MetalLB's kinds from the API server of a cluster, or \
      from the YAML and JSON files of a directory, follows their changes, and announces by ARP, NDP \
      and BGP until it gets SIGTERM or SIGINT; then it withdraws everything. Needs CAP_NET_RAW for \
      layer 2.
      """)

  @Option(help: ArgumentHelp("Read this directory of manifests, not a cluster.", valueName: "dir"))
  var manifests: String?

  @OptionGroup var target: SpeakerSelection

  @OptionGroup var log: LogOptions

  @Option(
    name: [.long, .customLong("lb-class")],
    help: ArgumentHelp(
      "Serve Services of this loadBalancerClass only; by default $BELLMAN_LOAD_BALANCER_CLASS, and "
        + "without it those that have none.",
      valueName: "class"))
  var loadBalancerClass: String?

  @Flag(
    name: .customLong("ignore-exclude-lb"),
    help: "Announce on nodes labelled node.kubernetes.io/exclude-from-external-load-balancers too.")
  var ignoreExcludeLabel = false

  @Option(
    name: .customLong("bgp-listen"),
    help: ArgumentHelp(
      "Take BGP connections of configured peers there; repeatable. The port is 179 unless given, an "
        + "IPv6 address stands in brackets; [::] takes IPv4 too.",
      valueName: "address[:port]"),
    transform: AddressArgument.listenAddress)
  var bgpListen: [ListenAddress] = []

  @Option(
    help: ArgumentHelp(
      "When another host uses one of our addresses: defend announces it again, at most once in "
        + "10 s; yield stops answering until that host is gone.",
      valueName: "policy"))
  var conflictPolicy = Layer2Options.ConflictPolicy.defend

  @Option(
    help: ArgumentHelp(
      "Announce each layer-2 address anew after this time, for switches that forget; 0 for never.",
      valueName: "seconds"))
  var gratuitousRefresh = 60

  @OptionGroup(title: "Cluster") var cluster: ClusterArguments
  @Option(
    help: ArgumentHelp(
      "What keeps connections whole that are open while an address is handed over: none; nftables "
        + "sends their segments on to the former owner, and needs nft and CAP_NET_ADMIN.",
      valueName: "means"))
  var relay = RelayMode.none

  @OptionGroup(title: "Health check node ports") var healthGate: HealthGateArguments

  @OptionGroup(title: "Metrics and probes") var listening: ListenArguments

  @OptionGroup(title: "Election of owners") var election: ElectionArguments

  func validate() throws {
    if manifests != nil, let flag = cluster.firstGiven {
      throw ValidationError("\(flag) is for a cluster; give it or --manifests, not both")
    }
    guard (0...86_400).contains(gratuitousRefresh) else {
      throw ValidationError(
        "--gratuitous-refresh is \(gratuitousRefresh); give 0 to 86400 seconds")
    }
  }

  func run() async throws {
    guard let node = target.nodeName else {
      throw ValidationError(
        "give the name of this node with --node, or in the environment variable BELLMAN_NODE_NAME")
    }
    bootstrapLogging(format: log.format, level: log.level)
    var options = SpeakerOptions(
      node: node, source: try manifests.map { .manifests($0) } ?? .cluster(cluster.options()),
      socketPath: try target.socketPath(),
      loadBalancerClass: loadBalancerClass
        ?? EnvironmentVariable.first("BELLMAN_LOAD_BALANCER_CLASS"),
      ignoreExcludeLabel: ignoreExcludeLabel,
      bgpListen: bgpListen,
      layer2: Layer2Options(
        conflictPolicy: conflictPolicy, refreshSeconds: gratuitousRefresh),
      election: try election.options(socketPath: try target.socketPath()), relay: relay)
    options.listen = listening.options()
    options.hasMetalLBMetrics = listening.metallbMetrics
    options.healthGate = healthGate.options()
    do {
      try await SpeakerProcess(options: options).run()
    } catch let error as SpeakerStartError {
      throw CommandFailure(error.description)
    }
  }
}
