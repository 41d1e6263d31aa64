import KubernetesClient
import NIOCore
import Resources
import Status

/// Turns what the API server says of many kinds into the changes of one cluster.
///
/// Nothing goes on before everything was read once. After that a stream's changes go on as soon as
/// the stream is a state that the server had; while the server comes back from an outage, all of
/// them together. A value without clock or I/O of its own.
struct ClusterIntake {
  /// The streams to follow now.
  private(set) var streams: Set<ClusterStream>
  /// Whether everything was read once.
  private(set) var hasBegun = false
  /// Whether anything may go on. Until then the intake waits, whatever it has read.
  var mayBegin = true

  /// The texts of MetalLB's objects, for the disk.
  var keptTexts = KeptTexts()
  /// What is wrong with the objects on the disk.
  private(set) var diskProblems: [Diagnostic] = []
  /// When the API was last known to be well, as long as objects from the disk are in use.
  private(set) var objectsAsOf: Timestamp?
  /// Counts what changed in the objects that are in use.
  private(set) var revision: UInt64 = 0

  private var states: [ClusterStream: StreamState] = [:]
  private(set) var store = ResourceStore()
  private var shelf = SliceShelf()
  /// The secrets that each BGPPeer names, by its file.
  private var secretsOfPeers: [String: ObjectName] = [:]
  /// The objects of streams that ended, which are to go.
  private var filesOfDropped: [String] = []
  /// Since when changes are gathered while the streams come back one by one.
  private var gathersSince: NIODeadline?
  private var problemsOfStreams: [Diagnostic] = []
  private var hasNews = false
  private var updates: UInt64 = 0
  private var objectsRead: UInt64 = 0
  private var objectsInError: UInt64 = 0

  /// How long the changes of some kinds wait for those of others that are new or may not be read.
  static let gatheringTime: TimeAmount = .seconds(5)
  /// How long they wait for those of others whose server could not be asked, which is longer than
  /// these wait to ask again.
  static let longestGatheringTime: TimeAmount = .seconds(40)

  private struct StreamState {
    var condition = Reflector.Condition.starting
    /// Whether what is known and staged is a state that the server had.
    var isComplete = false
    /// What was read and has not gone on, by file; nil where an object is gone.
    var staged: [String: DecodedFile?] = [:]
    /// The objects that have gone on, of a stream that can end.
    var files: Set<String> = []
    /// Those of them that came from the disk, as long as the server has not said what there is.
    var filesFromDisk: Set<String>?
  }

  /// An intake that knows nothing.
  init() {
    streams = Set(ClusterStream.kinds.map(ClusterStream.kind))
    for stream in streams { states[stream] = StreamState() }
  }

  /// One change of one object, decoded; with its text where that is kept.
  enum Change: Sendable {
    case upserted(ObjectName, DecodedFile, text: [UInt8] = [])
    case removed(ObjectName)
  }

  /// Takes in changes of a stream.
  mutating func take(
    _ changes: [Change], isComplete: Bool, of stream: ClusterStream, now: NIODeadline
  ) {
    guard var state = states[stream] else { return }
    noteReturn(of: state, now)
    for change in changes {
      switch change {
      case .upserted(let name, let content, let text):
        objectsRead += 1
        if !content.isComplete { objectsInError += 1 }
        let file = stream.file(of: name)
        state.filesFromDisk?.remove(file)
        keptTexts.note(text, of: content, file)
        state.staged.updateValue(content, forKey: file)
        if stream.isPeers { noteSecret(of: content, file) }
      case .removed(let name):
        let file = stream.file(of: name)
        state.filesFromDisk?.remove(file)
        keptTexts.forget(file)
        state.staged.updateValue(nil, forKey: file)
        if stream.isPeers { secretsOfPeers[file] = nil }
      }
    }
    if isComplete, let gone = state.filesFromDisk {
      // All was listed, and what the list did not have is no more.
      for file in gone {
        keptTexts.forget(file)
        state.staged.updateValue(nil, forKey: file)
      }
      state.filesFromDisk = nil
    }
    state.isComplete = isComplete
    states[stream] = state
    if stream.isPeers, isComplete { reconsiderStreams(now) }
  }

