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
      its own node.

      Exit status 0: shown; 2: shown, but not all speakers answered; 1: failure.
      """)

  @Argument(
    help: ArgumentHelp("An address, or a service as NAMESPACE/NAME.", valueName: "address|service"))
  var subject: String

  @OptionGroup var target: SpeakerSelection
  @OptionGroup(title: "Cluster") var survey: SurveyArguments
  @OptionGroup(title: "Cluster") var cluster: ReadingArguments
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let audience = Audience(target: target, survey: survey, cluster: cluster)
    let renderer = StatusRenderer(
      format: output.format, now: .now, width: output.width, colour: output.colour)
    guard audience.isCluster else {
      let document = try await asking {
        try await StatusClient(socketPath: target.socketPath()).explain(subject)
      }
      return print(try renderer.explain(document), terminator: "")
    }
    let document = try await audience.asking { try await $0.explain(subject) }
    print(try renderer.clusterExplain(document), terminator: "")
    if !document.isComplete { throw ExitCode(2) }
  }
}
