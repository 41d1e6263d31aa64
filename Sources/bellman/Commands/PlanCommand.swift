import Advice
import ArgumentParser
import KubernetesClient
import Speaker
import Status

struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Show what would be announced, or what a change of manifests would change of it.",
    discussion: """
      Decides as speakers do, and presumes that all speakers and sessions are up. Without --manifests \
      the objects of the cluster are taken. --against DIR compares with those of another directory, \
      --against-cluster with the cluster as it would be after 'kubectl apply' of the manifests.

      Exit status 0: shown, without errors or, compared, without a difference; 2: the objects have \
      errors, or, compared, something changes or has new problems; see also bellman man.
      """)

  @Argument(
    help: ArgumentHelp(
      "Show only this address, or the service NAMESPACE/NAME, and why other nodes would not.",
      valueName: "address|service"),
    completion: Completions.addressesAndServices)
  var subject: String?

  @Option(
    help: ArgumentHelp("The manifests; not needed with a cluster.", valueName: "dir"),
    completion: .directory)
  var manifests: String?

  @Option(
    help: ArgumentHelp(
      "Compare with this directory: what --manifests changes of it.", valueName: "dir"),
    completion: .directory)
  var against: String?

  @Flag(help: "Compare with the cluster: what applying --manifests changes of it.")
  var againstCluster = false

  @Flag(help: "Take the metallb.io objects that --manifests does not have for deleted.")
  var prune = false

  @OptionGroup(title: "Cluster") var cluster: ReadingArguments
  @OptionGroup(title: "Speakers") var assignment: AssignmentArguments
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if against != nil, againstCluster {
      throw ValidationError("give --against or --against-cluster, not both")
    }
    if manifests == nil, against != nil || againstCluster {
      throw ValidationError("name the new manifests with --manifests")
    }
    if prune, !againstCluster {
      throw ValidationError("--prune is for --against-cluster: a directory is compared as a whole")
    }
    if manifests != nil, !againstCluster, cluster.namesCluster {
      throw ValidationError(
        "--kubeconfig and --context are for a cluster; give --against-cluster too, or leave out "
          + "--manifests")
    }
    if manifests != nil, assignment.serviceLabels != nil {
      // The API server selects by them, and would leave out of one side only.
      throw ValidationError("--service-labels is for a cluster alone, not for --manifests")
    }
    if subject != nil, against != nil || againstCluster {
      throw ValidationError("a comparison is of all addresses; leave out the address or service")
    }
  }

  func run() async throws {
    guard let manifests else {
      let snapshot = try await cluster.withCluster(serviceLabels: assignment.servedLabels) {
        client, options in
        try await SnapshotReader(client: client, options: options).snapshot()
      }
      return try show(snapshot.plan(assignment.options))
    }
    let folder = ManifestFolder(manifests)
    if let against {
      let before = ManifestFolder(against).snapshot.plan(assignment.options)
      return try compare(before, folder.snapshot.plan(assignment.options))
    }
    guard againstCluster else { return try show(folder.snapshot.plan(assignment.options)) }
    let (files, source) = try await cluster.withCluster { client, options in
      let reader = SnapshotReader(client: client, options: options)
      return (try await reader.files(), options.endpoint.server)
    }
    let after = Snapshot(
      source: "\(source) with \(manifests)",
      files: Overlay.apply(folder.files, to: files, prunes: prune), problems: folder.problems)
    try compare(
      Snapshot(source: source, files: files).plan(assignment.options),
      after.plan(assignment.options))
  }

  private var renderer: StatusRenderer {
    let isAboutOne = subject != nil && output.format == .table
    return output.colours.renderer(isAboutOne ? .wide : output.format)
  }

  private func show(_ plan: PlanDocument) throws {
    let part = subject.map { plan.only(about: $0) } ?? plan
    if let subject, part.addresses.isEmpty, part.servicesWithoutAddress.isEmpty {
      throw CommandFailure("no service and no address '\(subject)' is in \(plan.source)", .notFound)
    }
    print(try renderer.plan(part), terminator: "")
    if part.problems.contains(where: { $0.severity == .error }) { throw ExitStatus.found.exit }
  }

  private func compare(_ before: PlanDocument, _ after: PlanDocument) throws {
    let difference = PlanDifference(from: before, to: after)
    print(try renderer.difference(difference), terminator: "")
    if !difference.isEmpty { throw ExitStatus.found.exit }
  }
}
