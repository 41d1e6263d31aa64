import ArgumentParser
import Speaker

struct ProbeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe",
    abstract: "Ask a speaker of this machine whether it is live or ready, for a pod's probes.",
    discussion: """
      live: the control loop answers. ready: the cluster was read once and decided upon, and the \
      network interfaces are known. Exit status 0: yes; 2: no; 5: no speaker \
      answers.
      """)

  /// What is asked.
  enum Question: String, CaseIterable, ExpressibleByArgument {
    case live
    case ready
  }

  @Argument(help: "live or ready.")
  var question: Question

  @OptionGroup var target: SpeakerSelection

  func run() async throws {
    let answer = try await asking {
      try await StatusClient(socketPath: target.socketPath()).probe(readiness: question == .ready)
    }
    print(answer.text, terminator: answer.text.hasSuffix("\n") ? "" : "\n")
    if !answer.isGood { throw ExitStatus.found.exit }
  }
}
