public import ArgumentParser
public import Election
import NIOCore
import Speaker

extension Profile: ExpressibleByArgument {}
extension IsolationPolicy: ExpressibleByArgument {}

/// What the command line says about the election of owners.
struct ElectionArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "File with the key that all speakers share; a second line is a key that is accepted too.",
      valueName: "file"))
  var peerKeyFile: String?

  @Flag(help: "Trust every packet on the peer port. Only where nobody else can send there.")
  var insecurePeers = false

  @Option(help: ArgumentHelp("UDP port on which speakers hear each other.", valueName: "port"))
  var peerPort: UInt16 = 7946

  @Option(help: "How soon a silent node is taken for dead: fast, default or calm.")
  var profile: Profile = .default

  @Option(
    name: .customLong("timer"),
    help: ArgumentHelp(
      "A single time of the profile, such as silence=800ms; repeat it for several.",
      valueName: "name=time"))
  var timers: [TimerArgument] = []

  @Option(help: "What a node does that has lost the others: wire, strict or gateway.")
  var isolation: IsolationPolicy = .wire

  @Option(
    help: ArgumentHelp(
      "Directory of what is kept over a restart: claims, the drain, the objects of the cluster; that of "
        + "the socket by default.",
      valueName: "dir"))
  var stateDir: String?

  @Option(
    help: ArgumentHelp(
      "Announce a stop as a restart of at most so long, such as 3s, so that nothing moves.",
      valueName: "time"))
  var restartHold: TimeArgument?

  @Option(
    help: ArgumentHelp(
      "The nodes that have a speaker, by labels as in kubectl --selector, the same on all nodes; by "
        + "default $BELLMAN_SPEAKER_NODE_SELECTOR, and without it all nodes of Linux.",
      valueName: "labels"))
  var speakerNodeSelector: String?

  func validate() throws {
    if peerPort == 0 { throw ValidationError("--peer-port is 1 to 65535") }
    if let hold = restartHold?.amount, hold > .seconds(30) {
      throw ValidationError("--restart-hold is at most 30s")
    }
    do {
      _ = try speakerNodes()
    } catch {
      throw ValidationError("--speaker-node-selector: \(error)")
    }
    do {
      try allTimers().validate()
    } catch {
      throw ValidationError("\(error)")
    }
  }

  /// The options of the speaker whose socket is at `socketPath`.
  func options(socketPath: String) throws -> ElectionOptions {
    var options = ElectionOptions(
      port: peerPort, keyFile: peerKeyFile, isInsecure: insecurePeers, policy: isolation,
      timers: allTimers(), stateDirectory: stateDir ?? Self.folder(of: socketPath),
      restartHold: restartHold?.amount)
    options.speakerNodes = try speakerNodes()
    return options
  }

  private func speakerNodes() throws -> SpeakerNodes {
    let text = speakerNodeSelector ?? EnvironmentVariable.first("BELLMAN_SPEAKER_NODE_SELECTOR")
    return try text.map { try SpeakerNodes($0) } ?? .all
  }

  private func allTimers() -> Timers {
    timers.reduce(into: Timers(profile)) { $0[keyPath: $1.path] = $1.time.amount }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

/// A time such as `1500ms`, `3s`, `5m` or `2h`.
struct TimeArgument: ExpressibleByArgument, CustomStringConvertible {
  let amount: TimeAmount

  init(amount: TimeAmount) { self.amount = amount }

  init?(argument: String) {
    let digits = argument.prefix { $0.isWholeNumber }
    guard let number = Int64(digits), number <= 1_000_000 else { return nil }
    switch argument.dropFirst(digits.count) {
    case "ms": amount = .milliseconds(number)
    case "s": amount = .seconds(number)
    case "m": amount = .minutes(number)
    case "h": amount = .hours(number)
    default: return nil
    }
  }

  var description: String {
    let milliseconds = amount.nanoseconds / 1_000_000
    if milliseconds % 1000 != 0 { return "\(milliseconds)ms" }
    let seconds = milliseconds / 1000
    return seconds > 0 && seconds % 60 == 0 ? "\(seconds / 60)m" : "\(seconds)s"
  }

  var defaultValueDescription: String { description }
}

/// One timer of the election by its name, and its time.
struct TimerArgument: ExpressibleByArgument {
  let path: any WritableKeyPath<Timers, TimeAmount> & Sendable
  let time: TimeArgument

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let path = Timers.byName[String(parts[0])],
      let time = TimeArgument(argument: String(parts[1]))
    else { return nil }
    self.path = path
    self.time = time
  }

  static var allValueStrings: [String] { Timers.byName.keys.sorted().map { "\($0)=TIME" } }
}
