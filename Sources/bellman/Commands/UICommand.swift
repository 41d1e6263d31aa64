import ArgumentParser
import Speaker

#if canImport(Glibc)
  import Glibc
#endif

struct UICommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ui",
    abstract: "Serve a page that shows who announces each address, live, and print its URL.",
    discussion: """
      Shows what the speaker of this machine knows. Where none runs here, or with --cluster, \
      --kubeconfig or as 'kubectl bellman', it asks all speakers of the cluster through the API server, \
      with your rights. The page is served on a loopback address until Ctrl-C, and nothing can be \
      changed with it. Its URL ends in a key, without which other users of this machine see nothing.
      """)

  @Option(
    help: ArgumentHelp(
      "Serve it there, on a loopback address; by default on 127.0.0.1 and a free port.",
      valueName: "address:port"),
    transform: AddressArgument.placeWithPort)
  var listen: ListenAddress?

  @OptionGroup var target: SpeakerSelection
  @OptionGroup(title: "Cluster") var survey: SurveyArguments
  @OptionGroup(title: "Cluster") var cluster: ReadingArguments

  func run() async throws {
    let audience = Audience(target: target, survey: survey, cluster: cluster)
    guard audience.isCluster else {
      let path = try target.socketPath()
      return try await asking { try await serve(.speaker(StatusClient(socketPath: path))) }
    }
    if target.node != nil {
      throw ValidationError(
        "--node names a speaker of this machine, and none runs here; leave it out to see all nodes")
    }
    try await audience.asking { try await serve(.cluster($0)) }
  }

  /// Serves the page once there is something to show, so that what is wrong is said here.
  private func serve(_ source: PageSource) async throws {
    do {
      let server = try PageServer(source: source, listen: listen)
      _ = try await source.overview()
      try await server.run { url in
        print("The page is at \(url)\nCtrl-C ends it.")
        // Whoever reads a pipe wants the URL now.
        fflush(nil)
      }
    } catch let error as SpeakerStartError {
      throw CommandFailure(error.description)
    }
  }
}
