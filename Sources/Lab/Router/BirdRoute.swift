public import Addresses

/// One path to one prefix, as `birdc show route all` prints it.
public struct BirdRoute: Hashable, Sendable {
  /// A large community (RFC 8092).
  public struct LargeCommunity: Hashable, Sendable, Comparable {
    /// The three numbers.
    public var global, first, second: UInt32

    /// The community `global:first:second`.
    public init(_ global: UInt32, _ first: UInt32, _ second: UInt32) {
      self.global = global
      self.first = first
      self.second = second
    }

    public static func < (left: Self, right: Self) -> Bool {
      (left.global, left.first, left.second) < (right.global, right.first, right.second)
    }
  }

  /// A community (RFC 1997).
  public struct Community: Hashable, Sendable, Comparable {
    /// The AS and the value.
    public var global, local: UInt16

    /// The community `global:local`.
    public init(_ global: UInt16, _ local: UInt16) {
      self.global = global
      self.local = local
    }

    public static func < (left: Self, right: Self) -> Bool {
      (left.global, left.local) < (right.global, right.local)
    }
  }

  /// The destination.
  public var prefix: IPPrefix
  /// The protocol it was learned by, such as `node_1_v4`.
  public var source: String
  /// Whether BIRD marks the path as the best one.
  public var isBest: Bool
  /// `BGP.as_path`; sets are not expected here and are left out.
  public var asPath: [UInt32]
  /// The global address of `BGP.next_hop`.
  public var nextHop: IPAddress?
  /// `BGP.local_pref`.
  public var localPreference: UInt32?
  /// `BGP.origin`, such as `IGP`.
  public var origin: String?
  /// `BGP.community`, sorted.
  public var communities: [Community]
  /// `BGP.large_community`, sorted.
  public var largeCommunities: [LargeCommunity]
  /// The gateways after `via`, in the order printed.
  public var gateways: [IPAddress]

  /// Parses the answer to `show route all`; lines that are not understood are passed over.
  public static func parse(_ text: String) -> [BirdRoute] {
    var routes: [BirdRoute] = []
    var prefix: IPPrefix?
    for line in text.lines {
      if let start = RouteLine(line, lastPrefix: prefix) {
        prefix = start.prefix
        routes.append(BirdRoute(start))
      } else if !routes.isEmpty {
        routes[routes.count - 1].take(line.trimmed)
      }
    }
    return routes
  }

  private init(_ line: RouteLine) {
    prefix = line.prefix
    source = line.source
    isBest = line.isBest
    asPath = []
    communities = []
    largeCommunities = []
    gateways = []
  }

  /// Reads one attribute line.
  private mutating func take(_ line: String) {
    if line.hasPrefix("via ") {
      let words = line.split(separator: " ")
      if words.count > 1, let gateway = IPAddress(words[1]) { gateways.append(gateway) }
      return
    }
    guard let colon = line.firstRange(of: ": ") else { return }
    let value = line[colon.upperBound...]
    switch line[..<colon.lowerBound] {
    case "BGP.origin": origin = value.trimmed
    case "BGP.as_path": asPath = value.split(separator: " ").compactMap { UInt32($0) }
    case "BGP.next_hop": nextHop = value.split(separator: " ").first.flatMap { IPAddress($0) }
    case "BGP.local_pref": localPreference = UInt32(value.trimmed)
    case "BGP.community":
      communities = Self.tuples(value).compactMap { numbers in
        guard numbers.count == 2, let a = UInt16(exactly: numbers[0]),
          let b = UInt16(exactly: numbers[1])
        else { return nil }
        return Community(a, b)
      }.sorted()
    case "BGP.large_community":
      largeCommunities = Self.tuples(value).compactMap { numbers in
        numbers.count == 3 ? LargeCommunity(numbers[0], numbers[1], numbers[2]) : nil
      }.sorted()
    default: break
    }
  }

  /// The numbers of `(1,2) (3,4)` or `(1, 2, 3) (4, 5, 6)`.
  private static func tuples(_ text: Substring) -> [[UInt32]] {
    text.split(separator: ")").map { part in
      part.split(whereSeparator: { !$0.isNumber }).compactMap { UInt32($0) }
    }
  }
}

/// The first line of a path: `PREFIX unicast [PROTOCOL since] * (100) [AS64512i]`, the prefix left
/// out when it is the same as before.
private struct RouteLine {
  let prefix: IPPrefix
  let source: String
  let isBest: Bool

  init?(_ line: Substring, lastPrefix: IPPrefix?) {
    guard let bracket = line.firstIndex(of: "["),
      let end = line[bracket...].firstIndex(of: "]")
    else { return nil }
    let head = line[..<bracket].split(separator: " ")
    guard head.last == "unicast", let prefix = head.first.flatMap({ IPPrefix($0) }) ?? lastPrefix,
      let source = line[line.index(after: bracket)..<end].split(separator: " ").first
    else { return nil }
    self.prefix = prefix
    self.source = String(source)
    isBest = line[end...].dropFirst().trimmed.hasPrefix("*")
  }
}
