import LinuxIO
import NIOCore
import Testing

@Suite("directory watch")
struct DirectoryWatchTests {
  @Test(
    "a burst is one change, the next burst another, and closing ends the stream",
    .timeLimit(.minutes(1)))
  func bursts() async throws {
    let root = try TemporaryDirectory.make()
    defer { root.remove() }
    let watch = try DirectoryWatch(root.path)
    var changes = watch.changes.makeAsyncIterator()
    for number in 0..<50 { try root.write("\(number).yaml") }
    #expect(await changes.next() != nil)
    try root.write("last.yaml")
    #expect(await changes.next() != nil)
    watch.close()
    #expect(await changes.next() == nil)
    watch.close()
  }

  @Test("a removed directory does not end the watch", .timeLimit(.minutes(1)))
  func recreated() async throws {
    let root = try TemporaryDirectory.make()
    defer { root.remove() }
    try root.makeDirectory("etc")
    let watch = try DirectoryWatch(root("etc"), settle: .milliseconds(5))
    defer { watch.close() }
    var changes = watch.changes.makeAsyncIterator()
    try root.delete("etc")
    #expect(await changes.next() != nil)
    try root.makeDirectory("etc")
    #expect(await changes.next() != nil)
    try root.write("etc/a.yaml")
    #expect(await changes.next() != nil)
  }

  @Test("a burst that does not end is told all the same", .timeLimit(.minutes(1)))
  func endless() async throws {
    let root = try TemporaryDirectory.make()
    defer { root.remove() }
    let watch = try DirectoryWatch(root.path, settle: .milliseconds(20))
    defer { watch.close() }
    let writer = Task {
      while !Task.isCancelled {
        try root.write("busy.yaml")
        try await Task.sleep(for: .milliseconds(1))
      }
    }
    defer { writer.cancel() }
    var changes = watch.changes.makeAsyncIterator()
    #expect(await changes.next() != nil)
    #expect(!writer.isCancelled)
  }
}
