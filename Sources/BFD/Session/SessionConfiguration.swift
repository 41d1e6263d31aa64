public import NIOCore

extension Session {
  /// What may change while a session runs. On the wire times are whole microseconds.
  public struct Parameters: Hashable, Sendable {
    /// The shortest interval between our packets while the session is up, 1 µs...71 min. While it is
    /// not up, at least a second passes between them.
    public var desiredMinTxInterval: TimeAmount
    /// The shortest interval between the peer's packets that we support, 1 µs...71 min.
    public var requiredMinRxInterval: TimeAmount
    /// The shortest interval between the peer's echo packets that are sent back; zero, the default,
    /// stands for no echo.
    public var requiredMinEchoRxInterval: TimeAmount
    /// How many of our packets in a row the peer may miss, 1...255.
    public var detectMultiplier: UInt8

    /// These parameters; 300 ms × 3 by default.
    public init(
      desiredMinTxInterval: TimeAmount = .milliseconds(300),
      requiredMinRxInterval: TimeAmount = .milliseconds(300),
      requiredMinEchoRxInterval: TimeAmount = .zero, detectMultiplier: UInt8 = 3
    ) {
      self.desiredMinTxInterval = desiredMinTxInterval
      self.requiredMinRxInterval = requiredMinRxInterval
      self.requiredMinEchoRxInterval = requiredMinEchoRxInterval
      self.detectMultiplier = detectMultiplier
    }
  }

  /// What a session is made of. Anything but the parameters needs a new session.
  public struct Configuration: Hashable, Sendable {
    /// Between whom the session runs.
    public var path: Path
    /// Intervals and detect multiplier at the start.
    public var parameters: Parameters
    /// A passive session sends nothing until the peer was heard (RFC 5880 §6.1).
    public var isPassive: Bool
    /// The shared key; nil for a session without authentication.
    public var authentication: Authentication?

    /// A configuration of these parts.
    public init(
      path: Path, parameters: Parameters = Parameters(), isPassive: Bool = false,
      authentication: Authentication? = nil
    ) {
      self.path = path
      self.parameters = parameters
      self.isPassive = isPassive
      self.authentication = authentication
    }
  }
}
