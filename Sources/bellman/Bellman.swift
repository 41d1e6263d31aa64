import ArgumentParser
import Speaker

#if canImport(Glibc)
  import Glibc
#endif

/// The program: one short file for each command in `Commands/`.
@main
struct Bellman: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: Invocation.name,
    abstract: "Tells the network which node answers for each Kubernetes LoadBalancer address.",
    version: speakerVersion,
    subcommands: [
      SpeakerCommand.self, StatusCommand.self, ExplainCommand.self, EventsCommand.self,
      UICommand.self, PlanCommand.self, AdviseCommand.self, DoctorCommand.self,
      ValidateCommand.self, MetricsCommand.self, CRDsCommand.self, ProbeCommand.self,
      DrainCommand.self,
      RebalanceCommand.self, AnnounceCommand.self, CompletionsCommand.self, ManCommand.self,
      LabCommand.self, LabPodCommand.self, LabClientCommand.self,
    ])

  /// Runs the command of the command line, and tells what became of it by the exit status.
  static func main() async {
    // That is where the command line is read, without which every command would only print its help.
    guard access("/proc/self/cmdline", R_OK) == 0 else {
      Terminal.note(
        "Error: /proc does not show this process: it is missing, or of another process namespace. "
          + "Enter that too ('nsenter --target PID --all'), or mount one: 'mount -t proc proc /proc'\n"
      )
      Glibc.exit(ExitStatus.failure.rawValue)
    }
    do {
      var command = try await asyncParseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch let failure as CommandFailure {
      Terminal.note("Error: \(failure)\n")
      Glibc.exit(failure.status.rawValue)
    } catch {
      let message = fullMessage(for: error)
      if let hint = UsageHint.about(message, arguments: CommandLine.arguments.dropFirst()) {
        Terminal.note("\(message)\n\(hint)\n")
        Glibc.exit(exitCode(for: error).rawValue)
      }
      exit(withError: error)
    }
  }
}
