/// One step of the tour: it does something in the lab, shows it, and says what it expected.
protocol TourStep: Sendable {
  /// The heading.
  var title: String { get }

  func run(_ lab: Lab, _ console: Console) async throws
}

/// The steps in the order in which they are told.
enum Tour {
  static let steps: [any TourStep] = [
    OverviewStep(), StartSpeakersStep(), LayerTwoRequestStep(), BGPRequestStep(),
    EndpointMovesStep(), NodeUnavailableStep(), SpeakerStopsStep(), NodeCrashesStep(),
    SpeakerPausesStep(), NodeCutOffStep(), NodeDrainsStep(),
  ]

  /// Takes all steps.
  static func run(_ lab: Lab, _ console: Console) async throws {
    for step in steps {
      console.heading(step.title)
      try await step.run(lab, console)
    }
  }
}
