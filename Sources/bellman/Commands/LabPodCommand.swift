import ArgumentParser
import Lab

struct LabPodCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lab-pod",
    abstract: "Play a pod of the lab: answer HTTP requests with who asked and who answered.",
    shouldDisplay: false)

  @Option(help: "The name of the pod.")
  var name: String

  @Option(help: "The node that the pod runs on.")
  var node: String

  @Option(help: "The TCP port to serve on.")
  var port: UInt16

  func run() async throws {
    try await PodServer(name: name, node: node).run(port: port)
  }
}
