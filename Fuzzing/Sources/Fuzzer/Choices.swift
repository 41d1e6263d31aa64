public import NIOCore

/// An input read as a row of decisions. Where it ends, every further decision is zero.
public struct Choices {
  private var rest: ByteBuffer

  /// The decisions in what libFuzzer hands in.
  public init(_ data: UnsafePointer<UInt8>?, _ size: Int) {
    rest = ByteBuffer(bytes: UnsafeRawBufferPointer(start: data, count: size))
  }

  /// Whether all of the input was read.
  public var isAtEnd: Bool { rest.readableBytes == 0 }

  /// The next octets as a number.
  public mutating func next<Number: FixedWidthInteger>(
    _ type: Number.Type = Number.self
  ) -> Number {
    rest.readInteger() ?? 0
  }

  /// A number in 0..<`count`; `count` is at most 256.
  public mutating func next(below count: Int) -> Int { Int(next(UInt8.self)) % count }

  /// Up to `count` octets.
  public mutating func bytes(_ count: Int) -> ByteBuffer {
    rest.readSlice(length: min(count, rest.readableBytes)) ?? ByteBuffer()
  }

  /// All that is left.
  public mutating func remainder() -> ByteBuffer { bytes(rest.readableBytes) }
}
