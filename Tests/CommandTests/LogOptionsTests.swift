import Logging
import Testing

@testable import bellman

@Suite("How a command logs") struct LogOptionsTests {
  @Test(
    "Levels are known by their names and by MetalLB's",
    arguments: [
      ("debug", .debug), ("info", .info), ("warning", .warning), ("error", .error),
      ("all", .trace), ("warn", .warning), ("none", .critical), ("loud", nil),
    ] as [(String, Logger.Level?)])
  func levels(name: String, level: Logger.Level?) {
    #expect(Logger.Level(argument: name) == level)
  }
}
