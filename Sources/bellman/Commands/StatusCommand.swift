import ArgumentParser
import Speaker
import Status

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show what speakers announce, since when, their peers and each other.",
    discussion: """
      Asks the speaker of this machine. Where none runs here, or with --cluster, --kubeconfig or as \
      'kubectl bellman', it asks all speakers of the cluster through the API server, or with --node one \
      of them.

      Exit status 0: shown; 2: shown, but not all speakers answered; 1: failure.
      """)

  /// What to show.
  enum View: String, CaseIterable, ExpressibleByArgument {
    case addresses
    case peers
    case members
  }

  @Argument(help: "addresses, peers or members.")
  var view: View = .addresses

  @OptionGroup var target: SpeakerSelection
  @OptionGroup(title: "Cluster") var survey: SurveyArguments
  @OptionGroup(title: "Cluster") var cluster: ReadingArguments
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let audience = Audience(target: target, survey: survey, cluster: cluster)
    guard audience.isCluster else {
      return try show(
        try await asking { try await StatusClient(socketPath: target.socketPath()).status() })
    }
    if let node = target.node {
      return try show(try await audience.asking { try await $0.status(of: node) })
    }
    guard view == .addresses else {
      let told = try await audience.asking { try await $0.nodes() }
      let text =
        view == .peers ? try renderer.clusterPeers(told) : try renderer.clusterMembers(told)
      print(text, terminator: "")
      if !told.isComplete { throw ExitCode(2) }
      return
    }
    let document = try await audience.asking { try await $0.status() }
    print(try renderer.cluster(document), terminator: "")
    if !document.isComplete { throw ExitCode(2) }
  }

  private var renderer: StatusRenderer {
    StatusRenderer(
      format: output.format, now: .now, width: output.width, colour: output.colour)
  }

  private func show(_ document: StatusDocument) throws {
    switch view {
    case .addresses: print(try renderer.status(document), terminator: "")
    case .members: print(try renderer.members(document), terminator: "")
    case .peers: print(try renderer.peers(document), terminator: "")
    }
  }
}
