import ArgumentParser
import Speaker
import Status

struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say for every node why it announces an address, or why it does not.")

  @Argument(
    help: ArgumentHelp("An address, or a service as NAMESPACE/NAME.", valueName: "address|service"))
  var subject: String

  @OptionGroup var target: SpeakerSelection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let document = try await asking {
      try await StatusClient(socketPath: target.socketPath()).explain(subject)
    }
    let renderer = StatusRenderer(
      format: output.format, now: .now, width: output.width, colour: output.colour)
    print(try renderer.explain(document), terminator: "")
  }
}
