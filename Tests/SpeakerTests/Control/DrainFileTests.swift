import Status
import Testing

@testable import Speaker

@Suite struct DrainFileTests {
  private let directory = TemporaryDirectory()
  private var file: DrainFile { DrainFile(directory: directory.path, node: "node-1") }

  @Test func aDrainIsKeptUntilItIsUndone() throws {
    let since = Timestamp(secondsSince1970: 1_767_225_600)
    #expect(file.read() == nil)
    try file.write(since: since)
    #expect(file.read() == since)
    #expect(DrainFile(directory: directory.path, node: "node-2").read() == nil)
    try file.remove()
    #expect(file.read() == nil)
    try file.remove()
  }

  /// Who drained a node wants it to stay so, whatever became of the file.
  @Test(arguments: ["", "yesterday\n", "\u{0}\u{FFFD}"])
  func aGarbledFileCounts(text: String) throws {
    try directory.write("node-1.drained", text)
    #expect(file.read() != nil)
  }

  @Test func aFolderThatIsNotThereIsNamedWithTheRemedy() throws {
    let lost = DrainFile(directory: directory.path + "/none", node: "node-1")
    do {
      try lost.write(since: .now)
      Issue.record("it was written")
    } catch let failure as DrainFile.Failure {
      #expect("\(failure)".contains("\(directory.path)/none/node-1.drained"))
      #expect("\(failure)".contains("--state-dir"))
    }
  }
}
