import Foundation

/// A directory that is removed with all that is in it.
struct TemporaryDirectory {
  let path: String

  static func with(_ body: (TemporaryDirectory) throws -> Void) throws {
    let directory = try make()
    defer { directory.remove() }
    try body(directory)
  }

  static func make() throws -> TemporaryDirectory {
    let path = FileManager.default.temporaryDirectory.path + "/bellman-t\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    return TemporaryDirectory(path: path)
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }

  func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  func write(_ name: String, _ text: String = "a: 1\n") throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: self(name)))
    try settle(name)
  }

  /// Waits until nobody has the file open for writing. Between fork and exec, a program that another
  /// test starts has all our files open, and the kernel tells of a close when the last one closes.
  func settle(_ name: String) throws {
    let descriptor = open(self(name), O_RDONLY)
    guard descriptor >= 0 else { throw POSIXError(.ENOENT) }
    defer { close(descriptor) }
    // A lease for reading is granted where there is no writer (fcntl(2)).
    let setLease: Int32 = 1024
    while fcntl(descriptor, setLease, F_RDLCK) != 0 {
      guard errno == EAGAIN else { throw POSIXError(.EIO) }
      usleep(1000)
    }
    _ = fcntl(descriptor, setLease, F_UNLCK)
  }

  func makeDirectory(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: self(name), withIntermediateDirectories: true)
  }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: self(name), withDestinationPath: target)
  }

  /// Renames over what is there, unlike Foundation's move.
  func rename(_ from: String, to: String) throws {
    guard Foundation.rename(self(from), self(to)) == 0 else { throw POSIXError(.EIO) }
  }

  func delete(_ name: String) throws { try FileManager.default.removeItem(atPath: self(name)) }
}
