import NIOCore

/// The bytes of hexadecimal digits; white space is skipped.
func bytes(_ hex: String) -> [UInt8] {
  let digits = hex.filter { !$0.isWhitespace }
  var result: [UInt8] = []
  var index = digits.startIndex
  while index < digits.endIndex {
    let next = digits.index(index, offsetBy: 2)
    guard let byte = UInt8(digits[index..<next], radix: 16) else {
      preconditionFailure("not hexadecimal: \(hex)")
    }
    result.append(byte)
    index = next
  }
  return result
}

func buffer(_ hex: String) -> ByteBuffer { ByteBuffer(bytes: bytes(hex)) }

/// Sixteen octets of ones.
let marker = String(repeating: "ff", count: 16)

/// A whole message of this type and body, with a true length.
func message(_ type: UInt8, _ body: String = "") -> ByteBuffer {
  let content = bytes(body)
  let length = UInt16(19 + content.count)
  var result = buffer(marker)
  result.writeInteger(length)
  result.writeInteger(type)
  result.writeBytes(content)
  return result
}

/// The body of an UPDATE of these parts, with true lengths.
func updateBody(withdrawn: String = "", attributes: String = "", nlri: String = "") -> ByteBuffer {
  var result = ByteBuffer()
  result.writeInteger(UInt16(bytes(withdrawn).count))
  result.writeBytes(bytes(withdrawn))
  result.writeInteger(UInt16(bytes(attributes).count))
  result.writeBytes(bytes(attributes))
  result.writeBytes(bytes(nlri))
  return result
}

func updateMessage(
  withdrawn: String = "", attributes: String = "", nlri: String = ""
) -> ByteBuffer {
  let body = updateBody(withdrawn: withdrawn, attributes: attributes, nlri: nlri)
  return message(2, hex(body))
}

func hex(_ buffer: ByteBuffer) -> String { hex(Array(buffer.readableBytesView)) }

func hex(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
