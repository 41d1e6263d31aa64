import BFD
import NIOCore

/// The bytes of hexadecimal digits; white space is skipped.
func buffer(_ hex: String) -> ByteBuffer {
  let digits = hex.filter { !$0.isWhitespace }
  var result = ByteBuffer()
  var index = digits.startIndex
  while index < digits.endIndex {
    let next = digits.index(index, offsetBy: 2)
    guard let byte = UInt8(digits[index..<next], radix: 16) else {
      preconditionFailure("not hexadecimal: \(hex)")
    }
    result.writeInteger(byte)
    index = next
  }
  return result
}

func hex(_ buffer: ByteBuffer) -> String {
  buffer.readableBytesView.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

extension ControlPacket {
  init(_ buffer: ByteBuffer) throws(DropReason) { try self.init(parsing: buffer.readableBytesSpan) }

  var bytes: ByteBuffer {
    var buffer = ByteBuffer()
    write(into: &buffer)
    return buffer
  }
}
