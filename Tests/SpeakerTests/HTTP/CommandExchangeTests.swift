import FoundationEssentials
import Logging
import NIOCore
import NIOPosix
import Status
import Testing

@testable import Speaker

/// Commands on the status socket.
extension StatusExchangeTests {
  @Test func aDrainBeginsOnceAndEnds() async throws {
    try await withServer { client, control in
      #expect(try await client.drain().drain == nil)
      let begun = try #require(try await client.beginDrain().drain)
      #expect(begun.isComplete)
      #expect(try await client.beginDrain().drain?.since == begun.since)
      // To ask changes nothing.
      #expect(try await client.drain().drain == begun)
      #expect(try await client.status().drain == begun)
      #expect(await control.drainFile.read() == begun.since)
      #expect(try await client.endDrain().drain == nil)
      #expect(try await client.endDrain().drain == nil)
      #expect(await control.drainFile.read() == nil)
    }
  }

  @Test func aNewSpeakerKnowsOfTheDrain() async throws {
    try await withServer { client, control in
      let begun = try #require(try await client.beginDrain().drain)
      let next = ControlLoop(
        options: await control.options, plane: nil,
        eventLoop: MultiThreadedEventLoopGroup.singleton.next(), logger: Logger(label: "test"))
      try await next.start()
      #expect(await next.drainDocument().drain?.since == begun.since)
      await next.stop(reason: "the test is over")
    }
  }

  /// The speaker was stopped, and goes on when whoever asked has given up.
  @Test func whatNobodyWaitsForIsNotDone() async throws {
    try await withServer { client, control in
      for command in ["/drain", "/drain/undo", "/rebalance?duration=1000&interval=1000"] {
        do {
          _ = try await client.command(command, within: .milliseconds(-1))
          Issue.record("it was done: \(command)")
        } catch let failure as StatusClient.Failure {
          #expect(
            "\(failure)"
              == "the speaker answered 408: nobody waits for this command any more")
        }
      }
      #expect(try await client.drain().drain == nil)
      #expect(await control.drainFile.read() == nil)
      _ = try await client.command("/drain", within: .seconds(10))
      #expect(try await client.drain().drain != nil)
      _ = try await client.endDrain()
    }
  }

  @Test func aDrainThatCannotBeKeptIsNotBegun() async throws {
    try await withServer { client, control in
      let path = await control.drainFile.path
      try FileManager.default.createDirectory(
        atPath: path + "/x", withIntermediateDirectories: true)
      do {
        _ = try await client.beginDrain()
        Issue.record("it was begun")
      } catch let failure as StatusClient.Failure {
        #expect("\(failure)".contains("the drain was not begun"))
      }
      #expect(try await client.drain().drain == nil)
    }
  }

  @Test func withoutAnElectionNothingIsRebalanced() async throws {
    try await withServer { client, _ in
      do {
        _ = try await client.rebalance(for: .seconds(1), interval: .seconds(1))
        Issue.record("it was done")
      } catch let failure as StatusClient.Failure {
        #expect("\(failure)" == "there is no election in which addresses could move")
      }
      do {
        _ = try await client.rebalance(for: .seconds(1), interval: .milliseconds(1))
        Issue.record("it was done")
      } catch let failure as StatusClient.Failure {
        #expect("\(failure)".contains("from 100"))
      }
    }
  }

  @Test func theSocketIsForItsOwner() async throws {
    try await withServer { client, _ in
      _ = try await client.status()
      let attributes = try FileManager.default.attributesOfItem(
        atPath: directory.path + "/speaker.sock")
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
  }
}
