/// Prefixes on their way into messages, grouped by the attributes that they are announced with.
///
/// Prefixes come in ascending order. As soon as a group has enough for a whole message, that message
/// can be made; what is left of the groups in the end follows in the order of their first prefixes.
/// So the messages are as full as can be, and their order does not depend on how prefixes came here.
struct RouteGroups<Key: RouteKey>: Sendable {
  private struct Group: Sendable {
    let attributes: AttributeSetID
    /// Ascending; those before `next` are taken.
    var keys: ContiguousArray<Key> = []
    var next = 0
    /// What the waiting prefixes take in a message.
    var length = 0

    var first: Key? { next < keys.count ? keys[next] : nil }
  }

  private let messageLength: Int
  private var groups: ContiguousArray<Group> = []
  private var indices: [AttributeSetID: Int] = [:]
  /// The group that got the last prefix.
  private var recent = 0
  /// The group that has enough for a message.
  private var full: Int?
  /// Whether no more prefixes come, and the groups are in descending order of their first prefixes.
  private var isClosed = false

  /// No prefixes, for messages of at most `messageLength` octets.
  init(messageLength: Int) { self.messageLength = messageLength }

  /// Whether no prefix waits and none is to come.
  var isEmpty: Bool { groups.isEmpty }
  /// Whether a group has enough for a message.
  var hasFullGroup: Bool { full != nil }

  /// Adds a prefix that is above all of before.
  mutating func append(_ key: Key, _ id: AttributeSetID, in sets: inout AttributeSetTable) {
    if recent >= groups.count || groups[recent].attributes != id {
      if let index = indices[id] {
        recent = index
      } else {
        recent = groups.count
        indices[id] = recent
        sets.retain(id)
        groups.append(Group(attributes: id))
      }
    }
    groups[recent].keys.append(key)
    groups[recent].length += key.encodedLength
    if groups[recent].length >= messageLength { full = recent }
  }

  /// No more prefixes come until the groups are empty.
  mutating func close() {
    isClosed = true
    full = nil
    indices = [:]
    groups.sort { left, right in
      guard let first = left.first, let second = right.first else { return left.first == nil }
      return first > second
    }
  }

  /// The attributes of the group to take from, nil while there is none: before ``close()`` one with
  /// enough for a message, then each.
  mutating func next(in sets: inout AttributeSetTable) -> AttributeSetID? {
    if let full { return groups[full].attributes }
    guard isClosed else { return nil }
    while let group = groups.last {
      if group.first != nil { return group.attributes }
      sets.release(group.attributes)
      groups.removeLast()
    }
    removeAll(in: &sets)
    return nil
  }

  /// Takes the next prefix in ascending order from that group, if it is not longer than `capacity`
  /// octets.
  mutating func take(capacity: Int) -> Key? {
    let index = full ?? groups.count - 1
    guard groups.indices.contains(index), let key = groups[index].first,
      key.encodedLength <= capacity
    else { return nil }
    groups[index].next += 1
    groups[index].length -= key.encodedLength
    return key
  }

  /// A message is made of what was taken.
  mutating func endMessage() {
    guard let index = full, groups[index].length < messageLength else {
      return
    }
    full = nil
    groups[index].keys.removeSubrange(..<groups[index].next)
    groups[index].next = 0
  }

  /// Forgets all prefixes.
  mutating func removeAll(in sets: inout AttributeSetTable) {
    for group in groups { sets.release(group.attributes) }
    self = RouteGroups(messageLength: messageLength)
  }
}
