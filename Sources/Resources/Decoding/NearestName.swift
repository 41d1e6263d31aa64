/// Finds the name that somebody may have meant.
package enum NearestName {
  /// The one of `names` that is nearest to `name`; nil if none is near.
  package static func of(_ name: String, in names: [String]) -> String? {
    guard name.utf8.count <= 64 else { return nil }
    let lowered = name.lowercased()
    let allowed = max(1, min(3, name.utf8.count / 3))
    var best: (distance: Int, name: String)?
    for candidate in names.sorted() {
      let distance = distance(Array(lowered.utf8), Array(candidate.lowercased().utf8))
      if distance <= allowed, distance < best?.distance ?? .max { best = (distance, candidate) }
    }
    return best?.name
  }

  /// The number of octets to insert, remove, replace or swap with the next (Damerau).
  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for (row, octet) in left.enumerated() {
      var current = [row + 1]
      for (column, other) in right.enumerated() {
        var cost = min(
          last[column + 1] + 1, current[column] + 1, last[column] + (octet == other ? 0 : 1))
        if row > 0, column > 0, octet == right[column - 1], left[row - 1] == other {
          cost = min(cost, beforeLast[column - 1] + 1)
        }
        current.append(cost)
      }
      (beforeLast, last) = (last, current)
    }
    return last[right.count]
  }
}
