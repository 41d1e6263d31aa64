#if canImport(Glibc)
  import Glibc
#endif

/// Makes, lists and removes folders.
enum Folder {
  /// Makes the folder; false when something of that name is already there.
  static func make(_ path: String) throws -> Bool {
    if mkdir(path, 0o755) == 0 { return true }
    if errno == EEXIST { return false }
    throw LabError("cannot make the folder \(path): \(String(cString: strerror(errno)))")
  }

  /// Makes the folder `name` in `parent`, and `parent` if it is not there, which others may remove as
  /// long as it is empty; false when something of that name is already there.
  static func make(_ name: String, in parent: String) throws -> Bool {
    for _ in 0..<100 {
      _ = try make(parent)
      if mkdir("\(parent)/\(name)", 0o755) == 0 { return true }
      if errno != ENOENT { break }
    }
    return try make("\(parent)/\(name)")
  }

  /// The names in the folder, sorted; empty when there is no such folder.
  static func names(in path: String) -> [String] {
    guard let stream = opendir(path) else { return [] }
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

  /// Removes the folder with all that is in it. Links are removed, never followed.
  static func remove(_ path: String) {
    for name in names(in: path) {
      let child = "\(path)/\(name)"
      var info = stat()
      if lstat(child, &info) == 0, info.st_mode & S_IFMT == S_IFDIR {
        remove(child)
      } else {
        unlink(child)
      }
    }
    rmdir(path)
  }
}
