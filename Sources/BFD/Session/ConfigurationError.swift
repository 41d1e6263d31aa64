public import Addresses
public import NIOCore

/// A session that cannot be: what is wrong with its configuration.
public enum ConfigurationError: Error, Hashable, Sendable {
  /// This field of the parameters is not in 1 µs...71 min (echo: zero or that).
  case interval(field: String, TimeAmount)
  /// The detect multiplier is 0.
  case detectMultiplier
  /// The minimum TTL of a multihop path is 0.
  case minimumTimeToLive
  /// The key has no octets or more than 20; this is their number.
  case keyLength(Int)
  /// The local and the remote address are of different families.
  case familyMismatch(local: IPAddress, remote: IPAddress)
  /// The remote address is a link-local one, which means nothing without an interface.
  case interfaceMissing(IPv6Address)
  /// A session runs on this path already.
  case duplicate(Path)
}

extension ConfigurationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .interval(let field, let amount):
      "\(field) is \(amount.nanoseconds / 1000) µs; it must be in 1...4294967295 µs"
    case .detectMultiplier: "detectMultiplier is 0; it must be in 1...255"
    case .minimumTimeToLive: "the minimum TTL is 0; it must be in 1...255"
    case .keyLength(let length):
      "a SHA1 key has 1 to \(Authentication.maximumKeyLength) octets, and this one has \(length)"
    case .familyMismatch(let local, let remote):
      "the local address \(local) and the remote address \(remote) are of different families"
    case .interfaceMissing(let address):
      "the remote address \(address) is link-local; name the interface that it is on"
    case .duplicate(let path): "there is a BFD session with \(path) already"
    }
  }
}

extension Session.Parameters {
  /// Throws what is wrong with these parameters.
  public func validate() throws(ConfigurationError) {
    for (field, interval) in [
      ("desiredMinTxInterval", desiredMinTxInterval),
      ("requiredMinRxInterval", requiredMinRxInterval),
    ] where interval.wholeMicroseconds == nil || interval.wholeMicroseconds == 0 {
      throw .interval(field: field, interval)
    }
    guard requiredMinEchoRxInterval.wholeMicroseconds != nil else {
      throw .interval(field: "requiredMinEchoRxInterval", requiredMinEchoRxInterval)
    }
    guard detectMultiplier > 0 else { throw .detectMultiplier }
  }
}

extension Session.Configuration {
  /// Throws what is wrong with this configuration.
  public func validate() throws(ConfigurationError) {
    try parameters.validate()
    if case .multiple(minimumTimeToLive: 0) = path.hops { throw .minimumTimeToLive }
    if let authentication,
      !(1...Authentication.maximumKeyLength).contains(authentication.key.count)
    {
      throw .keyLength(authentication.key.count)
    }
    if let local = path.local, local.family != path.remote.family {
      throw .familyMismatch(local: local, remote: path.remote)
    }
    if case .v6(let address) = path.remote, address.isLinkLocal, path.interface == nil {
      throw .interfaceMissing(address)
    }
  }
}

extension TimeAmount {
  /// The number as it goes on the wire; nil where it does not fit. Parts of a microsecond are lost.
  var wholeMicroseconds: UInt32? { UInt32(exactly: nanoseconds / 1000) }
}