  /// Takes in how the following of a stream stands.
  mutating func note(
    _ condition: Reflector.Condition, of stream: ClusterStream, now: NIODeadline
  ) {
    guard let old = states[stream], old.condition != condition else { return }
    if condition == .following { noteReturn(of: old, now) }
    states[stream]?.condition = condition
    if stream == .kind(.bgpPeer) { reconsiderStreams(now) }
    let problems = currentProblems
    if problems != problemsOfStreams {
      problemsOfStreams = problems
      hasNews = true
    }
  }

  /// When ``update(now:)`` may have something although nothing happens.
  var nextDeadline: NIODeadline? {
    gathersSince.map {
      $0 + (streams.contains(where: isAwaited) ? Self.longestGatheringTime : Self.gatheringTime)
    }
  }

  /// What the control loop is to be told now; nil where that is nothing.
  mutating func update(now: NIODeadline) -> SourceUpdate? {
    let areAllReady = streams.allSatisfy(isReady)
    guard hasBegun || areAllReady && (mayBegin || objectsAsOf != nil) else { return takeNews() }
    if let deadline = nextDeadline {
      guard areAllReady && streams.allSatisfy(isWell) || now >= deadline else { return takeNews() }
      gathersSince = nil
    }
    let contents = takeStaged()
    let isFirst = !hasBegun
    hasBegun = true
    if objectsAsOf != nil, !streams.contains(where: isFromDisk) {
      objectsAsOf = nil
      diskProblems = []
      revision += 1
      hasNews = true
    }
    guard isFirst || !contents.isEmpty else { return takeNews() }
    updates += 1
    let changes = store.replace(contents)
    if !changes.isEmpty || contents.contains(where: { $0.file.contains(".metallb.io/") }) {
      revision += 1
    }
    return finish(changes)
  }

  /// Whether nothing is missing for a beginning but that it may.
  var waitsToBegin: Bool { !hasBegun && !mayBegin && streams.allSatisfy(isReady) }

  // MARK: The disk

  /// Whether the server was asked in vain: what is missing of the first picture of the cluster is so
  /// because requests for it fail as in an outage, or because nothing was answered at all.
  var isCutOff: Bool {
    guard !hasBegun else { return false }
    let missing = ClusterStream.kinds.map(ClusterStream.kind).filter { !isReady($0) }
    var failures = 0
    for stream in missing {
      switch states[stream]?.condition {
      case .failing(let failure):
        guard failure.isOutage else { return false }
        failures += 1
      default: break
      }
    }
    if failures > 0 { return true }
    let isSilent = streams.allSatisfy { states[$0]?.condition == .starting }
    return isSilent && states.values.allSatisfy { $0.staged.isEmpty && !$0.isComplete }
  }

  /// Begins with the objects from the disk, but for those of streams that were read. What a stream has
  /// read of its own, it keeps.
  mutating func begin(with found: ObjectFile.Objects, _ problems: [Diagnostic]) {
    guard !hasBegun else { return }
    objectsAsOf = found.header.goodAt
    let objects = Dictionary(grouping: found.objects, by: \.stream)
    for stream in ClusterStream.kinds.map(ClusterStream.kind) where !isReady(stream) {
      guard var state = states.removeValue(forKey: stream) else { continue }
      var files: Set<String> = []
      for object in objects[stream] ?? [] where state.staged[object.content.name] == nil {
        let file = object.content.name
        state.staged.updateValue(object.content, forKey: file)
        files.insert(file)
        keptTexts.note(object.text, of: object.content, file)
      }
      state.filesFromDisk = files
      state.isComplete = true
      states[stream] = state
    }
    note(diskProblems: problems)
  }

  /// Takes in what is wrong with the objects on the disk.
  mutating func note(diskProblems problems: [Diagnostic]) {
    guard problems != diskProblems else { return }
    diskProblems = problems
    hasNews = true
  }

