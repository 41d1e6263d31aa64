import KubernetesClient
import Logging
import NIOCore
import Resources
import ServiceLifecycle
import Status

/// Writes to the API server what this speaker does: status objects and Events.
struct ClusterReporter: ServiceLifecycle.Service {
  let client: KubernetesClient
  let options: ClusterOptions
  let node: String
  let control: ControlLoop
  let identities: ObjectIdentities
  let logger: Logger
  var metrics = WriteMetrics.ignored

  func run() async throws {
    let worker = ReportWorker(self)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await worker.run() }
      try? await gracefulShutdown()
      group.cancelAll()
    }
  }
}

/// Gathers what is to be written, and carries out what an ``ObjectWriter`` says.
private actor ReportWorker {
  private let client: KubernetesClient
  private let options: ClusterOptions
  private let control: ControlLoop
  private let identities: ObjectIdentities
  private let logger: Logger
  private let objects: WrittenObjects
  private let recorder: EventRecorder
  private var writer: ObjectWriter
  private var ledger = AnnouncementLedger()
  private var cleaning = Cleaning()
  private var beganAt: NIODeadline?
  private var configuration = ConfigurationReport()
  private var members = MemberRoll()
  /// Since when the node is drained, as the report has it.
  private var toldDrain: Timestamp?
  /// The announcements that have begun since the start, as long as earlier ones are gone on with.
  private var resumed: Set<ObjectWriter.Key> = []
  private var loggedFailures: Set<String> = []
  private var metrics: WriteMetrics

  /// The addresses that are asked for at once, lest the control loop be kept from its work.
  private static let portion = 128
  /// The errors in the configuration that become Events at once.
  private static let mostNews = 10
  /// The objects of others that wait to be deleted; where there are more, they are looked for again
  /// when half of these are gone.
  private static let mostStrangers = 5000
  /// How often all is looked at again, whether it seems to have changed or not.
  private static let reviewInterval: TimeAmount = .seconds(60)

  init(_ reporter: ClusterReporter) {
    client = reporter.client
    options = reporter.options
    control = reporter.control
    identities = reporter.identities
    logger = reporter.logger
    metrics = reporter.metrics
    objects = WrittenObjects(node: reporter.node, namespace: reporter.options.namespace)
    recorder = EventRecorder(
      client: reporter.client,
      aggregator: EventAggregator(controller: "bellman.dev/speaker", instance: reporter.node))
    writer = ObjectWriter(types: WrittenObjects.types, configuration: reporter.options.writes)
  }

  func run() async {
    let (changes, change) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
    await withTaskGroup(of: Void.self) { group in
      for type in WrittenObjects.types {
        group.addTask { await self.follow(type) { change.yield() } }
      }
      group.addTask { await self.keepTime { change.yield() } }
      group.addTask { await self.write() }
      group.addTask { await self.count() }
      await control.reportAnnouncements { change.yield() }
      for await _ in changes {
        await gather()
        // What comes in quick succession is gathered in one.
        try? await Task.sleep(for: .milliseconds(100))
        if Task.isCancelled { break }
      }
      group.cancelAll()
    }
    await recorder.stop()
  }

  // MARK: What the server has

  private func follow(_ type: ResourceType, changed: @escaping @Sendable () -> Void) async {
    let selection = Selection(
      type, namespace: options.namespace,
      labelSelector: WrittenObjects.selector(node: objects.node))
    await client.follow(
      selection, configuration: options.requests,
      deliver: { changes in
        await self.observe(changes, type)
        changed()
      },
      report: { await self.note($0, type) })
  }

  private func observe(_ changes: ReflectedChanges, _ type: ResourceType) {
    if type == .configurationState { configuration.note(changes) }
    writer.observe(changes, of: type, now: .now())
  }

  private func note(_ condition: Reflector.Condition, _ type: ResourceType) {
    switch condition {
    case .following: writer.setInstalled(true, type, now: .now())
    case .notInstalled: writer.setInstalled(false, type, now: .now())
    case .failing(.status(let status)) where status.code == 403:
      writer.setInstalled(false, type, now: .now())
      log(.status(status), type)
    case .starting, .failing: break
    }
  }

  // MARK: What should be there

  /// Asks the control loop for what may have changed.
  private func gather() async {
    guard writer.knowsAll, await control.mayReport else { return }
    let isFirst = beganAt == nil
    beganAt = beganAt ?? .now()
    while !Task.isCancelled {
      let announcements = await control.takeAnnouncements(limit: Self.portion)
      guard !announcements.isEmpty else { break }
      for change in ledger.take(announcements) { await take(change) }
    }
    if isFirst { writer.wantsAll() }
  }

  private func take(_ change: AnnouncementLedger.Change) async {
    let (service, old, new) = (change.service, change.old, change.new)
    let (layer2, bgp) = (objects.layer2Key(service), objects.bgpKey(service))
    writer.want(
      new.interfaces.map { objects.layer2(service, interfaces: $0) }, layer2, now: .now())
    writer.want(
      new.peers.isEmpty ? nil : objects.bgp(service, peers: new.peers), bgp, now: .now())
    let (hadLayer2, hasLayer2) = (old.interfaces != nil, new.interfaces != nil)
    if hadLayer2 != hasLayer2, !(hasLayer2 && resumes(layer2)) {
      await tell(service, isAnnounced: hasLayer2, "layer2")
    }
    let (hadBGP, hasBGP) = (!old.peers.isEmpty, !new.peers.isEmpty)
    if hadBGP != hasBGP, !(hasBGP && resumes(bgp)) {
      await tell(service, isAnnounced: hasBGP, "bgp")
    }
  }

  /// Whether an announcement that begins goes on with what an earlier process of this node told of.
  /// That is so once at most: what ends and begins again is news.
  private func resumes(_ key: ObjectWriter.Key) -> Bool {
    guard let beganAt, NIODeadline.now() < beganAt + options.writes.patience else {
      resumed = []
      return false
    }
    guard resumed.insert(key).inserted else { return false }
    return writer.inherits(key) || !writer.isInstalled(key.type)
  }

  private func tell(_ service: ObjectName, isAnnounced: Bool, _ way: String) async {
    let node = objects.node
    await recorder.record(
      EventRecord(
        regarding: .init(
          apiVersion: "v1", kind: "Service", name: service, uid: identities[.service, service]),
        reason: isAnnounced ? "nodeAssigned" : "nodeUnassigned", action: "Announce",
        note: isAnnounced
          ? "announcing from node \"\(node)\" with protocol \"\(way)\""
          : "no longer announcing from node \"\(node)\" with protocol \"\(way)\""))
  }

  /// Reports what is not about single addresses, and looks after the objects of those who are gone.
  private func keepTime(changed: @Sendable () -> Void) async {
    var reviewedAt = NIODeadline.now()
    while !Task.isCancelled {
      // Until there is something to say.
      var interval = min(options.reportInterval, .milliseconds(250))
      if writer.knowsAll, await control.mayReport {
        var report = await control.speakerReport()
        report.drainedSince = await control.drain?.since
        toldDrain = report.drainedSince
        report.members = members.take(await control.livingMembers(), now: .now())
        // In a large cluster everybody's report would change with everybody's state.
        interval = options.reportInterval + .milliseconds(Int64(report.members.count) * 50)
        writer.want(objects.speaker(report), objects.speakerKey, now: .now())
        let isFirst = members.first == objects.node
        await reportConfiguration(isFirst: isFirst)
        await clean(missing: report.members.missing, isFirst: isFirst)
      }
      if NIODeadline.now() > reviewedAt + Self.reviewInterval {
        reviewedAt = .now()
        await control.reviewAnnouncements()
      }
      changed()
      await pause(interval)
    }
  }

  /// Lets time pass, but no more than a second after a drain began or ended.
  private func pause(_ time: TimeAmount) async {
    let end = NIODeadline.now() + time
    while !Task.isCancelled, NIODeadline.now() < end {
      let step = min(end - .now(), .seconds(1))
      try? await Task.sleep(for: .nanoseconds(max(step.nanoseconds, 0)))
      guard await control.drain?.since == toldDrain || !writer.knowsAll else { return }
    }
  }

  private func reportConfiguration(isFirst: Bool) async {
    let news = configuration.take(await control.configurationErrors())
    writer.want(
      objects.configuration(errors: configuration.sentences, since: configuration.since),
      objects.configurationKey, now: .now())
    // All speakers read the same; one of them tells.
    guard isFirst else { return }
    let left = news.count - Self.mostNews
    for (index, error) in news.prefix(Self.mostNews).enumerated() {
      var object = error.object
      if let kind = ResourceKind(rawValue: object.kind) {
        object.uid = identities[kind, object.name]
      }
      let more = left > 0 && index == Self.mostNews - 1 ? " (and \(left) more)" : ""
      await recorder.record(
        EventRecord(
          regarding: object, severity: .warning, reason: "configurationInvalid",
          action: "Configure",
          note: "\(error.sentence)\(more); the last good configuration stays"))
    }
  }

  // MARK: Those who are gone

  private func clean(missing: [String], isFirst: Bool) async {
    guard writer.strangerCount <= Self.mostStrangers / 2 else { return }
    let sweeps = cleaning.sweeps(
      nodes: await control.nodes, missing: Set(missing), isFirst: isFirst, now: .now())
    for sweep in sweeps {
      for type in WrittenObjects.types where writer.isInstalled(type) {
        let selection = Selection(
          type, namespace: options.namespace, labelSelector: sweep.selector, pruned: [["status"]])
        do {
          try await client.list(selection) { await self.remove($0, type, sweep) }
        } catch {
          logger.debug("objects of nodes that are gone cannot be listed: \(error)")
          return cleaning.repeatSoon()
        }
        guard writer.strangerCount < Self.mostStrangers else { return cleaning.repeatSoon() }
      }
    }
  }

  /// Has those of the objects removed that are to go; returns whether there is room for more.
  private func remove(
    _ found: [KubernetesObject], _ type: ResourceType, _ sweep: Cleaning.Sweep
  ) -> Bool {
    for object in found where sweep.concerns(object) {
      writer.remove(.init(type, object.name), uid: object.uid)
    }
    return writer.strangerCount < Self.mostStrangers
  }

  // MARK: Writes

  private func write() async {
    while !Task.isCancelled {
      let writes = writer.writes(now: .now())
      if writes.isEmpty {
        let wait = min(
          max((writer.nextDeadline(now: .now()) ?? .distantFuture) - .now(), .milliseconds(10)),
          .milliseconds(250))
        try? await Task.sleep(for: .nanoseconds(wait.nanoseconds))
        continue
      }
      await withTaskGroup(of: (ObjectWriter.Write, ObjectWriter.Outcome).self) { group in
        for write in writes {
          group.addTask { [client] in (write, await write.perform(by: client)) }
        }
        for await (write, outcome) in group {
          writer.finish(write, outcome, now: .now())
          if case .failed(let failure) = outcome { log(failure, write.key.type) }
        }
      }
    }
  }

  /// Keeps the metrics up to date; one task alone does, so that no older count follows a newer one.
  private func count() async {
    while !Task.isCancelled {
      let (events, drops) = (await recorder.counts, await recorder.drops)
      metrics.update(writer.counts, events: events, drops: drops)
      try? await Task.sleep(for: .seconds(1))
    }
  }

  /// Each failure is logged once for its type, however many objects meet it.
  private func log(_ failure: RequestFailure, _ type: ResourceType) {
    guard loggedFailures.count < 100, loggedFailures.insert("\(type): \(failure)").inserted
    else { return }
    logger.warning(
      "status not written", metadata: ["type": "\(type)", "error": "\(failure)"])
  }
}

