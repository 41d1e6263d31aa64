import ArgumentParser
import Speaker

struct MetricsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics",
    abstract: "List the metrics of a speaker: names, labels and what they tell.",
    discussion: """
      Prints the tables of Documentation/metrics.md. The numbers themselves are at /metrics of the \
      address that `bellman speaker --listen` names, and of the unix socket.
      """)

  func run() { print(MetricsDocumentation.markdown) }
}
