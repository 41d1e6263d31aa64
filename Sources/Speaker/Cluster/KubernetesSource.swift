import KubernetesClient
import Logging
import NIOCore
import Resources
import ServiceLifecycle
import Status

/// Reads a cluster from its API server and follows its changes.
///
/// Objects are decoded where they arrive, away from the control loop, which gets only what changed.
struct KubernetesSource: ServiceLifecycle.Service {
  let client: KubernetesClient
  let options: ClusterOptions
  let control: ControlLoop
  let identities: ObjectIdentities
  let logger: Logger

  func run() async throws {
    let reader = ClusterReader(
      client: client, options: options, control: control, identities: identities, logger: logger)
    await control.setStreams { await reader.streams }
    await reader.begin()
    try? await gracefulShutdown()
    await reader.end()
  }
}

/// Does what a ``ClusterIntake`` says: follows its streams, and hands on its updates in order.
private actor ClusterReader {
  private let client: KubernetesClient
  private let options: ClusterOptions
  private let control: ControlLoop
  private let identities: ObjectIdentities
  private let logger: Logger
  /// Keeps the objects on disk; nil where that is not wanted.
  private let disk: DiskKeeper?
  private var intake = ClusterIntake()
  private var health: [ClusterStream: StreamHealth] = [:]
  /// When the first of the changes was read that have not been handed on.
  private var firstChange: NIODeadline?
  private var followers: [ClusterStream: Task<Void, Never>] = [:]
  private var timer: Task<Void, Never>?
  /// Looks whether the node was drained, before anything is announced.
  private var drainFollower: Task<Void, Never>?
  /// Ends that look where it leads to nothing.
  private var drainLimit: Task<Void, Never>?
  /// Looks at the disk when the server has been waited for long enough.
  private var diskTimer: Task<Void, Never>?
  /// Writes to the disk from time to time.
  private var diskWriter: Task<Void, Never>?
  private var kindsOnDisk: Set<String> = []
  private var isDiskDue = false
  private var hasReadDisk = false
  private var isHandingOn = false
  private var isEnded = false

  init(
    client: KubernetesClient, options: ClusterOptions, control: ControlLoop,
    identities: ObjectIdentities, logger: Logger
  ) {
    self.identities = identities
    self.client = client
    self.options = options
    self.control = control
    self.logger = logger
    disk = DiskKeeper(node: control.options.node, in: control.options.stateDirectory, options)
  }

  func begin() async {
    intake.mayBegin = false
    await prepareDisk()
    drainFollower = Task { [client, options] in
      await client.follow(
        DrainRecord.selection(node: control.options.node, options),
        configuration: options.requests, deliver: { await self.noteDrain($0) },
        report: { await self.noteDrain($0) })
    }
    reconcileFollowers()
  }

  private func noteDrain(_ changes: ReflectedChanges) async {
    guard !intake.mayBegin else { return }
    for case .upserted(let object) in changes.changes {
      guard let since = DrainRecord.read(object) else { continue }
      if await control.resumeDrain(since: since) {
        logger.notice("the node was drained, and stays so", metadata: ["since": "\(since)"])
      }
    }
    if changes.isComplete { await knowDrain() }
  }

  private func noteDrain(_ condition: Reflector.Condition) async {
    // Who may not read it need not wait for it.
    guard case .failing(.status(let status)) = condition, status.code == 403 else { return }
    await knowDrain()
  }

  /// All is known of the drain that will be.
  private func knowDrain() async {
    drainFollower?.cancel()
    drainLimit?.cancel()
    guard !intake.mayBegin else { return }
    intake.mayBegin = true
    await handOn()
  }

  /// Whatever keeps one object from being read, what was read of all others counts after a while.
  private func limitDrainFollower() {
    guard drainLimit == nil, intake.waitsToBegin, !isEnded else { return }
    drainLimit = Task {
      do { try await Task.sleep(for: .seconds(10)) } catch { return }
      logger.warning(
        "whether the node was drained cannot be read from its BellmanSpeaker; it takes part")
      await knowDrain()
    }
  }

  func end() async {
    isEnded = true
    timer?.cancel()
    drainLimit?.cancel()
    diskTimer?.cancel()
    diskWriter?.cancel()
    await diskWriter?.value
    if let disk { await keepObjects(disk, isLast: true) }
    let tasks = Array(followers.values) + [drainFollower].compactMap(\.self)
    followers = [:]
    for task in tasks { task.cancel() }
    for task in tasks { await task.value }
  }

  /// What is followed, and how it stands.
  var streams: [StreamStatus] {
    followers.keys.map { stream in
      let health = health[stream] ?? StreamHealth()
      return StreamStatus(
        name: "\(stream)", isFollowed: health.isFollowed, lastEventAt: health.lastEventAt,
        events: health.events, lists: health.lists)
    }
  }

  private func reconcileFollowers() {
    guard !isEnded else { return }
    for (stream, task) in followers where !intake.streams.contains(stream) {
      task.cancel()
      followers[stream] = nil
      health[stream] = nil
    }
    for stream in intake.streams where followers[stream] == nil {
      let requests = requests(of: stream)
      followers[stream] = Task { [client, options] in
        await client.follow(
          stream.selection(options), configuration: requests,
          deliver: { await self.take($0, of: stream) },
          report: { await self.note($0, of: stream) },
          listing: { Task { await self.noteList(of: stream) } })
      }
    }
  }

  private nonisolated func take(_ changes: ReflectedChanges, of stream: ClusterStream) async {
    let keepsText = disk != nil && stream.isConfiguration
    let decoded = changes.changes.map { change -> ClusterIntake.Change in
      switch change {
      case .upserted(let object):
        if let kind = stream.toldOfKind { identities.note(object.uid, of: kind, object.name) }
        return .upserted(
          object.name, ClusterObject.decode(object, of: stream), text: keepsText ? object.json : [])
      case .removed(let name):
        if let kind = stream.toldOfKind { identities.note(nil, of: kind, name) }
        return .removed(name)
      }
    }
    await take(decoded, isComplete: changes.isComplete, of: stream)
  }

  private func take(
    _ changes: [ClusterIntake.Change], isComplete: Bool, of stream: ClusterStream
  ) async {
    guard followers[stream] != nil else { return }
    health[stream, default: StreamHealth()].note(changes.count)
    firstChange = firstChange ?? .now()
    intake.take(changes, isComplete: isComplete, of: stream, now: .now())
    reconcileFollowers()
    await handOn()
  }

  private func note(_ condition: Reflector.Condition, of stream: ClusterStream) async {
    guard followers[stream] != nil else { return }
    // Of a kind that is not installed there is nothing to follow.
    health[stream, default: StreamHealth()].isFollowed =
      condition == .following || condition == .notInstalled
    switch condition {
    case .notInstalled: logger.info("\(stream) is not installed; waiting for it")
    case .following: logger.debug("following \(stream)")
    case .starting, .failing: break
    }
    intake.note(condition, of: stream, now: .now())
    reconcileFollowers()
    await handOn()
    await startFromDisk()
  }

  /// Hands on all updates, in order, even where this is called again meanwhile.
  private func handOn() async {
    guard !isHandingOn else { return }
    isHandingOn = true
    while !isEnded, var update = intake.update(now: .now()) {
      update.receivedAt = firstChange ?? .now()
      firstChange = nil
      await control.sourceChanged(update)
    }
    isHandingOn = false
    limitDrainFollower()
    setTimer()
  }

  private func noteList(of stream: ClusterStream) {
    guard followers[stream] != nil else { return }
    health[stream, default: StreamHealth()].lists += 1
  }

  // MARK: The disk

  private func prepareDisk() async {
    guard let disk else { return }
    kindsOnDisk = await disk.kinds()
    diskTimer = Task {
      do { try await Task.sleep(for: .nanoseconds(disk.options.after.nanoseconds)) } catch {
        return
      }
      isDiskDue = true
      await startFromDisk()
    }
    let step = min(disk.options.writeInterval, .seconds(1))
    diskWriter = Task {
      while !Task.isCancelled {
        try? await Task.sleep(for: .nanoseconds(step.nanoseconds))
        await keepObjects(disk, isLast: false)
      }
    }
  }

  /// API servers that come back know their custom resources later than they answer for them: of a kind
  /// that there was, it is not believed at once that it is not installed.
  private func requests(of stream: ClusterStream) -> Reflector.Configuration {
    var requests = options.requests
    if case .kind(let kind) = stream, kindsOnDisk.contains(kind.rawValue) {
      requests.firstAbsenceConfirmation = max(
        requests.firstAbsenceConfirmation, requests.absenceConfirmation)
    }
    return requests
  }

  /// Begins with the objects on the disk, once, if the server was waited for and cannot be reached.
  private func startFromDisk() async {
    guard isDiskDue, !hasReadDisk, !isEnded, intake.isCutOff, let disk else { return }
    hasReadDisk = true
    let found = await disk.read()
    // It may have answered meanwhile.
    guard !isEnded, intake.isCutOff else { return hasReadDisk = false }
    switch found {
    case .nothing:
      logger.warning(
        "the API cannot be reached, and there are no objects on disk to start from",
        metadata: ["file": "\(disk.file.path)"])
    case .refused(let problem): intake.note(diskProblems: [problem])
    case .found(let found, let problems):
      logger.warning(
        "the API cannot be reached; objects that were read from disk are used until it answers",
        metadata: [
          "file": "\(disk.file.path)", "objects": "\(found.objects.count)",
          "time": "\(found.header.goodAt)",
        ])
      intake.begin(with: found, problems)
    }
    await handOn()
  }

  private func keepObjects(_ disk: DiskKeeper, isLast: Bool) async {
    guard intake.hasBegun, intake.objectsAsOf == nil else { return }
    let problems = await disk.keep(
      intake.revision, isCurrent: intake.isCurrent, isLast: isLast
    ) { await self.objectsForDisk }
    guard let problems, !isEnded else { return }
    intake.note(diskProblems: problems)
    await handOn()
  }

  private var objectsForDisk: ObjectFile.Content { intake.objectsForDisk }

  private func setTimer() {
    timer?.cancel()
    guard !isEnded, let deadline = intake.nextDeadline else { return }
    let time = max((deadline - .now()).nanoseconds, 0)
    timer = Task {
      do { try await Task.sleep(for: .nanoseconds(time)) } catch { return }
      await handOn()
    }
  }
}

/// How the following of a stream stands.
private struct StreamHealth {
  var isFollowed = false
  var lastEventAt: Timestamp?
  var events: UInt64 = 0
  var lists: UInt64 = 0

  mutating func note(_ changes: Int) {
    guard changes > 0 else { return }
    events += UInt64(changes)
    lastEventAt = .now
  }
}
