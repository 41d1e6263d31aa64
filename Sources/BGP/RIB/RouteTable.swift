/// The routes of one family: what is intended, what the neighbour was told, and what waits to be
/// said. A prefix waits at most once for a withdrawal and once for an announcement however often it
/// changes, and what is said is decided when its turn comes.
struct RouteTable<Key: RouteKey>: Sendable {
  struct Entry: Sendable {
    var intended: AttributeSetID
    var advertised: AttributeSetID
    var waitsForWithdrawal = false
    /// Whether the prefix is among `changes`, in a list or in a group. It need not be while a walk
    /// is still to come by.
    var waitsForAnnouncement = false

    var isUnused: Bool {
      intended == .none && advertised == .none && !waitsForWithdrawal && !waitsForAnnouncement
    }
    var isToBeAnnounced: Bool { intended != .none && intended != advertised }
  }

  /// Where the prefixes of the groups come from.
  private enum Source: Sendable {
    case none
    /// All routes above a prefix, or all.
    case walk(above: Key?)
    /// Prefixes in descending order, so that the next one is the last.
    case list(ContiguousArray<Key>)
  }

  /// Whether the session carries this family.
  private(set) var isOpen = false
  /// How many prefixes are intended.
  private(set) var intendedCount = 0
  /// How many prefixes the neighbour was told and not untold.
  private(set) var advertisedCount = 0
  private var routes = RouteStore<Key, Entry>()
  private var withdrawals: ContiguousArray<Key> = []
  private var withdrawalsAreSorted = true
  /// Prefixes that changed and wait for the groups to be empty.
  private var changes: ContiguousArray<Key> = []
  private var source = Source.none
  private var groups = RouteGroups<Key>(messageLength: MessageHeader.maximumMessageLength)

  var hasWithdrawals: Bool { !withdrawals.isEmpty }
  var hasAnnouncements: Bool {
    if case .none = source { !changes.isEmpty || !groups.isEmpty } else { true }
  }

  // MARK: Changes of intent

  mutating func intend(_ key: Key, _ id: AttributeSetID, in sets: inout AttributeSetTable) {
    sets.retain(id)
    var previous = AttributeSetID.none
    var isChange = false
    let mayWait = isOpen && !isAhead(key)
    routes.update(key, initial: Entry(intended: .none, advertised: .none)) { entry in
      previous = entry.intended
      entry.intended = id
      if mayWait, entry.advertised != id, !entry.waitsForAnnouncement {
        entry.waitsForAnnouncement = true
        isChange = true
      }
    }
    if previous == .none { intendedCount += 1 }
    sets.release(previous)
    if isChange { changes.append(key) }
  }

  mutating func abandon(_ key: Key, in sets: inout AttributeSetTable) {
    guard let position = routes.position(of: key), routes[position].intended != .none
    else { return }
    intendedCount -= 1
    sets.release(routes[position].intended)
    routes[position].intended = .none
    if routes[position].advertised != .none, !routes[position].waitsForWithdrawal {
      routes[position].waitsForWithdrawal = true
      withdrawals.append(key)
      withdrawalsAreSorted = false
    }
    if routes[position].isUnused { routes.remove(at: position) }
  }

  /// What `key` is intended to be announced with.
  func intended(_ key: Key) -> AttributeSetID {
    routes.position(of: key).map { routes[$0].intended } ?? .none
  }

  /// Hands out all prefixes in ascending order, with what the neighbour was told them with. Those that
  /// wait to be said anew count as told with what is said then.
  func forEachRoute(_ body: (Key, _ advertised: AttributeSetID) -> Void) {
    var place = routes.position(above: nil)
    while let position = place {
      let entry = routes[position]
      let advertised = entry.advertised == .stale ? entry.intended : entry.advertised
      if advertised != .none || entry.intended != .none {
        body(routes.key(at: position), advertised)
      }
      place = routes.position(after: position)
    }
  }

  /// Whether a walk is under way that will come by `key`.
  private func isAhead(_ key: Key) -> Bool {
    guard case .walk(let reached) = source else { return false }
    guard let reached else { return true }
    return reached < key
  }

  // MARK: Sessions

  /// Begins a session that carries this family in messages of at most `messageLength` octets:
  /// everything intended waits to be announced.
  mutating func open(messageLength: Int) {
    isOpen = true
    groups = RouteGroups(messageLength: messageLength)
    source = intendedCount > 0 ? .walk(above: nil) : .none
  }

  /// Ends the session: the neighbour knows nothing any more.
  mutating func close(in sets: inout AttributeSetTable) {
    isOpen = false
    withdrawals = []
    advertisedCount = 0
    forgetAnnouncements(in: &sets)
    routes.removeAll { _, entry in
      sets.release(entry.advertised)
      entry.advertised = .none
      entry.waitsForWithdrawal = false
      entry.waitsForAnnouncement = false
      return entry.isUnused
    }
  }

