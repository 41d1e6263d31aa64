public import Addresses

/// One entry of a kernel's neighbour table, as `ip neigh` prints it.
public struct Neighbour: Hashable, Sendable {
  /// The address that was resolved.
  public var address: IPAddress
  /// The interface.
  public var interface: String
  /// The link-layer address; nil while or after the resolution fails.
  public var mac: MACAddress?
  /// The state, such as `REACHABLE` or `STALE`.
  public var state: String

  /// Parses lines such as `192.0.2.1 dev eth0 lladdr 00:00:5e:00:53:01 REACHABLE`; lines that are
  /// not entries are passed over.
  public static func parse(_ text: String) -> [Neighbour] {
    text.lines.compactMap { Neighbour($0) }
  }

  init?(_ line: some StringProtocol) {
    let words = line.split(separator: " ").map { String($0) }
    guard let address = words.first.flatMap({ IPAddress($0) }),
      let interface = Self.value(after: "dev", in: words), let state = words.last
    else { return nil }
    self.address = address
    self.interface = interface
    self.mac = Self.value(after: "lladdr", in: words).flatMap { MACAddress($0) }
    self.state = state
  }

  private static func value(after key: String, in words: [String]) -> String? {
    guard let index = words.firstIndex(of: key), index + 1 < words.count else { return nil }
    return words[index + 1]
  }
}
