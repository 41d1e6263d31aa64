import ArgumentParser
import Assignment
import FoundationEssentials
import KubernetesClient
import Logging
import Speaker

/// Which cluster a command looks at that is no speaker.
struct ReadingArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How to reach the API server; by default $KUBECONFIG, then the pod's service account, then "
        + "~/.kube/config.",
      valueName: "file"),
    completion: .file())
  var kubeconfig: String?

  @Option(
    help: ArgumentHelp(
      "The context of the kubeconfig; by default the current one.", valueName: "name"))
  var context: String?

  @Option(
    help: ArgumentHelp(
      "Namespace of the metallb.io objects; by default $BELLMAN_NAMESPACE, $METALLB_NAMESPACE or "
        + "\(ClusterOptions.defaultNamespace).",
      valueName: "name"))
  var namespace: String?

  /// Whether a cluster was named on the command line.
  var namesCluster: Bool { kubeconfig != nil || context != nil }

  /// The options of a reader; throws where there is no way to the cluster.
  func options() throws -> ClusterOptions {
    var options: ClusterOptions
    do {
      options = ClusterOptions(
        endpoint: try Endpoint.discover(
          kubeconfig: kubeconfig, context: context,
          environment: Endpoint.Environment(variables: ProcessInfo.processInfo.environment)),
        namespace: namespace ?? EnvironmentVariable.first("BELLMAN_NAMESPACE", "METALLB_NAMESPACE")
          ?? ClusterOptions.defaultNamespace)
    } catch {
      throw CommandFailure("\(error)", .unreachable)
    }
    options.isReadOnly = true
    return options
  }

  /// Runs `body` with a client of the cluster.
  func withCluster<Result: Sendable>(
    _ body: (KubernetesClient, ClusterOptions) async throws -> Result
  ) async throws -> Result {
    let options = try options()
    var logger = Logger(label: "bellman")
    logger.logLevel = .critical
    do {
      return try await SnapshotReader.withClient(options, logger: logger) {
        try await body($0, options)
      }
    } catch let error as KubernetesError {
      throw CommandFailure(error, server: options.endpoint.server)
    } catch let error as KubernetesConfigurationError {
      throw CommandFailure("\(error)")
    }
  }
}

/// What decides announcements besides the objects.
struct AssignmentArguments: ParsableArguments {
  @Option(
    name: [.long, .customLong("lb-class")],
    help: ArgumentHelp(
      "The loadBalancerClass that the speakers serve; by default $BELLMAN_LOAD_BALANCER_CLASS.",
      valueName: "class"))
  var loadBalancerClass: String?

  @Flag(
    name: .customLong("ignore-exclude-lb"),
    help: "The speakers ignore node.kubernetes.io/exclude-from-external-load-balancers.")
  var ignoreExcludeLabel = false

  var options: Assignment.Options {
    Assignment.Options(
      loadBalancerClass: loadBalancerClass
        ?? EnvironmentVariable.first("BELLMAN_LOAD_BALANCER_CLASS"),
      ignoreExcludeLabel: ignoreExcludeLabel)
  }
}
