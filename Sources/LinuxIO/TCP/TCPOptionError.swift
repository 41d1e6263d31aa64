/// A TCP option that cannot be set.
public enum TCPOptionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The options, by the names of ``TCPOptions``.
  public enum Option: String, Hashable, Sendable {
    case noDelay, trafficClass, timeToLive, minimumTimeToLive, device, userTimeout, md5, ao
  }

  /// The channel has no socket of IPv4 or IPv6.
  case notASocket
  /// The password is empty or has more than 80 octets; this is its length.
  case passwordLength(Int)
  /// An IPv6 peer on a socket of IPv4.
  case familyMismatch
  /// The name of the device is empty or has more than 15 octets.
  case deviceName(String)
  /// The kernel refused the option.
  case refused(Option, LinuxError)

  public var description: String {
    switch self {
    case .notASocket: "the channel is not a TCP socket"
    case .passwordLength(let length):
      "a password of TCP has 1 to 80 octets, and this one has \(length)"
    case .familyMismatch: "a socket of IPv4 cannot have a password for an IPv6 peer"
    case .deviceName(let name): "'\(name)' is not the name of an interface: 1 to 15 octets"
    case .refused(_, let error): "\(error)"
    }
  }
}
