import NIOCore
import NIOPosix
import Resources
import Status

/// Reads and writes the objects on the disk, on threads that may wait for it.
actor DiskKeeper {
  nonisolated let file: ObjectFile
  nonisolated let options: StartFromDisk
  /// What was written last.
  private var written: (revision: UInt64, goodAt: Timestamp)?
  /// When the server was last known to be well.
  private var goodAt: Timestamp?
  private var nextWriting = NIODeadline.uptimeNanoseconds(0)
  private var nextTime = NIODeadline.uptimeNanoseconds(0)

  /// The octets that are written in a millisecond at most: the larger the file, the rarer it is written.
  private static let pace: Int64 = 100
  /// But changes reach the disk in this time.
  private static let longestInterval = TimeAmount.minutes(2)
  /// How many intervals pass before what failed is tried again.
  private static let patience: Int64 = 6

  /// What was found on the disk at the start.
  enum Found: Sendable {
    case nothing
    case refused(Diagnostic)
    case found(ObjectFile.Objects, [Diagnostic])
  }

  /// A keeper for a node, in a directory; nil where nothing is to be kept.
  init?(node: String, in directory: String, _ options: ClusterOptions) {
    guard let disk = options.startFromDisk else { return nil }
    self.options = disk
    file = ObjectFile(
      path: "\(directory)/\(node).objects", identity: ObjectFile.Identity(node: node, options))
  }

  // MARK: The start

  /// The kinds of which there are objects in the file, if it may be used.
  nonisolated func kinds() async -> Set<String> {
    let header = try? await Self.onDisk { [file, longestAge] in
      try file.readHeader(now: .now, longestAge: longestAge)
    }
    return Set((header?.counts ?? [:]).keys)
  }

  /// What is on the disk.
  nonisolated func read() async -> Found {
    do {
      let found = try await Self.onDisk { [file, longestAge] in
        try file.read(now: .now, longestAge: longestAge)
      }
      guard let found else { return .nothing }
      return .found(found, problems(of: found))
    } catch {
      return .refused(
        problem("the API cannot be reached, and the objects of this file are not used: \(error)"))
    }
  }

  private nonisolated var longestAge: Int64 { options.longestAge.nanoseconds / 1_000_000_000 }

  /// What a speaker that starts from the disk has to do without.
  private nonisolated func problems(of found: ObjectFile.Objects) -> [Diagnostic] {
    let names = found.header.withheld
    guard !names.isEmpty else { return [] }
    let rest = names.count > 3 ? " and \(names.count - 3) more" : ""
    return [
      problem(
        "passwords are not kept on disk: the sessions of BGPPeer "
          + "\(names.prefix(3).joined(separator: ", "))\(rest) wait for the API")
    ]
  }

  // MARK: Writing

  /// Writes the objects if they are not those of the last time, or the time when the server was well, as
  /// often as it is due.
  ///
  /// - Returns: what is wrong with the file, where that may be something else than before; nil where
  ///   nothing was done.
  func keep(
    _ revision: UInt64, isCurrent: Bool, isLast: Bool,
    _ content: @Sendable () async -> ObjectFile.Content
  ) async -> [Diagnostic]? {
    let now = NIODeadline.now()
    if isCurrent { goodAt = .now }
    guard let goodAt else { return nil }
    if written?.revision != revision {
      guard now >= nextWriting || isLast else { return nil }
      return await write(await content(), revision, goodAt)
    }
    guard written?.goodAt != goodAt, now >= nextTime || isLast else { return nil }
    return await write(goodAt)
  }

  private func write(
    _ content: ObjectFile.Content, _ revision: UInt64, _ goodAt: Timestamp
  ) async -> [Diagnostic]? {
    let interval = options.writeInterval
    // Nobody else begins meanwhile.
    nextWriting = .distantFuture
    do {
      let octets = try await Self.onDisk { [file] in try file.write(content, goodAt: goodAt) }
      written = (revision, goodAt)
      let pause = min(.milliseconds(Int64(octets) / Self.pace), Self.longestInterval)
      nextWriting = .now() + max(interval, pause)
      nextTime = .now() + options.timeInterval
      return []
    } catch {
      written = nil
      nextWriting = .now() + .nanoseconds(interval.nanoseconds * Self.patience)
      return [
        problem(
          "cannot be written, so that a speaker that starts while the API cannot be reached announces "
            + "nothing: \(error); choose another folder with --state-dir, or say "
            + "--start-from-disk-after never")
      ]
    }
  }

  private func write(_ goodAt: Timestamp) async -> [Diagnostic]? {
    nextTime = .now() + options.timeInterval
    do {
      try await Self.onDisk { [file] in try file.write(goodAt: goodAt) }
      written?.goodAt = goodAt
    } catch {
      // It is gone: all is written again.
      written = nil
    }
    return nil
  }

  private nonisolated func problem(_ message: String) -> Diagnostic {
    Diagnostic(severity: .warning, file: file.path, message: message)
  }

  private static func onDisk<Result: Sendable>(
    _ body: @escaping @Sendable () throws -> Result
  ) async throws -> Result {
    try await NIOThreadPool.singleton.runIfActive(body)
  }
}
