public import Election
public import NIOCore

/// What the command line says about the election of owners.
public struct ElectionOptions: Sendable {
  /// The UDP port of the peer plane.
  public var port: UInt16
  /// A file with the key of the peer plane; a second line is a key that is accepted too. Nil only with
  /// ``isInsecure``.
  public var keyFile: String?
  /// Whether packets are neither sealed nor checked.
  public var isInsecure: Bool
  /// What a node does that has lost its quorum.
  public var policy: IsolationPolicy
  /// The times, validated.
  public var timers: Timers
  /// The directory in which claims are kept over a restart.
  public var stateDirectory: String
  /// For how long a stop is announced as a restart, so that nothing moves meanwhile; nil hands all
  /// addresses over.
  public var restartHold: TimeAmount?
  /// Which nodes have a speaker: the members of the election, the same for all of them.
  public var speakerNodes = SpeakerNodes.all

  /// Options with these values.
  public init(
    port: UInt16 = 7946, keyFile: String?, isInsecure: Bool = false,
    policy: IsolationPolicy = .wire, timers: Timers = Timers(), stateDirectory: String,
    restartHold: TimeAmount? = nil
  ) {
    self.port = port
    self.keyFile = keyFile
    self.isInsecure = isInsecure
    self.policy = policy
    self.timers = timers
    self.stateDirectory = stateDirectory
    self.restartHold = restartHold
  }
}
