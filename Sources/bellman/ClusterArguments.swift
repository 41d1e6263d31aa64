import ArgumentParser
import FoundationEssentials
import KubernetesClient
import Speaker

/// What the command line says about the cluster that a speaker reads.
struct ClusterArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How to reach the API server. Without it $KUBECONFIG says it, then the pod's service account, "
        + "then ~/.kube/config.",
      valueName: "file"))
  var kubeconfig: String?

  @Option(
    help: ArgumentHelp(
      "The context of the kubeconfig; by default the current one.", valueName: "name"))
  var context: String?

  @Option(
    help: ArgumentHelp(
      "Namespace of the metallb.io objects and of their Secrets; by default $BELLMAN_NAMESPACE, "
        + "$METALLB_NAMESPACE or \(ClusterOptions.defaultNamespace).",
      valueName: "name"))
  var namespace: String?

  @Option(
    help: ArgumentHelp(
      "Serve only Services with these labels, as in kubectl --selector; by default "
        + "$BELLMAN_SERVICE_LABELS.",
      valueName: "labels"))
  var serviceLabels: String?

  @Flag(help: "Write no status objects and no Events to the cluster.")
  var readOnly = false

  /// The options of a speaker that reads the cluster; throws where there is no way to it.
  func options() throws -> ClusterOptions {
    let endpoint: Endpoint
    do {
      endpoint = try Endpoint.discover(
        kubeconfig: kubeconfig, context: context,
        environment: Endpoint.Environment(variables: ProcessInfo.processInfo.environment))
    } catch {
      throw CommandFailure(
        "\(error)\nTo read manifests instead, name their directory with --manifests.")
    }
    var options = ClusterOptions(
      endpoint: endpoint,
      namespace: namespace ?? EnvironmentVariable.first("BELLMAN_NAMESPACE", "METALLB_NAMESPACE")
        ?? ClusterOptions.defaultNamespace,
      serviceLabels: serviceLabels ?? EnvironmentVariable.first("BELLMAN_SERVICE_LABELS"))
    options.isReadOnly = readOnly
    return options
  }

  /// The flag that is given although manifests are read, if any.
  var firstGiven: String? {
    if kubeconfig != nil { return "--kubeconfig" }
    if context != nil { return "--context" }
    if namespace != nil { return "--namespace" }
    if serviceLabels != nil { return "--service-labels" }
    return readOnly ? "--read-only" : nil
  }
}
