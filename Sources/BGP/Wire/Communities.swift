/// A standard community (RFC 1997).
public struct Community: RawRepresentable, Hashable, Sendable {
  /// The 32 bits; by convention an AS number and a value of 16 bits each.
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The community `asNumber:value`.
  public init(_ asNumber: UInt16, _ value: UInt16) {
    rawValue = UInt32(asNumber) << 16 | UInt32(value)
  }

  /// The route is about to be withdrawn: prefer any other (RFC 8326).
  public static let gracefulShutdown = Community(rawValue: 0xFFFF_0000)
  /// Do not keep the route beyond a graceful restart (RFC 9494 §4.3).
  public static let noLongLivedGracefulRestart = Community(rawValue: 0xFFFF_0007)
  /// Do not pass the route on to other autonomous systems.
  public static let noExport = Community(rawValue: 0xFFFF_FF01)
  /// Do not pass the route on to anybody.
  public static let noAdvertise = Community(rawValue: 0xFFFF_FF02)
}

extension Community: Comparable {
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension Community: LosslessStringConvertible {
  /// Parses `ASN:VALUE`, both parts 0...65,535.
  public init?(_ text: some StringProtocol) {
    guard let parts = decimalParts(of: text, count: 2),
      let high = UInt16(exactly: parts[0]), let low = UInt16(exactly: parts[1])
    else { return nil }
    self.init(high, low)
  }

  public var description: String { "\(rawValue >> 16):\(rawValue & 0xFFFF)" }
}

/// A large community (RFC 8092).
public struct LargeCommunity: Hashable, Sendable {
  /// The AS number that gives the rest its meaning.
  public let globalAdministrator: UInt32
  /// The first part of the meaning.
  public let localData1: UInt32
  /// The second part of the meaning.
  public let localData2: UInt32

  /// The community `globalAdministrator:localData1:localData2`.
  public init(_ globalAdministrator: UInt32, _ localData1: UInt32, _ localData2: UInt32) {
    self.globalAdministrator = globalAdministrator
    self.localData1 = localData1
    self.localData2 = localData2
  }
}

extension LargeCommunity: Comparable {
  public static func < (left: Self, right: Self) -> Bool {
    (left.globalAdministrator, left.localData1, left.localData2)
      < (right.globalAdministrator, right.localData1, right.localData2)
  }
}

extension LargeCommunity: LosslessStringConvertible {
  /// Parses `GLOBAL:LOCAL1:LOCAL2`, each part 0...4,294,967,295.
  public init?(_ text: some StringProtocol) {
    guard let parts = decimalParts(of: text, count: 3) else { return nil }
    self.init(parts[0], parts[1], parts[2])
  }

  public var description: String { "\(globalAdministrator):\(localData1):\(localData2)" }
}

/// The numbers of text such as `1:2`; nil when there are not `count` of them.
func decimalParts(of text: some StringProtocol, count: Int) -> [UInt32]? {
  let parts = text.split(separator: ":", omittingEmptySubsequences: false)
  guard parts.count == count else { return nil }
  var values: [UInt32] = []
  for part in parts {
    guard part.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let value = UInt32(part)
    else { return nil }
    values.append(value)
  }
  return values
}
