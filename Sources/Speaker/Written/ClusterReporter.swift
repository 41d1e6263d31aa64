import KubernetesClient
import Logging
import NIOCore
import Resources
import ServiceLifecycle

/// Writes to the API server what this speaker does: status objects and Events.
struct ClusterReporter: ServiceLifecycle.Service {
  let client: KubernetesClient
  let options: ClusterOptions
  let node: String
  let control: ControlLoop
  let identities: ServiceIdentities
  let logger: Logger

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
  private let identities: ServiceIdentities
  private let logger: Logger
  private let objects: WrittenObjects
  private let recorder: EventRecorder
  private var writer: ObjectWriter
  private var ledger = AnnouncementLedger()
  private var cleaning = Cleaning()
  private var beganAt: NIODeadline?
  private var configuration = ConfigurationReport()
  private var members = MemberRoll()
  /// The announcements that have begun since the start, as long as earlier ones are gone on with.
  private var resumed: Set<ObjectWriter.Key> = []
  private var loggedFailures: Set<String> = []

  /// The addresses that are asked for at once, lest the control loop be kept from its work.
  private static let portion = 128
  /// How often all is looked at again, whether it seems to have changed or not.
  private static let reviewInterval: TimeAmount = .seconds(60)

  init(_ reporter: ClusterReporter) {
    client = reporter.client
    options = reporter.options
    control = reporter.control
    identities = reporter.identities
    logger = reporter.logger
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
      report: { condition in
        switch condition {
        case .following: Task { await self.setInstalled(true, type) }
        case .notInstalled: Task { await self.setInstalled(false, type) }
        case .failing(.status(let status)) where status.code == 403:
          Task {
            await self.setInstalled(false, type)
            await self.log(.status(status), type)
          }
        case .starting, .failing: break
        }
      })
  }

  private func observe(_ changes: ReflectedChanges, _ type: ResourceType) {
    if type == .configurationState { configuration.note(changes) }
    writer.observe(changes, of: type, now: .now())
  }

  private func setInstalled(_ isInstalled: Bool, _ type: ResourceType) {
    writer.setInstalled(isInstalled, type, now: .now())
  }

  // MARK: What should be there

  /// Asks the control loop for what may have changed.
  private func gather() async {
    guard writer.knowsAll, await control.isReady else { return }
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
          apiVersion: "v1", kind: "Service", name: service, uid: identities[service]),
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
      if writer.knowsAll, await control.isReady {
        var report = await control.speakerReport()
        report.members = members.take(await control.livingMembers(), now: .now())
        // In a large cluster everybody's report would change with everybody's state.
        interval = options.reportInterval + .milliseconds(Int64(report.members.count) * 50)
        writer.want(objects.speaker(report), objects.speakerKey, now: .now())
        await reportConfiguration()
        await clean()
      }
      if NIODeadline.now() > reviewedAt + Self.reviewInterval {
        reviewedAt = .now()
        await control.reviewAnnouncements()
      }
      changed()
      try? await Task.sleep(for: .nanoseconds(interval.nanoseconds))
    }
  }

  private func reportConfiguration() async {
    let errors = await control.configurationErrors()
    let isNew = configuration.take(errors)
    writer.want(
      objects.configuration(errors: configuration.sentences, since: configuration.since),
      objects.configurationKey, now: .now())
    // All speakers read the same; one of them tells.
    guard isNew, let first = errors.first, await control.isFirstLivingNode,
      let object = ConfigurationReport.reference(to: first)
    else { return }
    let more = errors.count > 1 ? " (and \(errors.count - 1) more)" : ""
    await recorder.record(
      EventRecord(
        regarding: object, severity: .warning, reason: "configurationInvalid", action: "Configure",
        note: "\(configuration.sentences.first ?? "")\(more); the last good configuration stays"))
  }

  // MARK: Those who are gone

  private func clean() async {
    let sweeps = cleaning.sweeps(
      nodes: await control.nodes, isFirst: await control.isFirstLivingNode, now: .now())
    for sweep in sweeps {
      for type in WrittenObjects.types where writer.isInstalled(type) {
        let selection = Selection(
          type, namespace: options.namespace, labelSelector: sweep.selector)
        let found: [KubernetesObject]
        do {
          found = try await client.list(selection)
        } catch {
          logger.debug("objects of nodes that are gone cannot be listed: \(error)")
          cleaning.repeatSoon()
          return
        }
        for object in found where sweep.concerns(object) {
          writer.remove(.init(type, object.name), uid: object.uid)
        }
      }
    }
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
      case .apply(let key, let labels):
        let labels = JSONValue.object(labels.mapValues(JSONValue.string))
        let body = object(key, ["metadata": metadata(key, ["labels": labels])])
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
      return error.status?.code == 404 ? .gone : .failed(error.failure)
    }
  }
}
