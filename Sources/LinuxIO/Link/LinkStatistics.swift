public import Addresses
public import LinkLayer

/// What one interface's announcer counted since it was opened.
public struct LinkStatistics: Hashable, Sendable {
  /// Frames that concern owned addresses and were looked at: replies sent, and drops by reason.
  public var responder: ResponderCounters
  /// Addresses announced unasked, the repeats included.
  public var gratuitousSent: UInt64
  /// What others said of our addresses.
  public var conflicts: ConflictCounters
  /// What others said of our addresses and was not looked at, because it was too much.
  public var lostSightings: UInt64
  /// Frames that the kernel lost because the capture thread was too slow.
  public var droppedByKernel: UInt64
  /// Frames of both kinds that the kernel refused to send.
  public var sendFailures: UInt64
}

/// What went wrong on an interface while it was in use.
public enum LinkProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// Nothing is answered any more; the announcer is of no use and should be closed.
  case captureEnded(PacketSocketError)
  /// Neighbor Solicitations by multicast may not reach us for an address of this group. It is tried
  /// again with each announcement of the address.
  case groupNotJoined(LinuxError)
  /// The kernel would not take the filter, so that more frames wake us than concern us.
  case filterRefused(PacketSocketError)

  public var description: String {
    switch self {
    case .captureEnded(let error): "no more answers: \(error)"
    case .groupNotJoined(let error): "\(error)"
    case .filterRefused(let error): "\(error)"
    }
  }
}

/// What became of an address that somebody else uses.
public enum ConflictEvent: Hashable, Sendable {
  /// Somebody was seen for the first time.
  case found(Conflict)
  /// The address was announced again, against others.
  case defended(IPAddress)
  /// We answer no more, in favour of this MAC address.
  case yielded(IPAddress, to: MACAddress)
  /// Nobody else uses the address any more, and we answer again.
  case resumed(IPAddress)
}
