import Glibc

/// What tells that a file has changed: it is compared, never interpreted.
public struct FileStamp: Hashable, Sendable {
  private let device: UInt64
  private let inode: UInt64
  private let size: Int64
  private let seconds: Int64
  private let nanoseconds: Int64

  private init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int64(status.st_size)
    seconds = Int64(status.st_mtim.tv_sec)
    nanoseconds = Int64(status.st_mtim.tv_nsec)
  }

  /// The stamp of the file at `path`, or of what a symbolic link there leads to; nil when there is none.
  public static func of(_ path: String) -> FileStamp? {
    var status = stat()
    return stat(path, &status) == 0 ? FileStamp(status) : nil
  }

  /// The regular files of `directory` by name with their stamps. Hidden files are left out, and
  /// symbolic links are followed. Throws when the directory cannot be read.
  public static func files(inDirectory directory: String) throws(LinuxError) -> [String: FileStamp]
  {
    var result: [String: FileStamp] = [:]
    for name in try DirectoryListing.names(in: directory) {
      var status = stat()
      guard !name.hasPrefix("."), stat("\(directory)/\(name)", &status) == 0,
        status.st_mode & S_IFMT == S_IFREG
      else { continue }
      result[name] = FileStamp(status)
    }
    return result
  }

  /// How long ago the file was last written, by the wall clock; negative when that was set back.
  public var nanosecondsSinceWritten: Int64 {
    let now = WallClock.read()
    return (now.seconds - seconds) * 1_000_000_000 + now.nanoseconds - nanoseconds
  }

  /// Whether a directory is at `path`.
  public static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
