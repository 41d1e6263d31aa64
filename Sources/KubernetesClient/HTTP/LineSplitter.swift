import NIOCore

/// Cuts the octets of a watch into lines.
struct LineSplitter: Sendable {
  /// A line was longer than the bound.
  struct TooLong: Error, Sendable {}

  /// The longest line, in octets; etcd holds objects of 1.5 MiB by default.
  static let maximumLength = 16 << 20

  private var rest: [UInt8] = []

  /// The lines that `chunk` completes, without empty ones.
  mutating func add(_ chunk: ByteBuffer) throws(TooLong) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var view = chunk.readableBytesView[...]
    while let end = view.firstIndex(of: UInt8(ascii: "\n")) {
      rest += view[..<end]
      if !rest.isEmpty { lines.append(rest) }
      rest = []
      view = view[(end + 1)...]
    }
    rest += view
    guard rest.count <= Self.maximumLength else { throw TooLong() }
    return lines
  }

  /// Whether a line was begun and not ended.
  var isWithinLine: Bool { !rest.isEmpty }
}
