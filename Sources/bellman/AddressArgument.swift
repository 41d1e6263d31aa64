import Addresses
import ArgumentParser
import Speaker

/// Reads addresses from the command line, with errors that say what is expected.
enum AddressArgument {
  @Sendable static func address(_ text: String) throws -> IPAddress {
    guard let address = IPAddress(text) else {
      throw ValidationError("expected an IPv4 or IPv6 address; names are not looked up")
    }
    return address
  }

  @Sendable static func routerID(_ text: String) throws -> IPv4Address {
    guard let address = IPv4Address(text), address.rawValue != 0 else {
      throw ValidationError("expected an IPv4 address other than 0.0.0.0 (RFC 6286)")
    }
    return address
  }

  @Sendable static func prefix(_ text: String) throws -> IPPrefix {
    guard let prefix = IPPrefix(text) else {
      throw ValidationError("expected a prefix such as 203.0.113.0/24 or 2001:db8::/48")
    }
    guard let slash = text.firstIndex(of: "/"), IPAddress(text[..<slash]) == prefix.address else {
      throw ValidationError("the prefix has bits set beyond its length; did you mean \(prefix)?")
    }
    return prefix
  }

  /// An address, as a prefix of all its bits, or a prefix.
  @Sendable static func range(_ text: String) throws -> IPPrefix {
    guard !text.contains("/") else { return try prefix(text) }
    return IPPrefix(host: try address(text))
  }

  @Sendable static func listenAddress(_ text: String) throws -> ListenAddress {
    guard let address = ListenAddress(text) else {
      throw ValidationError(
        "expected ADDRESS or ADDRESS:PORT, with an IPv6 address in brackets, such as 0.0.0.0, "
          + "[::] or [2001:db8::1]:1179")
    }
    return address
  }

  @Sendable static func placeWithPort(_ text: String) throws -> ListenAddress {
    guard let address = ListenAddress(text, defaultPort: nil) else {
      throw ValidationError(
        "expected ADDRESS:PORT, with an IPv6 address in brackets, such as 127.0.0.1:7475 or "
          + "[::]:7475")
    }
    return address
  }
}
