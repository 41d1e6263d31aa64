import TestSupport
import NIOCore

/// Makes bad messages of good ones: bytes changed, cut out, repeated, moved between messages, and
/// lengths that are off by a little, with the header mended or not.
struct Mutator {
  private var random: SeededGenerator
  private let corpus: [[UInt8]]

  init(seed: Int, corpus: [ByteBuffer]) {
    random = SeededGenerator(seed)
    self.corpus = corpus.map { Array($0.readableBytesView) }
  }

  /// A message that one to five mutations made of one of the corpus.
  mutating func next() -> ByteBuffer {
    var octets = corpus[.random(in: 0..<corpus.count, using: &random)]
    for _ in 0..<Int.random(in: 1...5, using: &random) { mutate(&octets) }
    // A true length lets the mutation reach the decoder behind the framer.
    if Int.random(in: 0..<4, using: &random) > 0, octets.count >= 19 {
      octets[16] = UInt8(truncatingIfNeeded: octets.count >> 8)
      octets[17] = UInt8(truncatingIfNeeded: octets.count)
      for index in 0..<16 { octets[index] = 0xFF }
    }
    return ByteBuffer(bytes: octets)
  }

  private mutating func mutate(_ octets: inout [UInt8]) {
    guard octets.count > 19 else { return }
    let index = Int.random(in: 18..<octets.count, using: &random)
    let length = min(.random(in: 1...8, using: &random), octets.count - index)
    switch Int.random(in: 0..<7, using: &random) {
    case 0: octets[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 1: octets[index] = .random(in: 0 ... .max, using: &random)
    case 2: octets[index] = [0, 1, 127, 128, 254, 255][.random(in: 0..<6, using: &random)]
    case 3: octets[index] &+= [1, 255, 4, 252][.random(in: 0..<4, using: &random)]
    case 4: octets.removeSubrange(index..<index + length)
    case 5: octets.insert(contentsOf: octets[index..<index + length], at: index)
    default:
      let other = corpus[.random(in: 0..<corpus.count, using: &random)]
      let start = Int.random(in: 0..<other.count, using: &random)
      octets.insert(contentsOf: other[start..<min(start + 40, other.count)], at: index)
    }
  }
}