  /// Makes everything intended wait to be announced once more.
  mutating func repeatAll(in sets: inout AttributeSetTable) {
    guard isOpen, intendedCount > 0 else { return }
    forgetAnnouncements(in: &sets)
    routes.removeAll { _, entry in
      entry.waitsForAnnouncement = false
      if entry.intended != .none, entry.advertised != .none {
        sets.release(entry.advertised)
        entry.advertised = .stale
      }
      return entry.isUnused
    }
    source = .walk(above: nil)
  }

  private mutating func forgetAnnouncements(in sets: inout AttributeSetTable) {
    source = .none
    changes = []
    groups.removeAll(in: &sets)
  }

  // MARK: Draining

  /// Moves the next prefixes to withdraw, in ascending order, to `keys`, as many as fit in
  /// `capacity` octets. Returns the octets that they take.
  mutating func takeWithdrawals(
    capacity: Int, into keys: inout ContiguousArray<Key>, in sets: inout AttributeSetTable
  ) -> Int {
    if !withdrawalsAreSorted {
      withdrawals.sort(by: >)
      withdrawalsAreSorted = true
    }
    var length = 0
    while let key = withdrawals.last, length + key.encodedLength <= capacity {
      withdrawals.removeLast()
      guard let position = routes.position(of: key) else { continue }
      routes[position].waitsForWithdrawal = false
      if routes[position].intended == .none, routes[position].advertised != .none {
        sets.release(routes[position].advertised)
        routes[position].advertised = .none
        advertisedCount -= 1
        keys.append(key)
        length += key.encodedLength
      }
      if routes[position].isUnused { routes.remove(at: position) }
    }
    return length
  }

  /// The attributes of the prefixes that come next, nil when nothing waits.
  mutating func nextGroup(in sets: inout AttributeSetTable) -> AttributeSetID? {
    while true {
      if let id = groups.next(in: &sets) { return id }
      if case .none = source {
        guard !changes.isEmpty else { return nil }
        changes.sort(by: >)
        source = .list(changes)
        changes = []
      }
      fillGroups(in: &sets)
    }
  }

  /// Moves the next prefixes to announce with the attributes of ``nextGroup(in:)``, in ascending
  /// order, to `keys`, as many as fit in `capacity` octets. Returns the octets that they take.
  mutating func takeAnnouncements(
    capacity: Int, into keys: inout ContiguousArray<Key>, in sets: inout AttributeSetTable
  ) -> Int {
    guard let id = groups.next(in: &sets) else { return 0 }
    let before = keys.count
    var length = 0
    var place: RouteStore<Key, Entry>.Position?
    while let key = groups.take(capacity: capacity - length) {
      place = routes.position(of: key, after: place)
      guard let position = place else { continue }
      var entry = routes[position]
      if entry.intended == id, entry.advertised != id {
        if entry.advertised == .none { advertisedCount += 1 }
        sets.release(entry.advertised)
        entry.advertised = id
        keys.append(key)
        length += key.encodedLength
      } else if entry.isToBeAnnounced {
        // It changed to other attributes while it waited here: it goes with the next groups.
        changes.append(key)
        continue
      }
      entry.waitsForAnnouncement = false
      routes[position] = entry
      if entry.isUnused {
        routes.remove(at: position)
        place = nil
      }
    }
    groups.endMessage()
    sets.retain(id, times: keys.count - before)
    return length
  }

  /// Brings prefixes to the groups until one of these has enough for a message, or no more come.
  private mutating func fillGroups(in sets: inout AttributeSetTable) {
    switch source {
    case .none: return
    case .walk(let reached): walk(above: reached, &sets)
    case .list(let keys):
      source = .none
      visit(keys, &sets)
    }
    if !groups.hasFullGroup {
      source = .none
      groups.close()
    }
  }

  private mutating func walk(above start: Key?, _ sets: inout AttributeSetTable) {
    var reached = start
    var place = routes.position(above: start)
    while let position = place, !groups.hasFullGroup {
      let key = routes.key(at: position)
      let entry = routes[position]
      if entry.isToBeAnnounced, !entry.waitsForAnnouncement {
        routes[position].waitsForAnnouncement = true
        groups.append(key, entry.intended, in: &sets)
      }
      reached = key
      place = routes.position(after: position)
    }
    source = .walk(above: reached)
  }

  private mutating func visit(
    _ descending: consuming ContiguousArray<Key>, _ sets: inout AttributeSetTable
  ) {
    var place: RouteStore<Key, Entry>.Position?
    while !groups.hasFullGroup, let key = descending.popLast() {
      place = routes.position(of: key, after: place)
      guard let position = place else { continue }
      if routes[position].isToBeAnnounced {
        groups.append(key, routes[position].intended, in: &sets)
      } else {
        routes[position].waitsForAnnouncement = false
        if routes[position].isUnused {
          routes.remove(at: position)
          place = nil
        }
      }
    }
    source = .list(descending)
  }
}
