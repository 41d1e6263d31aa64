import Addresses
import ArgumentParser
import NIOCore
import Speaker
import Status

struct EventsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "events",
    abstract: "Show what speakers decided and heard: what changed, why, and how long it took.",
    discussion: """
      Asks the speaker of this machine, or, as 'bellman status' does, all speakers of the cluster, and \
      puts what they tell into the order of time; their clocks should agree. Each speaker keeps its last \
      4096 events. With --follow it goes on until Ctrl-C, beginning with the last 10 events of each \
      speaker, or those since --since.

      Exit status 0: shown; 3: shown, but not all speakers answered; see also bellman man.
      """)

  /// How an event is shown.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case table
    case text
    case wide
    case json
    case yaml
    case name

    var output: OutputFormat {
      switch self {
      case .table, .text: .table
      case .wide: .wide
      case .json: .json
      case .yaml: .yaml
      case .name: .name
      }
    }
  }

  @Flag(name: [.short, .long], help: "Go on with what happens next, until Ctrl-C.")
  var follow = false

  @Option(
    help: ArgumentHelp(
      "Only what happened since: such as 10m, or 2026-01-31T23:59:59Z.", valueName: "time"))
  var since: SinceArgument?

  @Option(
    help: ArgumentHelp(
      "Only what is about this address, service, peer, interface or node.", valueName: "name"),
    completion: Completions.subjects)
  var about: String?

  @OptionGroup var target: SpeakerSelection
  @OptionGroup(title: "Cluster") var survey: SurveyArguments
  @OptionGroup(title: "Cluster") var cluster: ReadingArguments

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp(
      "Output format: table (or text), wide, json with one object on each line, yaml with one document "
        + "for each, or name for what each is about."))
  var format: Format = .table

  @OptionGroup var colours: ColourOptions

  func run() async throws {
    let audience = Audience(target: target, survey: survey, cluster: cluster)
    let filter = try await EventFilter(about: about, audience: audience)
    var question = EventQuestion()
    question.since = since?.moment(before: .now)
    guard !follow else {
      if since == nil { question.tail = 10 }
      return try await follow(audience, question, filter)
    }
    guard audience.isCluster else {
      let client = StatusClient(socketPath: try target.socketPath())
      return try show(try await asking { try await client.events(question) }.events, filter)
    }
    let asked = question
    let answer = try await audience.asking { try await $0.events(asked, of: target.node) }
    try show(answer.events, filter)
    if !answer.isComplete { throw ExitStatus.partial.exit }
  }

  private func follow(
    _ audience: Audience, _ question: EventQuestion, _ filter: EventFilter
  ) async throws {
    let printer = EventPrinter(
      renderer: renderer, filter: filter, merges: audience.isCluster && target.node == nil)
    let client = audience.isCluster ? nil : StatusClient(socketPath: try target.socketPath())
    // Whether anybody is there is told at once, and not by silence.
    if let client { _ = try await asking { try await client.probe(readiness: false) } }
    try await Interruption.run {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await printer.run() }
        group.addTask {
          if let client {
            await client.followEvents(question) { await printer.take($0) }
          } else {
            try await audience.asking {
              try await $0.followEvents(question, of: target.node) { await printer.take($0) }
            }
          }
        }
        defer { group.cancelAll() }
        try await group.next()
      }
    }
  }

  private func show(_ events: [SpeakerEvent], _ filter: EventFilter) throws {
    let renderer = renderer
    let shown = events.filter(filter.includes)
    for event in shown { print(try renderer.event(event), terminator: "") }
    guard shown.isEmpty, let about else { return }
    let objects = Set(events.map(\.object)).sorted()
    let names = objects.prefix(8).joined(separator: ", ")
    let rest = objects.count > 8 ? " and \(objects.count - 8) more" : ""
    let others = objects.isEmpty ? "there are no events" : "there are events about \(names)"
    Terminal.note("No event is about '\(about)'; \(others)\(rest).\n")
  }

  private var renderer: StatusRenderer { colours.renderer(format.output) }
}

/// How far back: a time before now, or a moment.
enum SinceArgument: ExpressibleByArgument {
  case ago(TimeArgument)
  case at(Moment)

  init?(argument: String) {
    if let time = TimeArgument(argument: argument) {
      self = .ago(time)
    } else if let moment = Moment(argument) {
      self = .at(moment)
    } else {
      return nil
    }
  }

  func moment(before now: Moment) -> Moment {
    switch self {
    case .ago(let time):
      Moment(
        millisecondsSince1970: now.millisecondsSince1970 - time.amount.nanoseconds / 1_000_000)
    case .at(let moment): moment
    }
  }
}

/// Which events are shown.
private struct EventFilter {
  /// Their objects; nil for all.
  private var objects: Set<String>?

  /// Events about this, and of a service those about its addresses.
  init(about: String?, audience: Audience) async throws {
    guard let about else { return }
    objects = [about]
    if let address = IPAddress(about) {
      objects?.insert("\(address)")
    } else if about.contains("/"), !about.contains(" ") {
      objects?.insert("Service \(about)")
      objects?.formUnion(try await Self.addresses(of: about, audience).map(\.description))
    }
  }

  func includes(_ event: SpeakerEvent) -> Bool {
    guard let objects else { return true }
    return objects.contains(event.object) || event.kind == .drain && objects.contains(event.node)
  }

  private static func addresses(
    of service: String, _ audience: Audience
  ) async throws -> [IPAddress] {
    guard audience.isCluster else {
      let client = StatusClient(socketPath: try audience.target.socketPath())
      return try await asking { try await client.explain(service) }.addresses.map(\.address)
    }
    return try await audience.asking { try await $0.explain(service) }.addresses.map(\.address)
  }
}

/// Prints events as they come, those of several speakers in the order of time.
private actor EventPrinter {
  private let renderer: StatusRenderer
  private let filter: EventFilter
  private let merges: Bool
  private var merge = EventMerge(delayMilliseconds: 500)

  init(renderer: StatusRenderer, filter: EventFilter, merges: Bool) {
    self.renderer = renderer
    self.filter = filter
    self.merges = merges
  }

  /// Prints what is due, until the task is cancelled or nobody reads any more.
  func run() async {
    while !Task.isCancelled, !Terminal.isOutputClosed {
      try? await Task.sleep(for: .milliseconds(100))
      show(merge.takeDue(now: Moment.now.millisecondsSince1970))
    }
    show(merge.takeAll())
  }

  func take(_ news: EventNews) {
    switch news {
    case .events(let events) where merges:
      merge.add(events, now: Moment.now.millisecondsSince1970)
    case .events(let events): show(events)
    case .lost(let count, let speaker):
      Terminal.note("\(count) events of \(speaker) are lost\n")
    case .silent(let speaker, let reason):
      Terminal.note("\(speaker) is not heard: \(reason)\n")
    case .heard(let speaker): Terminal.note("\(speaker) is heard again\n")
    }
  }

  private func show(_ events: [SpeakerEvent]) {
    let shown = events.filter(filter.includes)
    let text = shown.compactMap { try? renderer.event($0) }.joined()
    if !text.isEmpty { Terminal.write(text) }
  }
}
