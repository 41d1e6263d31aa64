import ArgumentParser
import Speaker
import Status

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract:
      "Show what a speaker of this machine announces, since when, its peers and the other speakers."
  )

  /// What to show.
  enum View: String, CaseIterable, ExpressibleByArgument {
    case addresses
    case peers
    case members
  }

  @Argument(help: "addresses, peers or members.")
  var view: View = .addresses

  @OptionGroup var target: SpeakerSelection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let document = try await asking {
      try await StatusClient(socketPath: target.socketPath()).status()
    }
    let renderer = StatusRenderer(
      format: output.format, now: .now, width: output.width, colour: output.colour)
    switch view {
    case .addresses: print(try renderer.status(document), terminator: "")
    case .members: print(try renderer.members(document), terminator: "")
    case .peers: print(try renderer.peers(document), terminator: "")
    }
  }
}
