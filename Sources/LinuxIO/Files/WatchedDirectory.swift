import Glibc

/// The inotify watches of one directory: on itself, and on the nearest directory above it that exists,
/// which tells when it comes, goes or is replaced.
struct WatchedDirectory: Sendable {
  let inotify: Descriptor

  private let path: String
  private var contents: CInt?
  private var anchor: CInt?
  /// The name in the anchor directory that leads to `path`.
  private var anchoredName = ""

  private static let contentEvents =
    IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB
    | IN_DELETE_SELF | IN_MOVE_SELF
  private static let anchorEvents =
    IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF

  init(path: String) throws(LinuxError) {
    guard let path = Self.absolute(path) else {
      throw LinuxError("watching the directory '\(path)'", code: ENOENT)
    }
    self.path = path
    inotify = try Descriptor(
      inotify_init1(CInt(IN_CLOEXEC) | CInt(IN_NONBLOCK)), "watching the directory \(path)",
      remedy: "if too many are open, raise fs.inotify.max_user_instances")
    guard watch() else {
      throw .last(
        "watching the directory \(path)",
        remedy: "if there is no space, raise fs.inotify.max_user_watches")
    }
  }

  /// One struct inotify_event with the name behind it.
  private struct Event {
    let watch: CInt
    let mask: UInt32
    let name: String

    init?(_ bytes: RawSpan, at offset: inout Int) {
      let headerLength = 16
      guard bytes.byteCount - offset >= headerLength else { return nil }
      watch = bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: CInt.self)
      mask = bytes.unsafeLoadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
      let length = Int(bytes.unsafeLoadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
      let start = offset + headerLength
      guard length <= bytes.byteCount - start else { return nil }
      name = bytes.extracting(start..<start + length).withUnsafeBytes { octets in
        String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self)
      }
      offset = start + length
    }
  }

  /// Reads what has happened; whether any of it matters.
  mutating func readEvents() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    var matters = false
    var isReplaced = false
    while true {
      let count = read(inotify.raw, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      let bytes = buffer.span.bytes.extracting(0..<count)
      var offset = 0
      while let event = Event(bytes, at: &offset) {
        if concernsPath(event) { isReplaced = true }
        if concernsContents(event) { matters = true }
      }
    }
    // When the watches cannot be set again, the next event above tries anew.
    if isReplaced { _ = watch() }
    return matters || isReplaced
  }

  private func concernsPath(_ event: Event) -> Bool {
    let isGone = event.mask & UInt32(IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT) != 0
    if event.watch == contents { return isGone }
    return event.watch == anchor && (isGone || event.name == anchoredName)
  }

  private func concernsContents(_ event: Event) -> Bool {
    let mask = event.mask
    if mask & UInt32(IN_Q_OVERFLOW) != 0 { return true }
    guard event.watch == contents, mask & UInt32(IN_ISDIR) == 0 else { return false }
    if mask & UInt32(IN_CREATE) != 0 { return !isBeingWritten(event.name) }
    return mask & UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB) != 0
  }

  /// A new regular file with a single name will be told of again when it is closed; a symbolic or hard
  /// link is complete.
  private func isBeingWritten(_ name: String) -> Bool {
    var status = stat()
    guard lstat("\(path)/\(name)", &status) == 0 else { return false }
    return status.st_mode & S_IFMT == S_IFREG && status.st_nlink == 1
  }

  /// Sets both watches anew; false, with errno, when not even the anchor can be watched.
  private mutating func watch() -> Bool {
    for old in [contents, anchor].compactMap(\.self) { inotify_rm_watch(inotify.raw, old) }
    contents = nil
    anchor = nil
    while true {
      var directory = path
      repeat {
        let slash = directory.lastIndex(of: "/") ?? directory.startIndex
        anchoredName = String(directory[slash...].dropFirst())
        directory = slash == directory.startIndex ? "/" : String(directory[..<slash])
        let status = add(directory, Self.anchorEvents)
        anchor = status >= 0 ? status : nil
      } while anchor == nil && directory != "/" && (errno == ENOENT || errno == ENOTDIR)
      guard let anchor else { return false }

      let status = add(path, Self.contentEvents)
      if status >= 0 {
        contents = status
        return true
      }
      guard errno == ENOENT || errno == ENOTDIR else { return false }
      // What is missing may have come between the two calls; then there is a nearer anchor.
      let next = directory == "/" ? "/\(anchoredName)" : "\(directory)/\(anchoredName)"
      var found = stat()
      guard next != path, stat(next, &found) == 0, found.st_mode & S_IFMT == S_IFDIR else {
        return true
      }
      inotify_rm_watch(inotify.raw, anchor)
    }
  }

  private func add(_ path: String, _ events: CInt) -> CInt {
    inotify_add_watch(inotify.raw, path, UInt32(events) | UInt32(IN_ONLYDIR))
  }

  /// `path` from the root, without a slash at its end; nil when it is empty.
  private static func absolute(_ path: String) -> String? {
    guard !path.isEmpty else { return nil }
    var absolute = path
    if !path.hasPrefix("/") {
      guard let working = getcwd(nil, 0) else { return nil }
      defer { free(working) }
      absolute = "\(String(cString: working))/\(path)"
    }
    while absolute.hasSuffix("/"), absolute.utf8.count > 1 { absolute.removeLast() }
    return absolute
  }
}
