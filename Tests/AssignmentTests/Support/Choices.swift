import TestSupport

extension SeededGenerator {
  /// An element of a collection that is not empty.
  mutating func pick<C: Collection>(_ collection: C) -> C.Element {
    let offset = Int.random(in: 0..<collection.count, using: &self)
    return collection[collection.index(collection.startIndex, offsetBy: offset)]
  }

  /// True with this probability in percent.
  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}
