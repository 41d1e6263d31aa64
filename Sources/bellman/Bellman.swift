import ArgumentParser
import Speaker

/// The program: one short file for each command in `Commands/`.
@main
struct Bellman: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: Invocation.name,
    abstract: "Tells the network which node answers for each Kubernetes LoadBalancer address.",
    version: speakerVersion,
    subcommands: [
      SpeakerCommand.self, StatusCommand.self, ExplainCommand.self, UICommand.self,
      PlanCommand.self,
      AdviseCommand.self, DoctorCommand.self, ValidateCommand.self, MetricsCommand.self,
      CRDsCommand.self, ProbeCommand.self, DrainCommand.self, RebalanceCommand.self,
      AnnounceCommand.self,
      LabCommand.self, LabPodCommand.self, LabClientCommand.self,
    ])
}
