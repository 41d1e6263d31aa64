import Addresses

/// How the neighbour is asked to treat our routes while the speaker is replaced (RFC 4724): it keeps
/// them until End-of-RIB, or until the time is over.
public struct GracefulRestart: Hashable, Sendable {
  /// How long our return may take, in seconds, 1...4095. A node that is dead attracts traffic for as
  /// long, so this is no more than the replacement of the process takes.
  public var restartTime: UInt16 = 30
  /// Whether packets are forwarded while the process is away: the F bit. Without it a neighbour drops
  /// our routes as soon as we return.
  public var preservesForwarding = true
  /// Whether routes also outlive errors that end a session with a NOTIFICATION (RFC 8538). What is
  /// meant to withdraw them is then sent as a hard reset.
  public var notification = true
  /// How long the neighbour may keep our routes as a last resort when the restart time is over, in
  /// seconds, 1...16,777,215 (RFC 9494); nil for not at all.
  public var longLivedStaleTime: UInt32?

  /// Thirty seconds, with forwarding preserved and notifications survived.
  public init() {}
}

extension GracefulRestart {
  /// What the OPEN says of `families`.
  func capabilities(for families: [AddressFamily], isRestarting: Bool) -> [Capability] {
    let restart = Capability.gracefulRestart(
      GracefulRestartCapability(
        isRestarting: isRestarting, notification: notification, restartTime: restartTime,
        families: families.map {
          .init(RouteFamily(unicast: $0), forwardingPreserved: preservesForwarding)
        }))
    guard let seconds = longLivedStaleTime else { return [restart] }
    return [
      restart,
      .longLivedGracefulRestart(
        families.map {
          LongLivedStaleTime(
            RouteFamily(unicast: $0), forwardingPreserved: preservesForwarding, seconds: seconds)
        }),
    ]
  }
}
