import Addresses
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

      addresses: who announces which address, and since when. peers: the BGP sessions. members: the \
      other speakers, and the lease of this one. interfaces: what was found, what each is used for, and \
      why one is left out. routes: what each peer is told, of all prefixes or of those of an address.

      Exit status 0: shown; 3: shown, but not all speakers answered; see also bellman man.
      """)

  /// What to show.
  enum View: String, CaseIterable, ExpressibleByArgument {
    case addresses
    case peers
    case members
    case interfaces
    case routes
  }

  @Argument(help: "addresses, peers, members, interfaces or routes.")
  var view: View = .addresses

  @Argument(
    help: "With routes: an address or a prefix; only the routes that lead there are shown.",
    transform: AddressArgument.range)
  var range: IPPrefix?

  @OptionGroup var watching: WatchOptions
  @OptionGroup var target: SpeakerSelection
  @OptionGroup(title: "Cluster") var survey: SurveyArguments
  @OptionGroup(title: "Cluster") var cluster: ReadingArguments
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let range, view != .routes {
      let text = range.length == range.family.bitWidth ? "\(range.address)" : "\(range)"
      throw ValidationError(
        "only routes are shown by address: 'bellman status routes \(text)'; 'bellman explain' tells "
          + "all of an address")
    }
  }

  func run() async throws {
    let status = try await watching.show { try await shown() }
    if status != .success { throw status.exit }
  }

  private func shown() async throws -> WatchOptions.Shown {
    let audience = Audience(target: target, survey: survey, cluster: cluster)
    let renderer = output.renderer
    guard audience.isCluster else {
      return WatchOptions.Shown(
        try await local(
          StatusClient(socketPath: target.socketPath(), deadline: survey.deadline.amount)))
    }
    if let node = target.node {
      return WatchOptions.Shown(
        try await audience.asking { survey in
          switch view {
          case .addresses: try renderer.status(try await survey.status(of: node))
          case .peers: try renderer.peers(try await survey.status(of: node))
          case .members: try renderer.members(try await survey.status(of: node))
          case .interfaces: try renderer.interfaces(try await survey.interfaces(of: node))
          case .routes: try renderer.routes(try await survey.routes(of: node).leading(to: range))
          }
        })
    }
    return try await audience.asking { survey in
      switch view {
      case .addresses:
        let told = try await survey.status()
        return WatchOptions.Shown(try renderer.cluster(told), isComplete: told.isComplete)
      case .peers:
        let told = try await survey.nodes()
        return WatchOptions.Shown(try renderer.clusterPeers(told), isComplete: told.isComplete)
      case .members:
        let told = try await survey.nodes()
        return WatchOptions.Shown(try renderer.clusterMembers(told), isComplete: told.isComplete)
      case .interfaces:
        let told = try await survey.interfaces()
        return WatchOptions.Shown(try renderer.clusterInterfaces(told), isComplete: told.isComplete)
      case .routes:
        let told = try await survey.routes().map { $0.leading(to: range) }
        return WatchOptions.Shown(try renderer.clusterRoutes(told), isComplete: told.isComplete)
      }
    }
  }

  private func local(_ client: StatusClient) async throws -> String {
    try await asking {
      let renderer = output.renderer
      switch view {
      case .addresses: return try renderer.status(try await client.status())
      case .peers: return try renderer.peers(try await client.status())
      case .members: return try renderer.members(try await client.status())
      case .interfaces: return try renderer.interfaces(try await client.interfaces())
      case .routes: return try renderer.routes(try await client.routes().leading(to: range))
      }
    }
  }
}
