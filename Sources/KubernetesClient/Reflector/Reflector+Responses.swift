import NIOCore
import Resources

extension Reflector {
  /// The most pages of one list.
  private static let maximumPages = 100_000

  /// Takes in what the request that is under way brought.
  mutating func handle(
    _ response: Response, _ now: NIODeadline, _ generator: inout some RandomNumberGenerator,
    _ actions: inout [Action]
  ) {
    noteActivity(now)
    switch (response, phase) {
    case (.activity, _): break
    case (.opened, .watching(var watch)):
      if watch.openedAt == nil { watch.openedAt = now }
      absentSince = nil
      phase = .watching(watch)
    case (.opened, _): break
    case (.page(let page), .listing(let listing)):
      absentSince = nil
      take(page, listing, now, &generator, &actions)
    case (.events(let events), .streaming(let listing, let startedAt)):
      absentSince = nil
      take(events, listing, startedAt, now, &generator, &actions)
    case (.events(let events), .watching(let watch)):
      follow(events, watch, now, &generator, &actions)
    case (.ended, .watching(let watch)):
      reconnect(after: watch, now, &generator)
    case (.ended, _):
      fail(.connection("the server ended a list early"), now, &generator, &actions)
    case (.failed(let failure), _):
      fail(failure, now, &generator, &actions)
    case (.discovered(let isServed), .discovering):
      noteDiscovery(isServed: isServed, now, &generator, &actions)
    case (.page, _), (.events, _), (.discovered, _):
      fail(.malformed("an answer to another request"), now, &generator, &actions)
    }
  }

  private mutating func noteActivity(_ now: NIODeadline) {
    switch phase {
    case .idle, .waiting: break
    case .listing(var listing):
      listing.lastActivity = now
      phase = .listing(listing)
    case .streaming(var listing, let startedAt):
      listing.lastActivity = now
      phase = .streaming(listing, startedAt: startedAt)
    case .watching(var watch):
      watch.lastActivity = now
      phase = .watching(watch)
    case .discovering(let request, _): phase = .discovering(request, lastActivity: now)
    }
  }

  // MARK: Lists

  private mutating func take(
    _ page: ListPage, _ listing: Listing, _ now: NIODeadline,
    _ generator: inout some RandomNumberGenerator, _ actions: inout [Action]
  ) {
    var changes: [ReflectedChanges.Change] = []
    for object in page.objects { upsert(object, &changes) }
    guard let token = page.continueToken else {
      complete(changes, resourceVersion: page.resourceVersion, &actions)
      begin(.watch, now, &generator, &actions)
      return
    }
    if !changes.isEmpty { actions.append(.deliver(ReflectedChanges(changes, isComplete: false))) }
    guard token != listing.continueToken, listing.pages < Self.maximumPages else {
      let failure = RequestFailure.malformed("a list whose pages never end")
      return fail(failure, now, &generator, &actions)
    }
    turnPage(of: listing, token: token, now, &actions)
  }

  /// Ends a list: what it did not hold is gone.
  private mutating func complete(
    _ changes: [ReflectedChanges.Change], resourceVersion: String, _ actions: inout [Action]
  ) {
    var changes = changes
    for name in known.filter({ $0.value.list != list }).keys.sorted() {
      known[name] = nil
      changes.append(.removed(name))
    }
    self.resourceVersion = resourceVersion
    isSynced = true
    silentStreams = 0
    actions.append(.deliver(ReflectedChanges(changes, isComplete: true)))
    // The row of failures goes on until the watch proves itself: lists may succeed while watches
    // are refused.
    report(.following, &actions)
  }

  private mutating func take(
    _ events: [WatchEvent], _ listing: Listing, _ startedAt: NIODeadline, _ now: NIODeadline,
    _ generator: inout some RandomNumberGenerator, _ actions: inout [Action]
  ) {
    var listing = listing
    listing.lastActivity = now
    var changes: [ReflectedChanges.Change] = []
    for (index, event) in events.enumerated() {
      switch event {
      case .upserted(let object):
        upsert(object, &changes)
      case .removed(let object):
        remove(object.name, &changes)
      case .bookmark(let version, endsInitialEvents: true):
        complete(changes, resourceVersion: version, &actions)
        let watch = Following(request: listing.request, openedAt: now, lastActivity: now)
        phase = .watching(watch)
        let rest = Array(events[(index + 1)...])
        if !rest.isEmpty { follow(rest, watch, now, &generator, &actions) }
        return
      case .bookmark:
        // A plain bookmark first: the server took the request for a plain watch.
        deliverPart(changes, &actions)
        usesStreamingLists = false
        actions.append(.cancel(listing.request))
        begin(.list, now, &generator, &actions)
        return
      case .failed(let status):
        deliverPart(changes, &actions)
        actions.append(.cancel(listing.request))
        fail(.status(status), now, &generator, &actions)
        return
      }
    }
    deliverPart(changes, &actions)
    phase = .streaming(listing, startedAt: startedAt)
  }

  private func deliverPart(_ changes: [ReflectedChanges.Change], _ actions: inout [Action]) {
    if !changes.isEmpty { actions.append(.deliver(ReflectedChanges(changes, isComplete: false))) }
  }

  // MARK: Watches

  private mutating func follow(
    _ events: [WatchEvent], _ watch: Following, _ now: NIODeadline,
    _ generator: inout some RandomNumberGenerator, _ actions: inout [Action]
  ) {
    var watch = watch
    watch.openedAt = watch.openedAt ?? now
    var changes: [ReflectedChanges.Change] = []
    var failure: APIStatus?
    for event in events {
      let version: String
      switch event {
      case .upserted(let object):
        version = object.resourceVersion
        upsert(object, &changes)
      case .removed(let object):
        version = object.resourceVersion
        remove(object.name, &changes)
      case .bookmark(let bookmark, _): version = bookmark
      case .failed(let status):
        failure = status
        continue
      }
      if version != resourceVersion { watch.hasProgressed = true }
      resourceVersion = version
    }
    phase = .watching(watch)
    if !changes.isEmpty { actions.append(.deliver(ReflectedChanges(changes, isComplete: true))) }
    if let failure {
      actions.append(.cancel(watch.request))
      fail(.status(failure), now, &generator, &actions)
    } else if watch.hasProgressed {
      settle(&actions)
    }
  }

  /// Goes on after a watch that ended in an orderly way: at once where it had its time.
  private mutating func reconnect(
    after watch: Following, _ now: NIODeadline, _ generator: inout some RandomNumberGenerator
  ) {
    if let openedAt = watch.openedAt, now >= openedAt + configuration.stablePeriod {
      backoff.reset()
      wait(.nanoseconds(0), then: .watch, now)
    } else {
      if watch.hasProgressed { backoff.reset() }
      wait(backoff.next(using: &generator), then: .watch, now)
    }
  }

  // MARK: Objects

  private mutating func upsert(
    _ object: KubernetesObject, _ changes: inout [ReflectedChanges.Change]
  ) {
    let new = Known(resourceVersion: object.resourceVersion, list: list)
    let old = known.updateValue(new, forKey: object.name)
    if old?.resourceVersion != new.resourceVersion { changes.append(.upserted(object)) }
  }

  private mutating func remove(_ name: ObjectName, _ changes: inout [ReflectedChanges.Change]) {
    if known.removeValue(forKey: name) != nil { changes.append(.removed(name)) }
  }
}
