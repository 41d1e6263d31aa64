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
  ///
  /// - Parameter serviceLabels: only Services with these labels are read; nil for all.
  func options(serviceLabels: String? = nil) throws -> ClusterOptions {
    var options: ClusterOptions
    do {
      options = ClusterOptions(
        endpoint: try Endpoint.discover(
          kubeconfig: kubeconfig, context: context,
          environment: Endpoint.Environment(variables: ProcessInfo.processInfo.environment)),
        namespace: namespace ?? EnvironmentVariable.first("BELLMAN_NAMESPACE", "METALLB_NAMESPACE")
          ?? ClusterOptions.defaultNamespace,
        serviceLabels: serviceLabels)
    } catch {
      throw CommandFailure("\(error)", .unreachable)
    }
    options.isReadOnly = true
    return options
  }

  /// Runs `body` with a client of the cluster, and the options of a reader.
  ///
  /// - Parameter serviceLabels: only Services with these labels are read; nil for all.
  func withCluster<Result: Sendable>(
    serviceLabels: String? = nil,
    _ body: (KubernetesClient, ClusterOptions) async throws -> Result
  ) async throws -> Result {
    let options = try options(serviceLabels: serviceLabels)
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

  @Option(
    help: ArgumentHelp(
      "The speakers serve only Services of the cluster with these labels, as in kubectl --selector; by "
        + "default $BELLMAN_SERVICE_LABELS.",
      valueName: "labels"))
  var serviceLabels: String?

  /// The labels of the Services of a cluster that are looked at; nil for all.
  var servedLabels: String? {
    serviceLabels ?? EnvironmentVariable.first("BELLMAN_SERVICE_LABELS")
  }

  var options: Assignment.Options {
    Assignment.Options(
      loadBalancerClass: loadBalancerClass
        ?? EnvironmentVariable.first("BELLMAN_LOAD_BALANCER_CLASS"),
      ignoreExcludeLabel: ignoreExcludeLabel)
  }
}
