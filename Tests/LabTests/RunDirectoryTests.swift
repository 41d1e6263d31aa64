import Testing

@testable import Lab

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct RunDirectoryTests {
  /// A folder for the runs of one test, removed afterwards.
  private func withParent(_ body: (String) async throws -> Void) async throws {
    var template = Array("/tmp/bellman-lab-test.XXXXXX".utf8CString)
    let path = String(cString: try #require(mkdtemp(&template)))
    defer { Folder.remove(path) }
    try await body(path)
  }

  @Test func aRunOfALivingProcessIsNotAbandoned() async throws {
    try await withParent { parent in
      let directory = try RunDirectory.create(parent: parent)
      #expect(RunDirectory.all(parent: parent) == [directory])
      #expect(!directory.isAbandoned)
      directory.remove()
      #expect(Folder.names(in: parent).isEmpty)
    }
  }

  @Test func aRunIsAbandonedWhenItsOwnerIsGoneOrAnotherHasItsNumber() async throws {
    try await withParent { parent in
      let directory = try RunDirectory.create(parent: parent)
      let current = try ProcessIdentity.current()
      for owner in ["\(Int32.max) 1", "\(current.pid) \(current.startTime + 1)"] {
        try TextFile.replace(directory.file("owner"), with: owner)
        #expect(directory.isAbandoned, "\(owner)")
      }
    }
  }

  @Test func aRunWithoutAnOwnerYetIsYoung() async throws {
    try await withParent { parent in
      let directory = RunDirectory(id: "abcd", parent: parent)
      try #require(try Folder.make(directory.path))
      #expect(!directory.isAbandoned)
    }
  }

  @Test func anAbandonedRunIsRemovedByOneOnly() async throws {
    try await withParent { parent in
      let directory = try RunDirectory.create(parent: parent)
      let never = try await directory.ifAbandoned { Issue.record("its process is alive") }
      #expect(!never)
      try TextFile.replace(directory.file("owner"), with: "\(Int32.max) 1")
      let isRemoved = try await directory.ifAbandoned {
        let isSecond = try await directory.ifAbandoned { Issue.record("it is being removed") }
        #expect(!isSecond)
        directory.remove()
      }
      #expect(isRemoved)
      let isThird = try await directory.ifAbandoned { Issue.record("it is gone") }
      #expect(!isThird)
    }
  }

  @Test func runsComeAndGoAtTheSameTime() async throws {
    try await withParent { parent in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<4 {
          group.addTask {
            // The last to go removes the folder of all, which another is about to use.
            for _ in 0..<200 { try RunDirectory.create(parent: "\(parent)/runs").remove() }
          }
        }
        try await group.waitForAll()
      }
      #expect(Folder.names(in: parent).isEmpty)
    }
  }

  @Test func runsDoNotShareAnID() async throws {
    try await withParent { parent in
      let runs = try (0..<20).map { _ in try RunDirectory.create(parent: parent) }
      #expect(Set(runs.map(\.id)).count == 20)
    }
  }

  @Test func filesAreReplacedInOneStepAndLeaveNothingBeside() async throws {
    try await withParent { parent in
      try TextFile.replace("\(parent)/a.yaml", with: "one")
      try TextFile.replace("\(parent)/a.yaml", with: "two")
      #expect(TextFile.read("\(parent)/a.yaml") == "two")
      #expect(Folder.names(in: parent) == ["a.yaml"])
      try TextFile.remove("\(parent)/a.yaml")
      try TextFile.remove("\(parent)/a.yaml")
      #expect(TextFile.read("\(parent)/a.yaml") == nil)
      #expect(throws: LabError.self) { try TextFile.replace("\(parent)/no/a.yaml", with: "") }
    }
  }

  @Test func linksAreRemovedAndNotFollowed() async throws {
    try await withParent { parent in
      try #require(try Folder.make("\(parent)/kept"))
      try TextFile.replace("\(parent)/kept/file", with: "here")
      try #require(try Folder.make("\(parent)/removed"))
      try #require(symlink("\(parent)/kept", "\(parent)/removed/link") == 0)
      Folder.remove("\(parent)/removed")
      #expect(Folder.names(in: parent) == ["kept"])
      #expect(TextFile.read("\(parent)/kept/file") == "here")
    }
  }
}
