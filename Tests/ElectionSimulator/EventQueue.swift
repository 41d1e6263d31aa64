/// Something that happens to a node at a time.
struct Happening {
  enum Kind: UInt8 {
    case deadline
    case packet
    case frame
    case hostAnswer
    case portClosed
    case wake
    case boot
    case fault
    case faultEnds
    case record
    case recorded
    case fitness
    case members
    case drained
    case second
    case sample
  }

  /// Nanoseconds of true time.
  var at: UInt64
  /// Breaks ties in the order of arrival.
  var number: UInt64
  var kind: Kind
  var node: Int32
  /// What it means depends on the kind.
  var detail: Int32
}

/// A heap of what is to come; four children to a parent, because it is popped more than searched.
struct EventQueue {
  private var heap: ContiguousArray<Happening> = []
  private var count: UInt64 = 0

  var isEmpty: Bool { heap.isEmpty }
  var nextTime: UInt64 { heap.isEmpty ? .max : heap[0].at }

  mutating func push(_ kind: Happening.Kind, at: UInt64, node: Int, detail: Int = 0) {
    count += 1
    let item = Happening(
      at: at, number: count, kind: kind, node: Int32(truncatingIfNeeded: node),
      detail: Int32(truncatingIfNeeded: detail))
    heap.append(item)
    var hole = heap.count - 1
    heap.withUnsafeMutableBufferPointer { heap in
      while hole > 0 {
        let parent = (hole - 1) >> 2
        if !Self.precedes(item, heap[parent]) { break }
        heap[hole] = heap[parent]
        hole = parent
      }
      heap[hole] = item
    }
  }

  mutating func pop() -> Happening? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return first }
    let count = heap.count
    heap.withUnsafeMutableBufferPointer { heap in
      var hole = 0
      while true {
        let child = hole << 2 + 1
        if child >= count { break }
        var best = child
        var other = child + 1
        while other < min(child + 4, count) {
          if Self.precedes(heap[other], heap[best]) { best = other }
          other += 1
        }
        if !Self.precedes(heap[best], last) { break }
        heap[hole] = heap[best]
        hole = best
      }
      heap[hole] = last
    }
    return first
  }

  @inline(__always)
  private static func precedes(_ left: Happening, _ right: Happening) -> Bool {
    left.at == right.at ? left.number < right.number : left.at < right.at
  }
}
