/// A closed range of addresses of one family, as an IPAddressPool entry names it.
public struct AddressRange: Hashable, Sendable {
  /// The first address of the range.
  public let lower: IPAddress
  /// The last address of the range; of the same family as `lower` and not below it.
  public let upper: IPAddress

  /// The range from `lower` to `upper`; nil when the families differ or the order is wrong.
  public init?(_ lower: IPAddress, _ upper: IPAddress) {
    guard lower.family == upper.family, lower <= upper else { return nil }
    self.lower = lower
    self.upper = upper
  }

  /// All addresses of `prefix`.
  public init(_ prefix: IPPrefix) {
    lower = prefix.address
    upper = prefix.lastAddress
  }

  /// The family of the range.
  public var family: AddressFamily { lower.family }

  /// Whether `address` lies in the range.
  public func contains(_ address: IPAddress) -> Bool {
    address.family == family && lower <= address && address <= upper
  }

  /// Whether the two ranges share an address.
  public func overlaps(_ other: AddressRange) -> Bool {
    other.family == family && lower <= other.upper && other.lower <= upper
  }

  /// The fewest prefixes that hold exactly the addresses of this range, in ascending order.
  public var prefixes: [IPPrefix] {
    var result: [IPPrefix] = []
    let width = family.bitWidth
    var next = lower.number
    let last = upper.number
    while true {
      var hostBits = min(next.trailingZeroBitCount, width)
      while hostBits > 0, !fits(hostBits, from: next, last: last) { hostBits -= 1 }
      if let prefix = IPPrefix(IPAddress(family: family, number: next), length: width - hostBits) {
        result.append(prefix)
      }
      let end = next &+ (hostBits == 128 ? .max : (1 << UInt128(hostBits)) - 1)
      if end >= last { return result }
      next = end + 1
    }
  }

  private func fits(_ hostBits: Int, from first: UInt128, last: UInt128) -> Bool {
    let span: UInt128 = hostBits >= 128 ? .max : (1 << UInt128(hostBits)) - 1
    let (end, overflow) = first.addingReportingOverflow(span)
    return !overflow && end <= last
  }
}

extension AddressRange: CustomStringConvertible {
  public var description: String { "\(lower)-\(upper)" }
}
