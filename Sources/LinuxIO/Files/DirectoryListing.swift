import Glibc

/// What a directory holds.
public enum DirectoryListing {
  /// The names in `directory` without `.` and `..`, sorted. Throws where it cannot be read.
  public static func names(in directory: String) throws(LinuxError) -> [String] {
    guard let stream = opendir(directory) else {
      throw LinuxError("opening \(directory)", code: errno)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      // In place: an entry ends with its name, so a copy of the whole field reads beyond it.
      let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
        field.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}
