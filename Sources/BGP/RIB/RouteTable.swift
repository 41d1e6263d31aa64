/// The routes of one family: what is intended, what the neighbour was told, and what waits to be
/// said. A prefix waits at most once for a withdrawal and once for an announcement however often it
/// changes, and what is said is decided when its turn comes.
struct RouteTable<Key: RouteKey>: Sendable {
  struct Entry: Sendable {
    var intended: AttributeSetID
    var advertised: AttributeSetID
    var waitsForWithdrawal = false
    var waitsForAnnouncement = false

    var isUnused: Bool {
      intended == .none && advertised == .none && !waitsForWithdrawal && !waitsForAnnouncement
    }
  }

  /// Prefixes that were intended to have the same attributes when the group was made, in
  /// descending order, so that the next one is the last.
  private struct Group: Sendable {
    let attributes: AttributeSetID
    var keys: ContiguousArray<Key>
  }

  /// Whether the session carries this family.
  private(set) var isOpen = false
  /// How many prefixes are intended.
  private(set) var intendedCount = 0
  /// How many prefixes the neighbour was told and not untold.
  private(set) var advertisedCount = 0
  private var entries: [Key: Entry] = [:]
  private var withdrawals: ContiguousArray<Key> = []
  private var withdrawalsAreSorted = true
  private var announcements: ContiguousArray<Key> = []
  private var groups: ContiguousArray<Group> = []

  var hasWithdrawals: Bool { !withdrawals.isEmpty }
  var hasAnnouncements: Bool { !announcements.isEmpty || !groups.isEmpty }

  /// The intended routes; for status and tests, in no order.
  var intended: some Sequence<(key: Key, attributes: AttributeSetID)> {
    entries.lazy.filter { $0.value.intended != .none }.map { ($0.key, $0.value.intended) }
  }

  // MARK: Changes of intent

  mutating func intend(_ key: Key, _ id: AttributeSetID, in sets: inout AttributeSetTable) {
    sets.retain(id)
    var entry = entries[key] ?? Entry(intended: .none, advertised: .none)
    if entry.intended == .none { intendedCount += 1 }
    sets.release(entry.intended)
    entry.intended = id
    if isOpen, entry.advertised != id, !entry.waitsForAnnouncement {
      entry.waitsForAnnouncement = true
      announcements.append(key)
    }
    entries[key] = entry
  }

  mutating func abandon(_ key: Key, in sets: inout AttributeSetTable) {
    guard let index = entries.index(forKey: key), entries.values[index].intended != .none
    else { return }
    intendedCount -= 1
    sets.release(entries.values[index].intended)
    entries.values[index].intended = .none
    if entries.values[index].advertised != .none, !entries.values[index].waitsForWithdrawal {
      entries.values[index].waitsForWithdrawal = true
      withdrawals.append(key)
      withdrawalsAreSorted = false
    }
    if entries.values[index].isUnused { entries.remove(at: index) }
  }

  // MARK: Sessions

  /// Begins a session that carries this family: everything intended waits to be announced.
  mutating func open() {
    isOpen = true
    enqueueIntended { _ in }
  }

  /// Ends the session: the neighbour knows nothing any more.
  mutating func close(in sets: inout AttributeSetTable) {
    isOpen = false
    withdrawals = []
    announcements = []
    for group in groups { sets.release(group.attributes) }
    groups = []
    advertisedCount = 0
    var unused: [Key] = []
    var index = entries.startIndex
    while index != entries.endIndex {
      sets.release(entries.values[index].advertised)
      entries.values[index].advertised = .none
      entries.values[index].waitsForWithdrawal = false
      entries.values[index].waitsForAnnouncement = false
      if entries.values[index].isUnused { unused.append(entries.keys[index]) }
      entries.formIndex(after: &index)
    }
    for key in unused { entries[key] = nil }
  }

