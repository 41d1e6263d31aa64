public import LinkLayer

/// What one interface's announcer counted since it was opened.
public struct LinkStatistics: Hashable, Sendable {
  /// ARP requests and Neighbor Solicitations that were looked at: replies sent, and drops by reason.
  public var responder: ResponderCounters
  /// Addresses announced unasked, the repeats included.
  public var gratuitousSent: UInt64
  /// Requests that the kernel lost because the capture thread was too slow.
  public var droppedByKernel: UInt64
  /// Frames of both kinds that the kernel refused to send.
  public var sendFailures: UInt64
}

/// What went wrong on an interface while it was in use.
public enum LinkProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// Nothing is answered any more; the announcer is of no use and should be closed.
  case captureEnded(PacketSocketError)
  /// Neighbor Solicitations by multicast may not reach us for an address of this group.
  case groupNotJoined(LinuxError)

  public var description: String {
    switch self {
    case .captureEnded(let error): "no more answers: \(error)"
    case .groupNotJoined(let error): "\(error)"
    }
  }
}
