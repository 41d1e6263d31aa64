import Addresses
import ArgumentParser
import NIOCore
import Speaker
import Status

struct DrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drain",
    abstract: "Hand over everything that this node announces, and wait until that is done.",
    discussion: """
      The node takes no layer-2 address any more, hands over those that it has while it answers for \
      them, marks its BGP routes with GRACEFUL_SHUTDOWN where a peer has a time for that, and withdraws \
      them. It stays so over restarts of its speaker, until --undo. The exit status is 0 when nothing is \
      left, and 6 when the deadline passes first; the drain goes on all the same. With --deadline 0s it \
      is 0 once the drain has begun.
      """)

  @Flag(help: "Take part again: announce by BGP, take no address back that another node has.")
  var undo = false

  @Option(
    help: ArgumentHelp("How long to wait, such as 90s; 0s returns at once.", valueName: "time"))
  var deadline = TimeArgument(amount: .minutes(1))

  @OptionGroup var target: SpeakerSelection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let path = try target.socketPath()
    let client =
      deadline.amount > .zero
      ? StatusClient(socketPath: path, deadline: min(deadline.amount, .seconds(10)))
      : StatusClient(socketPath: path)
    if undo {
      let before = try await asking { try await client.drain() }
      let after = try await asking { try await client.endDrain() }
      if before.drain == nil { Terminal.note("\(before.node) was not drained.\n") }
      return try show(after)
    }
    let end = NIODeadline.now() + deadline.amount
    var document = try await asking { try await client.beginDrain() }
    var told: Set<IPAddress> = []
    while let drain = document.drain, !drain.isComplete, NIODeadline.now() < end {
      // Whoever waits for a minute wants to know at once what for.
      for left in drain.remaining where !left.isUnderWay && told.insert(left.address).inserted {
        Terminal.note("waiting for \(left.address): \(left.sentence)\n")
      }
      try await Task.sleep(for: .milliseconds(100))
      document = try await asking { try await client.drain() }
    }
    try show(document)
    guard let drain = document.drain else {
      throw CommandFailure("somebody has undone the drain of \(document.node) meanwhile")
    }
    if !drain.isComplete, deadline.amount > .zero {
      throw CommandFailure(
        "\(document.node) is not done after \(deadline); the drain goes on: wait on with the same "
          + "command, or end it with 'bellman drain --undo'", .unfinished)
    }
  }

  private func show(_ document: DrainDocument) throws {
    print(try output.renderer.drain(document), terminator: "")
  }
}
