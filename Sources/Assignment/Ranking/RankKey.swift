/// A node's place in the ranking for one address; the smallest key is the first.
struct RankKey: Hashable, Sendable, Comparable {
  let node: String
  let fitness: FitnessClass
  let weight: Int
  let score: UInt64

  static func < (left: Self, right: Self) -> Bool {
    if left.fitness != right.fitness { return left.fitness < right.fitness }
    if left.weight != right.weight { return left.weight > right.weight }
    if left.score != right.score { return left.score > right.score }
    return left.node < right.node
  }

  /// Why this node, which is the owner, ranks before another fit one.
  func advantage(over other: RankKey) -> String {
    if fitness != other.fitness {
      "it ranks before Node \(other.node) by its state: \(fitness), against \(other.fitness)"
    } else if weight != other.weight {
      "it ranks before Node \(other.node) by the weight of preferredNodeSelectors:"
        + " \(weight) against \(other.weight)"
    } else {
      "it ranks before Node \(other.node) by the hash of node and address"
    }
  }
}
