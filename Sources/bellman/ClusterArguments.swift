import ArgumentParser
import FoundationEssentials
import KubernetesClient
import NIOCore
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

  @Option(
    help: ArgumentHelp(
      "Where the API server cannot be reached at the start, wait so long before the objects that were "
        + "kept in --state-dir are used until it answers; 5s by default, never to keep and use none.",
      valueName: "time"))
  var startFromDiskAfter: PatienceArgument?

  @Option(
    help: ArgumentHelp(
      "Use objects that were kept only if the API server was well so long ago at most, 1m to 24h; 1h "
        + "by default.",
      valueName: "time"))
  var startFromDiskMaxAge: TimeArgument?

  func validate() throws {
    if let after = startFromDiskAfter, let amount = after.amount, amount > .minutes(10) {
      throw ValidationError("--start-from-disk-after is \(after); give never, or at most 10m")
    }
    if let age = startFromDiskMaxAge, !(.minutes(1)...(.hours(24))).contains(age.amount) {
      throw ValidationError("--start-from-disk-max-age is \(age); give 1m to 24h")
    }
  }

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
    options.startFromDisk = startFromDisk
    return options
  }

  private var startFromDisk: StartFromDisk? {
    var start = StartFromDisk()
    if let given = startFromDiskAfter {
      guard let amount = given.amount else { return nil }
      start.after = amount
    }
    if let age = startFromDiskMaxAge { start.longestAge = age.amount }
    return start
  }

  /// The flag that is given although manifests are read, if any.
  var firstGiven: String? {
    if kubeconfig != nil { return "--kubeconfig" }
    if context != nil { return "--context" }
    if namespace != nil { return "--namespace" }
    if serviceLabels != nil { return "--service-labels" }
    if startFromDiskAfter != nil { return "--start-from-disk-after" }
    if startFromDiskMaxAge != nil { return "--start-from-disk-max-age" }
    return readOnly ? "--read-only" : nil
  }
}

/// A time to wait such as `5s`, or `never`; `0` means never too.
struct PatienceArgument: ExpressibleByArgument, CustomStringConvertible {
  /// Nil for never.
  let amount: TimeAmount?

  init?(argument: String) {
    if argument == "never" || argument == "0" {
      amount = nil
      return
    }
    guard let time = TimeArgument(argument: argument) else { return nil }
    amount = time.amount > .zero ? time.amount : nil
  }

  var description: String { amount.map { "\(TimeArgument(amount: $0))" } ?? "never" }
}