extension ObjectWriter.Write {
  /// Sends this write.
  func perform(by client: KubernetesClient) async -> ObjectWriter.Outcome {
    func object(_ key: ObjectWriter.Key, _ parts: [String: JSONValue]) -> JSONValue {
      .object(
        parts.merging([
          "apiVersion": .string(key.type.apiVersion), "kind": .string(key.type.kind),
        ]) { first, _ in first })
    }
    func metadata(_ key: ObjectWriter.Key, _ others: [String: JSONValue] = [:]) -> JSONValue {
      .object(
        others.merging([
          "name": .string(key.name.name), "namespace": .string(key.name.namespace),
        ]) { first, _ in first })
    }
    do throws(KubernetesError) {
      switch self {
      case .apply(let key, let labels, let annotations):
        var parts = ["labels": JSONValue.object(labels.mapValues(JSONValue.string))]
        if !annotations.isEmpty {
          parts["annotations"] = .object(annotations.mapValues(JSONValue.string))
        }
        let body = object(key, ["metadata": metadata(key, parts)])
        return .written(
          try await client.patch(
            key.name, of: key.type, with: .apply(body, manager: "bellman", force: true)))
      case .applyStatus(let key, let status):
        let body = object(key, ["metadata": metadata(key), "status": status])
        return .written(
          try await client.patch(
            key.name, of: key.type, subresource: "status",
            with: .apply(body, manager: "bellman", force: true)))
      case .delete(let key, let uid):
        _ = try await client.delete(key.name, of: key.type, uid: uid)
        return .gone
      }
    } catch {
      switch (self, error.status) {
      case (.delete, .some(let status)) where status.code == 404 || status.isConflict:
        // There is none of this name, or another one.
        return .gone
      case (.applyStatus, .some(let status)) where status.code == 404: return .gone
      // To an object that would be made, 404 says that there is no such namespace or kind.
      default: return .failed(error.failure)
      }
    }
  }
}
