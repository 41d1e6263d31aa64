/// MetalLB's BFDProfile (metallb.io/v1beta1): the timers of a BFD session (RFC 5880).
public struct BFDProfile: Hashable, Sendable {
  /// Name and labels.
  public var metadata: ObjectMetadata
  /// `receiveInterval` in milliseconds, 10...60000; 300 by default.
  public var receiveInterval: Int
  /// `transmitInterval` in milliseconds, 10...60000; 300 by default.
  public var transmitInterval: Int
  /// `detectMultiplier`, 2...255; 3 by default.
  public var detectMultiplier: Int
  /// `echoInterval` in milliseconds, 10...60000; 50 by default.
  public var echoInterval: Int
  /// `echoMode`.
  public var echoMode: Bool
  /// `passiveMode`.
  public var passiveMode: Bool
  /// `minimumTtl`, 1...254; 254 by default.
  public var minimumTTL: Int

  /// A profile with these values; times in milliseconds.
  public init(
    metadata: ObjectMetadata, receiveInterval: Int = 300, transmitInterval: Int = 300,
    detectMultiplier: Int = 3, echoInterval: Int = 50, echoMode: Bool = false,
    passiveMode: Bool = false, minimumTTL: Int = 254
  ) {
    self.metadata = metadata
    self.receiveInterval = receiveInterval
    self.transmitInterval = transmitInterval
    self.detectMultiplier = detectMultiplier
    self.echoInterval = echoInterval
    self.echoMode = echoMode
    self.passiveMode = passiveMode
    self.minimumTTL = minimumTTL
  }
}