  /// Whether all that is in use is what the server has now, as far as that can be known.
  var isCurrent: Bool {
    hasBegun && objectsAsOf == nil && gathersSince == nil && streams.allSatisfy(isWell)
  }

  /// Whether objects of the stream came from the disk, and the server has not said what there is.
  private func isFromDisk(_ stream: ClusterStream) -> Bool { states[stream]?.filesFromDisk != nil }

  // MARK: Streams

  /// Whether the stream holds back nothing of the first picture of the cluster.
  private func isReady(_ stream: ClusterStream) -> Bool {
    guard let state = states[stream] else { return false }
    if state.isComplete || state.condition == .notInstalled { return true }
    // A Secret that may not be read concerns one peer, and nothing else is to wait for it.
    return stream.isRefused(state.condition)
  }

  private func isWell(_ stream: ClusterStream) -> Bool {
    guard let condition = states[stream]?.condition, !isFromDisk(stream) else { return false }
    return condition == .following || condition == .notInstalled || stream.isRefused(condition)
  }

  /// Whether the stream is soon well again if its server is.
  private func isAwaited(_ stream: ClusterStream) -> Bool {
    guard case .failing(let failure) = states[stream]?.condition else {
      // After a start from the disk each stream is read for the first time.
      return objectsAsOf != nil && !isWell(stream)
    }
    return failure.isTransient
  }

  /// A stream that failed has something to say again: the others will follow.
  private mutating func noteReturn(of state: StreamState, _ now: NIODeadline) {
    guard hasBegun, gathersSince == nil else { return }
    if case .failing = state.condition {
      gathersSince = now
    } else if state.filesFromDisk != nil {
      gathersSince = now
    }
  }

  private mutating func noteSecret(of content: DecodedFile, _ file: String) {
    guard case .bgpPeer(let peer) = content.objects.first?.resource else { return }
    if case .secret(let name) = peer.password {
      secretsOfPeers[file] = name
    } else {
      secretsOfPeers[file] = nil
    }
  }

  /// Begins and ends what the peers decide.
  private mutating func reconsiderStreams(_ now: NIODeadline) {
    var wanted = Set(ClusterStream.kinds.map(ClusterStream.kind))
    if states[.kind(.bgpPeer)]?.condition == .notInstalled { wanted.insert(.oldPeers) }
    wanted.formUnion(secretsOfPeers.values.map(ClusterStream.secret))
    for stream in streams.subtracting(wanted) { drop(stream) }
    for stream in wanted.subtracting(streams) {
      states[stream] = StreamState()
      // A peer and its password go on together.
      if hasBegun, gathersSince == nil { gathersSince = now }
    }
    streams = wanted
  }

  /// Forgets a stream with its objects.
  private mutating func drop(_ stream: ClusterStream) {
    guard let state = states.removeValue(forKey: stream) else { return }
    let gone = state.files.union(state.staged.keys)
    guard stream == .oldPeers else {
      filesOfDropped.append(contentsOf: gone.sorted())
      return
    }
    // The newer version has the same objects under the same names.
    for file in gone.sorted() where states[.kind(.bgpPeer)]?.staged[file] == nil {
      keptTexts.forget(file)
      states[.kind(.bgpPeer)]?.staged.updateValue(nil, forKey: file)
    }
  }

  private mutating func takeStaged() -> [(file: String, content: DecodedFile?)] {
    var contents: [(file: String, content: DecodedFile?)] = filesOfDropped.map { ($0, nil) }
    filesOfDropped = []
    // The Services come before the slices, which are served or not as they are.
    for stream in streams.sorted() where isReady(stream) {
      guard let state = states[stream], !state.staged.isEmpty else { continue }
      let staged = state.staged
      states[stream]?.staged = [:]
      for (file, content) in staged.sorted(by: { $0.key < $1.key }) {
        if content == nil {
          states[stream]?.files.remove(file)
        } else if stream.canEnd {
          states[stream]?.files.insert(file)
        }
        if stream == .kind(.endpointSlice) {
          contents += shelf.take(file, content)
          continue
        }
        contents.append((file, content))
        guard stream == .kind(.service), let name = serviceName(file) else { continue }
        contents += shelf.serve(name, content != nil)
      }
    }
    return contents
  }

