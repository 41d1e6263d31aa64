/// The routes of a table in ascending order of their prefixes: arrays of bounded length, so that a
/// change moves little and a walk reads memory from end to end.
struct RouteStore<Key: RouteKey, Value: Sendable>: Sendable {
  /// Where a route stands; good until a route is inserted or removed.
  struct Position: Hashable, Sendable {
    fileprivate var leaf: Int
    fileprivate var offset: Int
  }

  private struct Leaf: Sendable {
    var keys: ContiguousArray<Key> = []
    var values: ContiguousArray<Value> = []
  }

  /// The most routes in a leaf.
  private static var leafCapacity: Int { 256 }

  /// None of the leaves is empty.
  private var leaves: ContiguousArray<Leaf> = []
  /// The first key of each leaf.
  private var firstKeys: ContiguousArray<Key> = []
  /// How many routes there are.
  private(set) var count = 0

  subscript(position: Position) -> Value {
    get { leaves[position.leaf].values[position.offset] }
    set { leaves[position.leaf].values[position.offset] = newValue }
  }

  // MARK: Finding

  /// Where the route of `key` stands.
  func position(of key: Key) -> Position? {
    guard let leaf = leaf(for: key) else { return nil }
    let offset = leaves[leaf].keys.lowerBound(of: key)
    guard offset < leaves[leaf].keys.count, leaves[leaf].keys[offset] == key else { return nil }
    return Position(leaf: leaf, offset: offset)
  }

  /// Where the route of `key` stands, found at once when it is the next after `hint`. Whoever looks
  /// for ascending keys passes what it found before.
  func position(of key: Key, after hint: Position?) -> Position? {
    if let hint, let next = position(after: hint), self.key(at: next) == key { return next }
    return position(of: key)
  }

  /// The last leaf whose first key is not above `key`.
  private func leaf(for key: Key) -> Int? {
    var index = firstKeys.lowerBound(of: key)
    if index == firstKeys.count || firstKeys[index] != key { index -= 1 }
    return index < 0 ? nil : index
  }

  // MARK: Changing

  /// Gives the value of `key` to `change`, a new one made by `initial` where there is none.
  mutating func update(
    _ key: Key, initial: @autoclosure () -> Value, _ change: (inout Value) -> Void
  ) {
    guard let leaf = leaf(for: key) ?? (leaves.isEmpty ? nil : 0) else {
      var value = initial()
      change(&value)
      leaves.append(Leaf(keys: [key], values: [value]))
      firstKeys.append(key)
      count += 1
      return
    }
    let offset = leaves[leaf].keys.lowerBound(of: key)
    if offset < leaves[leaf].keys.count, leaves[leaf].keys[offset] == key {
      change(&leaves[leaf].values[offset])
    } else {
      var value = initial()
      change(&value)
      insert(key, value, leaf, offset)
    }
  }

  private mutating func insert(_ key: Key, _ value: Value, _ leaf: Int, _ offset: Int) {
    count += 1
    guard leaves[leaf].keys.count == Self.leafCapacity else {
      leaves[leaf].keys.insert(key, at: offset)
      leaves[leaf].values.insert(value, at: offset)
      if offset == 0 { firstKeys[leaf] = key }
      return
    }
    // Routes that come in ascending order fill each leaf before the next is begun.
    let isAtEnd = leaf == leaves.count - 1 && offset == Self.leafCapacity
    let middle = isAtEnd ? offset : Self.leafCapacity / 2
    var upper = Leaf()
    upper.keys.reserveCapacity(Self.leafCapacity)
    upper.values.reserveCapacity(Self.leafCapacity)
    upper.keys += leaves[leaf].keys[middle...]
    upper.values += leaves[leaf].values[middle...]
    leaves[leaf].keys.removeSubrange(middle...)
    leaves[leaf].values.removeSubrange(middle...)
    if offset < middle {
      leaves[leaf].keys.insert(key, at: offset)
      leaves[leaf].values.insert(value, at: offset)
      if offset == 0 { firstKeys[leaf] = key }
    } else {
      upper.keys.insert(key, at: offset - middle)
      upper.values.insert(value, at: offset - middle)
    }
    firstKeys.insert(upper.keys[0], at: leaf + 1)
    leaves.insert(upper, at: leaf + 1)
  }

  /// Removes the route at `position`.
  mutating func remove(at position: Position) {
    let leaf = position.leaf
    leaves[leaf].keys.remove(at: position.offset)
    leaves[leaf].values.remove(at: position.offset)
    count -= 1
    if let first = leaves[leaf].keys.first {
      firstKeys[leaf] = first
      if leaf + 1 < leaves.count { join(leaf) } else if leaf > 0 { join(leaf - 1) }
    } else {
      leaves.remove(at: leaf)
      firstKeys.remove(at: leaf)
    }
  }

  /// Makes one leaf of this and the next where they are so small that it is half empty then.
  private mutating func join(_ leaf: Int) {
    let next = leaf + 1
    guard leaves[leaf].keys.count + leaves[next].keys.count <= Self.leafCapacity / 2 else { return }
    leaves[leaf].keys += leaves[next].keys
    leaves[leaf].values += leaves[next].values
    leaves.remove(at: next)
    firstKeys.remove(at: next)
  }

  // MARK: Walking

  /// The prefix of the route at `position`.
  func key(at position: Position) -> Key { leaves[position.leaf].keys[position.offset] }

  /// Where the first route above `key`, or the first of all, stands.
  func position(above key: Key?) -> Position? {
    guard let key, let leaf = leaf(for: key) else {
      return leaves.isEmpty ? nil : Position(leaf: 0, offset: 0)
    }
    let offset = leaves[leaf].keys.lowerBound(of: key)
    guard offset < leaves[leaf].keys.count else {
      return leaf + 1 < leaves.count ? Position(leaf: leaf + 1, offset: 0) : nil
    }
    let position = Position(leaf: leaf, offset: offset)
    return leaves[leaf].keys[offset] == key ? self.position(after: position) : position
  }

  /// Where the next route in ascending order stands.
  func position(after position: Position) -> Position? {
    if position.offset + 1 < leaves[position.leaf].keys.count {
      return Position(leaf: position.leaf, offset: position.offset + 1)
    }
    return position.leaf + 1 < leaves.count ? Position(leaf: position.leaf + 1, offset: 0) : nil
  }

  /// Gives all routes to `shouldRemove` and removes those for which it returns true.
  mutating func removeAll(where shouldRemove: (Key, inout Value) -> Bool) {
    var unused: ContiguousArray<Key> = []
    for leaf in leaves.indices {
      for offset in leaves[leaf].keys.indices {
        let key = leaves[leaf].keys[offset]
        if shouldRemove(key, &leaves[leaf].values[offset]) { unused.append(key) }
      }
    }
    if unused.count == count {
      self = RouteStore()
      return
    }
    for key in unused {
      if let position = position(of: key) { remove(at: position) }
    }
  }
}

extension ContiguousArray where Element: Comparable {
  /// The index of the first element of an ascending array that is not below `value`.
  fileprivate func lowerBound(of value: Element) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
