/// An IPv6 address, held as two 64-bit halves in host byte order.
public struct IPv6Address: Hashable, Sendable {
  /// The first 64 bits; of `2001:db8::1` they are `0x2001_0DB8_0000_0000`.
  public var high: UInt64
  /// The last 64 bits.
  public var low: UInt64

  /// The address made of these two halves.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// The 16 bits at `index`, which is in `0..<8`.
  public func segment(_ index: Int) -> UInt16 {
    let half = index < 4 ? high : low
    return UInt16(truncatingIfNeeded: half >> UInt64(48 - 16 * (index & 3)))
  }

  /// Whether the address is in `fe80::/10` (RFC 4291 §2.5.6).
  public var isLinkLocal: Bool { high >> 54 == 0x3FA }

  /// The solicited-node multicast address of this address, `ff02::1:ffXX:XXXX` (RFC 4291 §2.7.1).
  public var solicitedNodeGroup: IPv6Address {
    IPv6Address(high: 0xFF02_0000_0000_0000, low: 0x0000_0001_FF00_0000 | (low & 0xFF_FFFF))
  }
}

extension IPv6Address: Comparable {
  public static func < (left: Self, right: Self) -> Bool {
    left.high == right.high ? left.low < right.low : left.high < right.high
  }
}

extension IPv6Address: LosslessStringConvertible {
  /// Parses the text forms of RFC 4291 §2.2, the one with a trailing dotted IPv4 part included.
  /// A zone (`%eth0`) is not part of an address and is refused.
  public init?(_ text: some StringProtocol) {
    var groups: [UInt16] = []
    var compressedAt: Int?
    var rest = Substring(text)
    guard !rest.isEmpty, rest.utf8.count <= 45 else { return nil }
    if rest.hasPrefix("::") {
      compressedAt = 0
      rest = rest.dropFirst(2)
    }
    while !rest.isEmpty {
      let end = rest.firstIndex(of: ":") ?? rest.endIndex
      let part = rest[..<end]
      if end == rest.endIndex, part.contains(".") {
        guard let embedded = IPv4Address(part) else { return nil }
        groups.append(UInt16(embedded.rawValue >> 16))
        groups.append(UInt16(embedded.rawValue & 0xFFFF))
        rest = rest[end...]
        break
      }
      guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(\.isHexDigit),
        let group = UInt16(part, radix: 16)
      else { return nil }
      groups.append(group)
      rest = rest[end...]
      if rest.hasPrefix("::") {
        guard compressedAt == nil else { return nil }
        compressedAt = groups.count
        rest = rest.dropFirst(2)
      } else if rest.hasPrefix(":") {
        rest = rest.dropFirst()
        if rest.isEmpty { return nil }
      }
    }
    if let compressedAt {
      guard groups.count <= 7 else { return nil }
      groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: compressedAt)
    }
    guard groups.count == 8 else { return nil }
    high = groups[..<4].reduce(0) { $0 << 16 | UInt64($1) }
    low = groups[4...].reduce(0) { $0 << 16 | UInt64($1) }
  }

  /// The canonical text of RFC 5952.
  public var description: String {
    if high == 0, low >> 32 == 0xFFFF {
      return "::ffff:\(IPv4Address(rawValue: UInt32(truncatingIfNeeded: low)))"
    }
    let zeros = longestZeroRun
    var text = ""
    var index = 0
    while index < 8 {
      if index == zeros.lowerBound, !zeros.isEmpty {
        text += "::"
        index = zeros.upperBound
        continue
      }
      if !text.isEmpty, !text.hasSuffix(":") { text += ":" }
      text += String(segment(index), radix: 16)
      index += 1
    }
    return text
  }

  /// The first longest run of two or more zero segments, empty if there is none (RFC 5952 §4.2).
  private var longestZeroRun: Range<Int> {
    var best = 0..<0
    var start = 0
    for index in 0...8 where index == 8 || segment(index) != 0 {
      if index - start >= 2, index - start > best.count { best = start..<index }
      start = index + 1
    }
    return best
  }
}