  /// Makes everything intended wait to be announced once more.
  mutating func repeatAll(in sets: inout AttributeSetTable) {
    guard isOpen else { return }
    enqueueIntended { entry in
      guard entry.advertised != .none else { return }
      sets.release(entry.advertised)
      entry.advertised = .stale
    }
  }

  private mutating func enqueueIntended(_ prepare: (inout Entry) -> Void) {
    var index = entries.startIndex
    while index != entries.endIndex {
      if entries.values[index].intended != .none {
        prepare(&entries.values[index])
        if !entries.values[index].waitsForAnnouncement {
          entries.values[index].waitsForAnnouncement = true
          announcements.append(entries.keys[index])
        }
      }
      entries.formIndex(after: &index)
    }
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
      guard let index = entries.index(forKey: key) else { continue }
      entries.values[index].waitsForWithdrawal = false
      if entries.values[index].intended == .none, entries.values[index].advertised != .none {
        sets.release(entries.values[index].advertised)
        entries.values[index].advertised = .none
        advertisedCount -= 1
        keys.append(key)
        length += key.encodedLength
      }
      if entries.values[index].isUnused { entries.remove(at: index) }
    }
    return length
  }

  /// The attributes of the prefixes that come next, nil when nothing waits.
  mutating func nextGroup(in sets: inout AttributeSetTable) -> AttributeSetID? {
    while let group = groups.last {
      if !group.keys.isEmpty { return group.attributes }
      sets.release(group.attributes)
      groups.removeLast()
    }
    makeGroups(in: &sets)
    return groups.last?.attributes
  }

  /// Moves the next prefixes to announce with the attributes of ``nextGroup(in:)``, in ascending
  /// order, to `keys`, as many as fit in `capacity` octets. Returns the octets that they take.
  mutating func takeAnnouncements(
    capacity: Int, into keys: inout ContiguousArray<Key>, in sets: inout AttributeSetTable
  ) -> Int {
    guard let last = groups.indices.last else { return 0 }
    let id = groups[last].attributes
    var length = 0
    while let key = groups[last].keys.last, length + key.encodedLength <= capacity {
      groups[last].keys.removeLast()
      guard let index = entries.index(forKey: key) else { continue }
      let entry = entries.values[index]
      if entry.intended == id, entry.advertised != id {
        if entry.advertised == .none { advertisedCount += 1 }
        sets.release(entry.advertised)
        sets.retain(id)
        entries.values[index].advertised = id
        keys.append(key)
        length += key.encodedLength
      } else if entry.intended != .none, entry.intended != entry.advertised {
        // It changed to other attributes while it waited here: it goes with the next groups.
        announcements.append(key)
        continue
      }
      entries.values[index].waitsForAnnouncement = false
      if entries.values[index].isUnused { entries.remove(at: index) }
    }
    return length
  }

  /// Sorts what waits into groups. Their order is that of their first prefixes, so that it does not
  /// depend on the order of the changes.
  private mutating func makeGroups(in sets: inout AttributeSetTable) {
    guard !announcements.isEmpty else { return }
    var keysBySet: [AttributeSetID: ContiguousArray<Key>] = [:]
    for key in announcements {
      guard let index = entries.index(forKey: key) else { continue }
      let entry = entries.values[index]
      if entry.intended == .none || entry.intended == entry.advertised {
        entries.values[index].waitsForAnnouncement = false
        if entries.values[index].isUnused { entries.remove(at: index) }
      } else {
        keysBySet[entry.intended, default: []].append(key)
      }
    }
    announcements = []
    var index = keysBySet.startIndex
    while index != keysBySet.endIndex {
      keysBySet.values[index].sort(by: >)
      let group = Group(attributes: keysBySet.keys[index], keys: keysBySet.values[index])
      sets.retain(group.attributes)
      groups.append(group)
      keysBySet.formIndex(after: &index)
    }
    groups.sort { left, right in
      guard let first = left.keys.last, let second = right.keys.last else { return false }
      return first > second
    }
  }
}
