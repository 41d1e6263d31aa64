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
      "Directory in which claims are kept over a restart; that of the socket by default.",
      valueName: "dir"))
  var stateDir: String?

  @Option(
    help: ArgumentHelp(
      "Announce a stop as a restart of at most so long, such as 3s, so that nothing moves.",
      valueName: "time"))
  var restartHold: TimeArgument?

  func validate() throws {
    if peerPort == 0 { throw ValidationError("--peer-port is 1 to 65535") }
    if let hold = restartHold?.amount, hold > .seconds(30) {
      throw ValidationError("--restart-hold is at most 30s")
    }
    do {
      try allTimers().validate()
    } catch {
      throw ValidationError("\(error)")
    }
  }

  /// The options of the speaker whose socket is at `socketPath`.
  func options(socketPath: String) throws -> ElectionOptions {
    ElectionOptions(
      port: peerPort, keyFile: peerKeyFile, isInsecure: insecurePeers, policy: isolation,
      timers: allTimers(), stateDirectory: stateDir ?? Self.folder(of: socketPath),
      restartHold: restartHold?.amount)
  }

  private func allTimers() -> Timers {
    timers.reduce(into: Timers(profile)) { $0[keyPath: $1.path] = $1.time.amount }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

/// A time such as `1500ms` or `3s`.
struct TimeArgument: ExpressibleByArgument {
  let amount: TimeAmount

  init(_ amount: TimeAmount) { self.amount = amount }

  init?(argument: String) {
    let digits = argument.prefix { $0.isWholeNumber }
    guard let number = Int64(digits), number <= 1_000_000 else { return nil }
    switch argument.dropFirst(digits.count) {
    case "ms": amount = .milliseconds(number)
    case "s": amount = .seconds(number)
    case "m": amount = .minutes(number)
    default: return nil
    }
  }
}

/// One timer of the election by its name, and its time.
struct TimerArgument: ExpressibleByArgument {
  let path: any WritableKeyPath<Timers, TimeAmount> & Sendable
  let time: TimeArgument

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let path = Self.paths[String(parts[0])],
      let time = TimeArgument(argument: String(parts[1]))
    else { return nil }
    self.path = path
    self.time = time
  }

  static var allValueStrings: [String] { paths.keys.sorted().map { "\($0)=TIME" } }

  private static let paths: [String: any WritableKeyPath<Timers, TimeAmount> & Sendable] = [
    "heartbeatInterval": \.heartbeatInterval, "silence": \.silence,
    "stalledSilence": \.stalledSilence, "repetition": \.repetition,
    "promiseLifetime": \.promiseLifetime, "rankStep": \.rankStep, "wireDelay": \.wireDelay,
    "probeInterval": \.probeInterval, "beaconInterval": \.beaconInterval,
    "wireEvidence": \.wireEvidence, "comparison": \.comparison, "settling": \.settling,
    "quarantine": \.quarantine, "handOverOverlap": \.handOverOverlap,
    "handOverRetry": \.handOverRetry, "damping": \.damping,
  ]
}
