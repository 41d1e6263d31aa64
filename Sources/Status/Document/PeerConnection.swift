public import Addresses

/// How connections with a BGP peer are made. Passwords and keys are never shown.
public struct PeerConnection: Codable, Hashable, Sendable {
  /// What protects the segments.
  public enum Protection: String, Codable, Hashable, Sendable, CaseIterable {
    case none
    /// TCP MD5 (RFC 2385).
    case md5
    /// TCP-AO (RFC 5925).
    case ao
  }

  /// Whether the peer dials, and we never do.
  public let isPassive: Bool
  /// What protects the segments.
  public let protection: Protection
  /// The address that connections come from; nil where the kernel chooses.
  public let source: IPAddress?
  /// The interface or VRF that connections are bound to.
  public let device: String?
  /// The TTL or hop limit of what is sent; nil for the kernel's default.
  public let timeToLive: UInt8?
  /// What arrives with a smaller TTL or hop limit is dropped (RFC 5082).
  public let minimumTimeToLive: UInt8?

  /// Connections with these properties; by default the kernel's.
  public init(
    isPassive: Bool = false, protection: Protection = .none, source: IPAddress? = nil,
    device: String? = nil, timeToLive: UInt8? = nil, minimumTimeToLive: UInt8? = nil
  ) {
    self.isPassive = isPassive
    self.protection = protection
    self.source = source
    self.device = device
    self.timeToLive = timeToLive
    self.minimumTimeToLive = minimumTimeToLive
  }
}