  /// The name in the file of a Service, such as `services/shop/web`.
  private func serviceName(_ file: String) -> ObjectName? {
    let parts = file.split(separator: "/")
    guard parts.count == 3 else { return nil }
    return ObjectName(namespace: String(parts[1]), name: String(parts[2]))
  }

  // MARK: State

  private var currentProblems: [Diagnostic] { streams.sorted().compactMap(problem) }

  private func problem(of stream: ClusterStream) -> Diagnostic? {
    guard case .failing(let failure) = states[stream]?.condition else { return nil }
    let consequence =
      if !hasBegun, case .kind = stream {
        "nothing is announced before it was read once"
      } else if isFromDisk(stream) {
        "what was read from disk stays in use"
      } else {
        "the last state that was read stays in use"
      }
    return Diagnostic(
      severity: .error, file: "\(stream)", message: "cannot be read: \(failure); \(consequence)")
  }

  /// The streams that fail, but for Secrets that may not be read.
  private var obstacles: [Diagnostic] {
    streams.sorted().filter { !isRefused($0) }.compactMap(problem)
  }

  private func isRefused(_ stream: ClusterStream) -> Bool {
    states[stream].map { stream.isRefused($0.condition) } ?? false
  }

  /// Errors of MetalLB's objects and of the Secrets that they name. A server that cannot be asked for a
  /// while is none of them; a Secret that may not be read is.
  private var configurationErrors: [Diagnostic] {
    let refused = streams.sorted().filter(isRefused)
    return store.diagnostics.filter { problem in
      problem.severity == .error
        && (problem.file.contains(".metallb.io") || problem.file.hasPrefix("secret"))
    } + refused.compactMap(problem)
  }

  /// Whether anything of what every cluster has can be read.
  private var isReachable: Bool {
    [ClusterStream.kind(.service), .kind(.endpointSlice), .kind(.node)].contains { stream in
      if case .failing = states[stream]?.condition { return false }
      return !isFromDisk(stream)
    }
  }

  /// Changes of nothing, where only the state of the source is another one.
  private mutating func takeNews() -> SourceUpdate? {
    guard hasNews else { return nil }
    return finish(ResourceChanges())
  }

  private mutating func finish(_ changes: ResourceChanges) -> SourceUpdate {
    hasNews = false
    var counts: [String: Int] = [:]
    for (kind, count) in store.objectCounts where count > 0 { counts[kind.rawValue] = count }
    return SourceUpdate(
      changes: changes,
      state: SourceState(
        objects: counts, problems: store.diagnostics + currentProblems + diskProblems,
        obstacles: obstacles, diskProblems: diskProblems, objectsAsOf: objectsAsOf,
        configurationErrors: configurationErrors,
        counters: [
          "objectsRead": objectsRead, "objectsInError": objectsInError, "updates": updates,
        ], isReachable: isReachable),
      isComplete: hasBegun)
  }
}

extension ClusterStream: Comparable {
  /// Services first, then the other kinds in their order, then secrets by name.
  static func < (left: Self, right: Self) -> Bool {
    (left.order, left.secretName) < (right.order, right.secretName)
  }

  fileprivate var isPeers: Bool { self == .kind(.bgpPeer) || self == .oldPeers }

  /// Whether the stream is followed for a time only.
  fileprivate var canEnd: Bool { if case .kind = self { false } else { true } }

  /// Whether this is a Secret that may not be read.
  fileprivate func isRefused(_ condition: Reflector.Condition) -> Bool {
    guard case .secret = self, case .failing(.status(let status)) = condition else { return false }
    return status.code == 403
  }

  private var order: Int {
    switch self {
    case .kind(let kind): Self.kinds.firstIndex(of: kind) ?? Self.kinds.count
    case .oldPeers: Self.kinds.count
    case .secret: Self.kinds.count + 1
    }
  }

  private var secretName: String {
    if case .secret(let name) = self { "\(name)" } else { "" }
  }
}
