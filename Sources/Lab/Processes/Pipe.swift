#if canImport(Glibc)
  import Glibc
#endif

/// A pipe that closes its ends when it goes out of scope.
struct Pipe: ~Copyable {
  let readEnd: Int32
  let writeEnd: Int32
  private var isWriteEndOpen = true

  init() throws {
    // A socket pair, because it can be made so that no child of another thread inherits it, which
    // would keep it open; `pipe2` is not to be had in Swift.
    var ends: [Int32] = [-1, -1]
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
      throw LabError("cannot make a pipe: \(String(cString: strerror(errno)))")
    }
    readEnd = ends[0]
    writeEnd = ends[1]
  }

  mutating func closeWriteEnd() {
    if isWriteEndOpen { close(writeEnd) }
    isWriteEndOpen = false
  }

  deinit {
    close(readEnd)
    if isWriteEndOpen { close(writeEnd) }
  }
}
