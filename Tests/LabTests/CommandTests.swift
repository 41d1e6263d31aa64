import Testing

@testable import Lab

@Suite struct CommandTests {
  @Test func bothOutputsAndTheStatusAreCollected() async throws {
    let result = try await Command.output(["sh", "-c", "echo out; echo err >&2; exit 3"])
    #expect(result == CommandOutput(status: 3, output: "out\n", error: "err\n"))
  }

  @Test func aSignalIsAStatusToo() async throws {
    let result = try await Command.output(["sh", "-c", "kill -TERM $$"])
    #expect(result.status == 128 + 15)
  }

  @Test func outputLargerThanAnyBufferArrivesWhole() async throws {
    let result = try await Command.run(["sh", "-c", "yes | head -c 1000000"])
    #expect(result.utf8.count == 1_000_000)
  }

  @Test func failureTellsWhatTheCommandSaid() async throws {
    let error = await #expect(throws: LabError.self) {
      try await Command.run(["sh", "-c", "echo no such thing >&2; exit 2"])
    }
    #expect(error?.description.contains("status 2: no such thing") == true)
  }

  @Test func aMissingProgramIsNamedWithItsPackage() async throws {
    let error = await #expect(throws: LabError.self) {
      try await Command.run(["no-such-program-here"])
    }
    #expect(error?.description.contains("no-such-program-here is missing") == true)
  }

  @Test func aCommandThatDoesNotEndIsKilled() async throws {
    await #expect(throws: LabError.self) {
      try await Command.output(["sleep", "60"], within: 0)
    }
  }

  @Test func anIdentityIsReadBack() throws {
    let current = try ProcessIdentity.current()
    #expect(ProcessIdentity(text: "\(current)\n") == current)
    #expect(current.isAlive)
    #expect(ProcessIdentity(text: "12") == nil)
    #expect(ProcessIdentity(text: "a b") == nil)
    #expect(ProcessIdentity(pid: .max) == nil)
  }
}
