import Testing

@testable import Speaker

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct InstanceLockTests {
  @Test func aSecondSpeakerForTheNodeIsRefusedUntilTheFirstEnds() async throws {
    let node = "lock-test-\(getpid())"
    try holdingLock(of: node) {
      #expect(throws: InstanceLock.Failure.self) { _ = try InstanceLock(node: node) }
      #expect(throws: Never.self) { _ = try InstanceLock(node: node + "-other") }
    }
    // A process that another test is just starting has a copy of the descriptor until it is another
    // program.
    for attempt in 0... {
      do {
        _ = try InstanceLock(node: node)
        break
      } catch {
        guard attempt < 200 else { throw error }
        try await Task.sleep(for: .milliseconds(20))
      }
    }
  }

  @Test func theRefusalNamesTheNodeAndTheRemedy() throws {
    let node = "lock-text-\(getpid())"
    try holdingLock(of: node) {
      do {
        _ = try InstanceLock(node: node)
        Issue.record("the lock was given twice")
      } catch {
        #expect("\(error)".contains(node))
        #expect("\(error)".contains("stop it first"))
      }
    }
  }

  @Test func namesOfTheFullLengthAreToldApartByTheirEnds() throws {
    let long = String(repeating: "n", count: 240) + "\(getpid())"
    try holdingLock(of: long + "-a") {
      #expect(throws: Never.self) { _ = try InstanceLock(node: long + "-b") }
      #expect(throws: InstanceLock.Failure.self) { _ = try InstanceLock(node: long + "-a") }
    }
  }

  private func holdingLock(of node: String, _ body: () throws -> Void) throws {
    let lock = try InstanceLock(node: node)
    try body()
    _ = consume lock
  }
}
