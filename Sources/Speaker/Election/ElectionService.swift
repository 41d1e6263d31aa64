import Election
import Foundation
import LinuxIO
import Logging
import NIOCore
import ServiceLifecycle

/// Carries what the election says to the control loop, follows the file of its keys, and keeps its
/// claims for the next process.
struct ElectionService: Service {
  let plane: PeerPlane
  let outputs: AsyncStream<[PeerPlaneOutput]>
  let options: ElectionOptions
  let file: RecordFile
  let control: ControlLoop
  let logger: Logger

  /// At most one writing of the record in this time.
  private static let writeInterval: Duration = .milliseconds(300)

  func run() async throws {
    let (news, continuation) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await carry(news: continuation) }
      group.addTask { await keepRecord(after: news) }
      group.addTask { await followKeys() }
      try? await gracefulShutdown()
      group.cancelAll()
    }
    await keepRecord()
    plane.close()
  }

  private func carry(news: AsyncStream<Void>.Continuation) async {
    for await batch in outputs {
      await control.electionSays(batch)
      if batch.contains(where: isKept) { news.yield() }
    }
  }

  /// Whether the record of the election is another one after this.
  private func isKept(_ output: PeerPlaneOutput) -> Bool {
    switch output {
    case .claimed, .witnessesChanged: true
    default: false
    }
  }

  /// Writes the record at the first news and, if there are more until then, after each interval: the
  /// last one is always kept.
  private func keepRecord(after news: AsyncStream<Void>) async {
    for await _ in news {
      await keepRecord()
      try? await Task.sleep(for: Self.writeInterval)
    }
  }

  private func keepRecord() async {
    do {
      try file.write(await plane.record(on: control.eventLoop).get())
    } catch {
      logger.warning(
        "claims cannot be kept; after a restart this node waits longer before it takes part",
        metadata: ["file": "\(file.path)", "error": "\(error)"])
    }
  }

  private func followKeys() async {
    guard let path = options.keyFile else { return }
    let folder = URL(filePath: path).deletingLastPathComponent().path
    let watch: DirectoryWatch
    do {
      watch = try DirectoryWatch(folder)
    } catch {
      let problem =
        "the folder \(folder) of the peer keys cannot be watched, so that changed keys are not "
        + "taken up before a restart: \(error)"
      logger.error("\(problem)")
      await control.noteKeyProblem(problem)
      return
    }
    defer { watch.close() }
    for await _ in watch.changes.cancelOnGracefulShutdown() {
      do {
        plane.use(try PeerKeyFile(path: path).read())
        await control.noteKeyProblem(nil)
      } catch {
        logger.error("the former keys of the peer plane stay", metadata: ["error": "\(error)"])
        await control.noteKeyProblem("the former keys of the peer plane stay: \(error)")
      }
    }
  }
}

extension PeerPlane {
  /// Starts the plane of a node; throws ``SpeakerStartError``.
  static func start(
    node: String, options: ElectionOptions, record: RecordFile,
    logger: Logger, deliver: @escaping @Sendable ([PeerPlaneOutput]) -> Void
  ) throws -> PeerPlane {
    let keys: PeerKeys
    switch (options.keyFile, options.isInsecure) {
    case (let path?, _): keys = try PeerKeyFile(path: path).read()
    case (nil, true): keys = .insecure
    case (nil, false):
      throw SpeakerStartError(
        "speakers need a key to trust each other: make one with\n"
          + "  openssl rand -base64 32 > peers.key\n"
          + "and give it to all of them with --peer-key-file, or say --insecure-peers where nobody "
          + "else can send to UDP port \(options.port)")
    }
    let (seconds, nanoseconds) = WallClock.read()
    let file = LifeFile(directory: options.stateDirectory, node: node)
    let (life, failure) = file.begin(
      clock: UInt64(clamping: seconds) * 1_000_000 + UInt64(clamping: nanoseconds) / 1000)
    if let failure {
      logger.warning(
        "if the wall clock is set back before a restart, other speakers will not listen to this node",
        metadata: ["file": "\(file.path)", "error": "\(failure)"])
    }
    var settings = Settings(
      configuration: Configuration(
        node: node, incarnation: life, policy: options.policy, timers: options.timers),
      keys: keys, port: options.port)
    settings.recorded = record.read()
    do {
      return try PeerPlane(settings, deliver: deliver)
    } catch {
      throw SpeakerStartError("\(error)")
    }
  }
}
