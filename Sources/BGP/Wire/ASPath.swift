import NIOCore

/// The autonomous systems that a route went through (RFC 4271 §5.1.2).
public struct ASPath: Hashable, Sendable {
  /// A part of a path.
  public struct Segment: Hashable, Sendable {
    /// What the order of the numbers means.
    public enum Kind: UInt8, Hashable, Sendable {
      /// Numbers in no order, of routes that were aggregated.
      case set = 1
      /// Numbers in the order of the path, the most recent first.
      case sequence = 2
    }

    /// What the order of the numbers means.
    public let kind: Kind
    /// One to 255 AS numbers.
    public let numbers: [UInt32]
  }

  /// The parts of the path, the most recent first.
  public let segments: [Segment]

  /// The empty path, as internal neighbours see our own routes.
  public static let empty = ASPath(segments: [])

  /// The path of `number` alone, standing `count` times.
  public init(repeating number: UInt32, count: Int) {
    var segments: [Segment] = []
    var rest = count
    while rest > 0 {
      let length = min(rest, 255)
      segments.append(
        Segment(kind: .sequence, numbers: Array(repeating: number, count: length)))
      rest -= length
    }
    self.segments = segments
  }

  init(segments: [Segment]) { self.segments = segments }
}

extension ASPath: CustomStringConvertible {
  /// The numbers with spaces between them; sets stand in braces.
  public var description: String {
    segments.map { segment in
      let numbers = segment.numbers.map(String.init).joined(separator: " ")
      return segment.kind == .set ? "{\(numbers)}" : numbers
    }.joined(separator: " ")
  }
}

extension ASPath {
  func encodedLength(fourOctetAS: Bool) -> Int {
    segments.reduce(0) { $0 + 2 + $1.numbers.count * (fourOctetAS ? 4 : 2) }
  }

  func write(into buffer: inout ByteBuffer, fourOctetAS: Bool) {
    for segment in segments {
      buffer.writeInteger(segment.kind.rawValue)
      buffer.writeInteger(UInt8(truncatingIfNeeded: segment.numbers.count))
      for number in segment.numbers {
        if fourOctetAS {
          buffer.writeInteger(number)
        } else {
          buffer.writeInteger(UInt16(exactly: number) ?? OpenMessage.asTrans)
        }
      }
    }
  }

  /// Whether `value` is a path that may be believed: whole segments of known kinds, none empty, no
  /// AS 0 (RFC 7606 §7.2, RFC 7607); confederation segments never come from outside (RFC 5065 §5).
  static func isWellFormed(_ value: ByteBuffer, fourOctetAS: Bool) -> Bool {
    var value = value
    while value.readableBytes > 0 {
      guard let kind = value.readInteger(as: UInt8.self), Segment.Kind(rawValue: kind) != nil,
        let count = value.readInteger(as: UInt8.self), count > 0
      else { return false }
      for _ in 0..<count {
        guard let number = readNumber(from: &value, fourOctetAS: fourOctetAS), number != 0 else {
          return false
        }
      }
    }
    return true
  }

  /// The path in `value`, nil when it is not well formed.
  init?(decoding value: ByteBuffer, fourOctetAS: Bool) {
    guard Self.isWellFormed(value, fourOctetAS: fourOctetAS) else { return nil }
    var value = value
    var segments: [Segment] = []
    while let kind = value.readInteger(as: UInt8.self).flatMap(Segment.Kind.init),
      let count = value.readInteger(as: UInt8.self)
    {
      var numbers: [UInt32] = []
      for _ in 0..<count {
        guard let number = Self.readNumber(from: &value, fourOctetAS: fourOctetAS) else {
          return nil
        }
        numbers.append(number)
      }
      segments.append(Segment(kind: kind, numbers: numbers))
    }
    self.segments = segments
  }

  private static func readNumber(from value: inout ByteBuffer, fourOctetAS: Bool) -> UInt32? {
    fourOctetAS ? value.readInteger() : value.readInteger(as: UInt16.self).map(UInt32.init)
  }
}
