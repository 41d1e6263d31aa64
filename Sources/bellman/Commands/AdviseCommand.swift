import Advice
import ArgumentParser
import Speaker
import Status

struct AdviseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "advise",
    abstract: "Say what is wrong or risky about the services of a cluster, and what to do.",
    discussion: """
      Looks at the objects of the cluster, or of a directory of manifests. Each finding has a section \
      in Documentation/advise.md. A Service can accept risks in its annotation \
      bellman.dev/accepted-risks: the names of findings with commas between.

      Exit status 0: nothing as bad as --fail-on; 2: something; see also bellman man.
      """)

  /// From which severity on the exit status tells.
  enum Threshold: String, CaseIterable, ExpressibleByArgument {
    case error
    case warning
    case note
    case never

    var severity: Finding.Severity? { Finding.Severity(rawValue: rawValue) }
  }

  @Option(
    help: ArgumentHelp("Look at these manifests, not at a cluster.", valueName: "dir"),
    completion: .directory)
  var manifests: String?

  @Option(help: "Exit with status 2 from this severity on: error, warning, note or never.")
  var failOn: Threshold = .warning

  @Option(
    help: ArgumentHelp("Leave out findings of this name; repeatable.", valueName: "finding"))
  var ignore: [FindingName] = []

  @Flag(
    help: ArgumentHelp(
      "Ask the health check node ports of services with policy Local; this machine must reach the "
        + "nodes."))
  var askHealth = false

  @OptionGroup(title: "Cluster") var cluster: ReadingArguments
  @OptionGroup(title: "Speakers") var assignment: AssignmentArguments
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if manifests != nil, cluster.namesCluster {
      throw ValidationError("give a cluster or --manifests, not both")
    }
    if manifests != nil, assignment.serviceLabels != nil {
      throw ValidationError("--service-labels is for a cluster, not for --manifests")
    }
  }

  func run() async throws {
    var snapshot: Snapshot
    if let manifests {
      snapshot = ManifestFolder(manifests).snapshot
    } else {
      snapshot = try await cluster.withCluster(serviceLabels: assignment.servedLabels) {
        client, options in
        try await SnapshotReader(client: client, options: options).snapshot()
      }
    }
    if askHealth { snapshot.healthAnswers = await HealthQuestions(snapshot).ask() }
    let found = snapshot.advice(assignment.options)
    let ignored = Set(ignore.map(\.kind))
    let document = AdviceDocument(
      source: found.source, services: found.services,
      findings: found.findings.filter { !ignored.contains($0.kind) }, omissions: found.omissions)
    print(try output.renderer.advice(document), terminator: "")
    if let severity = failOn.severity, document.has(severity) { throw ExitStatus.found.exit }
  }
}

/// The name of a finding on the command line.
struct FindingName: ExpressibleByArgument {
  let kind: Finding.Kind

  init?(argument: String) {
    guard let kind = Finding.Kind(rawValue: argument) else { return nil }
    self.kind = kind
  }

  static var allValueStrings: [String] { Finding.Kind.allCases.map(\.rawValue) }
}
