import ArgumentParser
import Speaker
import Status

struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say for every node why it announces an address, or why it does not.",
    discussion: """
      The speaker of this machine says it of all nodes, as it sees them. Where none runs here, or with \
      --cluster, --kubeconfig or as 'kubectl bellman', all speakers of the cluster are asked, each for \
      its own node; with --node only that of this node is, and says it of all.

      Exit status 0: shown; 3: shown, but not all speakers answered; 4: not known; see also \
      bellman man.
      """)

  @Argument(
    help: ArgumentHelp("An address, or a service as NAMESPACE/NAME.", valueName: "address|service"),
    completion: Completions.addressesAndServices)
  var subject: String

  @OptionGroup var watching: WatchOptions
  @OptionGroup var target: SpeakerSelection
  @OptionGroup(title: "Cluster") var survey: SurveyArguments
  @OptionGroup(title: "Cluster") var cluster: ReadingArguments
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let status = try await watching.show { try await shown() }
    if status != .success { throw status.exit }
  }

  private func shown() async throws -> WatchOptions.Shown {
    let audience = Audience(target: target, survey: survey, cluster: cluster)
    guard audience.isCluster else {
      let document = try await asking {
        try await StatusClient(socketPath: target.socketPath(), deadline: survey.deadline.amount)
          .explain(subject)
      }
      return WatchOptions.Shown(try output.renderer.explain(document))
    }
    if let node = target.node {
      let document = try await audience.asking { try await $0.explain(subject, of: node) }
      return WatchOptions.Shown(try output.renderer.explain(document))
    }
    let document = try await audience.asking { try await $0.explain(subject) }
    return WatchOptions.Shown(
      try output.renderer.clusterExplain(document), isComplete: document.isComplete)
  }
}
