import ArgumentParser
import NIOCore
import Speaker
import Status

struct RebalanceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rebalance",
    abstract: "Let this node give away layer-2 addresses if it has clearly more than its share.",
    discussion: """
      Nodes that return take nothing back by themselves, since every move cuts connections. If this node \
      owns more than 1.5 times the mean, it hands addresses over to nodes that own less, one at a time, \
      until it has its share or the time is over. Addresses move with connections cut, but without a gap.
      """)

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp("How long addresses may move, up to 24h: such as 10m.", valueName: "time"))
  var duration = TimeArgument(amount: .minutes(1))

  @Option(help: ArgumentHelp("Time between two addresses, from 100ms.", valueName: "time"))
  var interval = TimeArgument(amount: .seconds(1))

  @OptionGroup var target: SpeakerSelection
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard duration.amount > .zero, duration.amount <= .hours(24) else {
      throw ValidationError("--for is \(duration); give more than 0s and at most 24h")
    }
    guard interval.amount >= .milliseconds(100), interval.amount <= duration.amount else {
      throw ValidationError("--interval is \(interval); give 100ms up to the time of --for")
    }
  }

  func run() async throws {
    let document = try await asking {
      try await StatusClient(socketPath: target.socketPath())
        .rebalance(for: duration.amount, interval: interval.amount)
    }
    print(try output.renderer.rebalance(document), terminator: "")
  }
}
