import ArgumentParser
import NIOCore
import Speaker
import Status

/// Which speakers of a cluster are asked, and for how long.
struct SurveyArguments: ParsableArguments {
  @Flag(help: "Ask the speakers of the cluster, even where one runs on this machine.")
  var cluster = false

  @Option(
    help: ArgumentHelp("Namespace of the speakers' pods.", valueName: "name"))
  var speakerNamespace = SpeakerSurvey.Options().namespace

  @Option(
    help: ArgumentHelp("Labels of the speakers' pods.", valueName: "labels"))
  var speakerLabels = SpeakerSurvey.Options().labels

  @Option(
    help: ArgumentHelp(
      "How long a speaker may take for its answer, and the API server for the list of them, such as "
        + "2s.",
      valueName: "time"))
  var deadline = TimeArgument(amount: .seconds(5))

  @Option(
    help: ArgumentHelp(
      "The token that speakers ask for; by default that of the Secret.", valueName: "file"))
  var speakerTokenFile: String?

  @Option(
    help: ArgumentHelp(
      "The Secret with that token under 'token', in the namespace of the pods.", valueName: "name"))
  var speakerTokenSecret = SpeakerSurvey.Options().tokenSecret

  var options: SpeakerSurvey.Options {
    var options = SpeakerSurvey.Options()
    options.tokenFile = speakerTokenFile
    options.tokenSecret = speakerTokenSecret
    options.namespace = speakerNamespace
    options.labels = speakerLabels
    options.deadline = deadline.amount
    return options
  }
}

/// Who is asked: a speaker of this machine, or those of a cluster or of a folder of sockets.
struct Audience {
  let target: SpeakerSelection
  let survey: SurveyArguments
  let cluster: ReadingArguments

  /// Whether the cluster is asked: where it is named, or the program was called as a plugin of kubectl,
  /// or no speaker runs here.
  var isCluster: Bool {
    if target.socket != nil { return target.folder != nil }
    if survey.cluster || cluster.namesCluster || Invocation.isPlugin { return true }
    if let node = target.node { return !StatusSocket.exists(node: node) && hasWay }
    // Where the environment names a node, as in a speaker's pod, that one is meant.
    return target.nodeName == nil && StatusSocket.all().isEmpty && hasWay
  }

  /// Whether a way to a cluster is known; without one the message about the socket says more.
  private var hasWay: Bool { (try? cluster.options()) != nil }

  /// Asks the speakers of the cluster.
  func asking<Answer: Sendable>(
    _ question: (SpeakerSurvey) async throws -> Answer
  ) async throws -> Answer {
    let options = survey.options
    do {
      if let folder = target.folder {
        return try await question(SpeakerSurvey(socketsIn: folder, options: options))
      }
      return try await cluster.withCluster { client, _ in
        try await question(SpeakerSurvey(client: client, options: options))
      }
    } catch let failure as SpeakerSurvey.Failure {
      throw CommandFailure(failure)
    } catch let error as StatusRenderer.ParseError {
      throw CommandFailure(error.description)
    }
  }
}

/// How the program was called.
enum Invocation {
  /// Whether kubectl called it: its plugins are programs whose names begin so, in this case a link.
  static let isPlugin: Bool = {
    let path = CommandLine.arguments.first ?? ""
    return path.split(separator: "/").last?.hasPrefix("kubectl-") ?? false
  }()

  /// The name for the help.
  static let name = isPlugin ? "kubectl bellman" : "bellman"
}
