import Foundation
import Testing

@testable import LinuxIO

/// A watched directory that an expectation can ask.
private final class Watched {
  private var directory: WatchedDirectory
  init(path: String) throws { directory = try WatchedDirectory(path: path) }
  func hasChanged() -> Bool { directory.readEvents() }
}

/// The kernel queues the events before the call that causes them returns, but for closed files, see
/// ``TemporaryDirectory/settle(_:)``.
@Suite("what counts as a change of a directory")
struct WatchedDirectoryTests {
  @Test("files that are written, renamed, linked, removed or made readable")
  func changes() throws {
    try TemporaryDirectory.with { root in
      try root.makeDirectory("etc")
      let watched = try Watched(path: root("etc"))
      #expect(!watched.hasChanged())

      try root.write("etc/a.yaml")
      #expect(watched.hasChanged())
      #expect(!watched.hasChanged(), "each change is told once")
      try root.write("etc/.a.yaml.swp")
      _ = watched.hasChanged()
      try root.rename("etc/.a.yaml.swp", to: "etc/a.yaml")
      #expect(watched.hasChanged(), "an editor renames over the file")
      try root.link("etc/b.yaml", to: "a.yaml")
      #expect(watched.hasChanged(), "a symbolic link")
      try FileManager.default.linkItem(atPath: root("etc/a.yaml"), toPath: root("etc/c.yaml"))
      #expect(watched.hasChanged(), "a hard link")
      chmod(root("etc/a.yaml"), 0o600)
      #expect(watched.hasChanged(), "permissions")
      try root.rename("etc/a.yaml", to: "away.yaml")
      #expect(watched.hasChanged(), "moved away")
      try root.delete("etc/b.yaml")
      #expect(watched.hasChanged(), "removed")
    }
  }

  @Test("a file counts when it is closed, not while it is written")
  func halfWritten() throws {
    try TemporaryDirectory.with { root in
      try root.makeDirectory("etc")
      let watched = try Watched(path: root("etc"))
      let descriptor = open(root("etc/a.yaml"), O_WRONLY | O_CREAT, 0o600)
      defer { close(descriptor) }
      #expect(write(descriptor, "half", 4) == 4)
      #expect(!watched.hasChanged())
      #expect(write(descriptor, "whole", 5) == 5)
      #expect(!watched.hasChanged())
      close(dup(descriptor))
      #expect(!watched.hasChanged())
    }
    try TemporaryDirectory.with { root in
      try root.makeDirectory("etc")
      let watched = try Watched(path: root("etc"))
      let descriptor = open(root("etc/a.yaml"), O_WRONLY | O_CREAT, 0o600)
      #expect(!watched.hasChanged())
      close(descriptor)
      try root.settle("etc/a.yaml")
      #expect(watched.hasChanged())
    }
  }

  @Test("subdirectories, neighbours and reading do not count")
  func elsewhere() throws {
    try TemporaryDirectory.with { root in
      try root.makeDirectory("etc")
      try root.write("etc/a.yaml")
      let watched = try Watched(path: root("etc/"))
      try root.makeDirectory("etc/sub")
      try root.write("etc/sub/b.yaml")
      try root.write("other.yaml")
      try root.makeDirectory("etc2")
      _ = try String(contentsOfFile: root("etc/a.yaml"), encoding: .utf8)
      #expect(!watched.hasChanged())
    }
  }

  @Test("the link that Kubernetes swaps in a mounted ConfigMap")
  func configMap() throws {
    try TemporaryDirectory.with { root in
      try root.makeDirectory("etc/..2026_01")
      try root.write("etc/..2026_01/a.yaml", "a: 1\n")
      try root.link("etc/..data", to: "..2026_01")
      try root.link("etc/a.yaml", to: "..data/a.yaml")
      let watched = try Watched(path: root("etc"))

      try root.makeDirectory("etc/..2026_02")
      try root.write("etc/..2026_02/a.yaml", "a: 2\n")
      #expect(!watched.hasChanged(), "not visible yet")
      try root.link("etc/..data_tmp", to: "..2026_02")
      _ = watched.hasChanged()
      try root.rename("etc/..data_tmp", to: "etc/..data")
      #expect(watched.hasChanged())
      #expect(try String(contentsOfFile: root("etc/a.yaml"), encoding: .utf8) == "a: 2\n")
    }
  }

  @Test("the directory is removed and made again")
  func recreated() throws {
    try TemporaryDirectory.with { root in
      try root.makeDirectory("etc")
      let watched = try Watched(path: root("etc"))
      try root.delete("etc")
      #expect(watched.hasChanged())
      try root.makeDirectory("etc")
      #expect(watched.hasChanged())
      try root.write("etc/a.yaml")
      #expect(watched.hasChanged())
    }
  }

  @Test("the directory is replaced by another of its name")
  func replaced() throws {
    try TemporaryDirectory.with { root in
      try root.makeDirectory("etc")
      try root.makeDirectory("next")
      let watched = try Watched(path: root("etc"))
      try root.rename("etc", to: "old")
      try root.rename("next", to: "etc")
      #expect(watched.hasChanged())
      try root.write("old/a.yaml")
      #expect(!watched.hasChanged(), "what was the directory is another one now")
      try root.write("etc/a.yaml")
      #expect(watched.hasChanged())
    }
  }

  @Test("a path that leads over a symbolic link follows it to its new target")
  func linkedDirectory() throws {
    try TemporaryDirectory.with { root in
      try root.makeDirectory("v1")
      try root.makeDirectory("v2")
      try root.link("current", to: "v1")
      let watched = try Watched(path: root("current"))
      try root.write("v1/a.yaml")
      #expect(watched.hasChanged())
      try root.link("next", to: "v2")
      try root.rename("next", to: "current")
      #expect(watched.hasChanged())
      try root.write("v2/a.yaml")
      #expect(watched.hasChanged())
      try root.write("v1/a.yaml")
      #expect(!watched.hasChanged())
    }
  }

  @Test("a directory that does not exist yet, nor the ones above it")
  func absent() throws {
    try TemporaryDirectory.with { root in
      let watched = try Watched(path: root("a/b/etc"))
      #expect(!watched.hasChanged())
      try root.makeDirectory("x")
      #expect(!watched.hasChanged())
      try root.makeDirectory("a/b/etc")
      #expect(watched.hasChanged())
      try root.write("a/b/etc/a.yaml")
      #expect(watched.hasChanged())
      try root.delete("a")
      #expect(watched.hasChanged())
      try root.makeDirectory("a")
      #expect(watched.hasChanged())
      try root.makeDirectory("a/b")
      #expect(watched.hasChanged())
      try root.makeDirectory("a/b/etc")
      #expect(watched.hasChanged())
      try root.write("a/b/etc/a.yaml")
      #expect(watched.hasChanged())
    }
  }

  @Test("a directory that is a file is absent")
  func file() throws {
    try TemporaryDirectory.with { root in
      try root.write("etc")
      let watched = try Watched(path: root("etc"))
      try root.delete("etc")
      #expect(watched.hasChanged())
      try root.makeDirectory("etc")
      try root.write("etc/a.yaml")
      #expect(watched.hasChanged())
    }
  }

  @Test("an empty path is refused")
  func empty() {
    #expect(throws: LinuxError("watching the directory ''", code: ENOENT)) {
      try WatchedDirectory(path: "")
    }
  }
}
