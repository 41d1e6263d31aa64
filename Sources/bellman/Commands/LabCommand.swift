import ArgumentParser
import Lab

struct LabCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lab",
    abstract: "Build a lab of network namespaces and show the main job in it, step by step.",
    discussion: """
      Nodes, clients, pods and a BIRD router live in namespaces of their own, which are removed at \
      the end, on Ctrl-C too. Needs root and the packages that `make lab` installs.
      """)

  @Option(help: ArgumentHelp("Number of nodes.", valueName: "n"))
  var nodes = 3

  @Flag(help: "Leave the lab running after the tour, until Ctrl-C.")
  var keep = false

  @Flag(help: "Start the speakers and take no tour.")
  var skipTour = false

  @Flag(help: "Only remove what runs that died have left behind.")
  var clean = false

  func run() async throws {
    var options = LabCommandOptions()
    options.nodes = nodes
    options.keep = keep
    options.skipTour = skipTour
    options.clean = clean
    let status: Int32
    do {
      status = try await LabCommandRunner.run(options: options)
    } catch let error as LabError {
      throw CommandFailure("\(error)")
    }
    if status != 0 { throw ExitCode(status) }
  }
}
