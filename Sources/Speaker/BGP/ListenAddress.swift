public import Addresses
import NIOCore

/// Where neighbours are awaited: `192.0.2.1`, `0.0.0.0:1179`, `[::]` or `[2001:db8::1]:1179`.
public struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
  /// The port of BGP.
  public static let defaultPort: UInt16 = 179

  /// One of this host's addresses, or the unspecified one for all of them. That of IPv6 takes IPv4
  /// too, unless another listener has the same port of an IPv4 address.
  public var address: IPAddress
  /// The TCP port, not 0.
  public var port: UInt16

  /// A place with these parts.
  public init(address: IPAddress, port: UInt16 = ListenAddress.defaultPort) {
    self.address = address
    self.port = port
  }

  /// Reads a place as a person writes it. Nil stands for an error: the address of IPv6 must be in
  /// brackets, and the port from 1 to 65535.
  public init?(_ text: String) { self.init(text, defaultPort: Self.defaultPort) }

  /// Reads a place as a person writes it; without a default port it must be given.
  public init?(_ text: String, defaultPort: UInt16?) {
    let host: Substring
    let rest: Substring
    if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
      host = text[text.index(after: text.startIndex)..<end]
      rest = text[text.index(after: end)...]
      guard IPAddress(host)?.family == .ipv6 else { return nil }
    } else {
      host = text.prefix { $0 != ":" }
      rest = text[host.endIndex...]
      guard IPAddress(host)?.family == .ipv4 else { return nil }
    }
    guard let address = IPAddress(host) else { return nil }
    self.address = address
    guard !rest.isEmpty else {
      guard let defaultPort else { return nil }
      port = defaultPort
      return
    }
    let digits = rest.dropFirst()
    guard rest.first == ":", digits.allSatisfy(\.isASCII), digits.first?.isNumber ?? false,
      let port = UInt16(digits), port != 0
    else { return nil }
    self.port = port
  }

  public var description: String {
    address.family == .ipv6 ? "[\(address)]:\(port)" : "\(address):\(port)"
  }
}
