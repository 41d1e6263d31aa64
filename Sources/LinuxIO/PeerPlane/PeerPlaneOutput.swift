public import Addresses
public import Election
public import NIOCore

/// What the peer plane tells the control loop.
public enum PeerPlaneOutput: Sendable {
  /// Answer for the address from now on, while the lease holds, and announce it; also for one that is
  /// answered for already, to announce it again.
  case answer(IPAddress)
  /// Answer for the address no more; go on forwarding for this time.
  case silence(IPAddress, forwardFor: TimeAmount)
  /// The claim to an address has changed.
  case claimed(IPAddress, owner: MemberID, isVacant: Bool, Election.Cause)
  /// Send this to all speakers on the segment.
  case frame(ByteBuffer)
  /// The interface of another speaker on the segment.
  case speaker(MACAddress)
}

/// What was carried since the start.
public struct PeerPlaneTraffic: Hashable, Sendable {
  /// Packets that the kernel took.
  public internal(set) var packetsSent: UInt64 = 0
  /// Their octets of UDP payload.
  public internal(set) var octetsSent: UInt64 = 0
  /// Packets that came in, whatever became of them.
  public internal(set) var packetsReceived: UInt64 = 0
  /// Their octets of UDP payload.
  public internal(set) var octetsReceived: UInt64 = 0
  /// Packets that the kernel did not take.
  public internal(set) var sendFailures: UInt64 = 0
}

/// What the peer plane counted, and what it knows.
public struct PeerPlaneStatus: Sendable {
  /// What was carried.
  public let traffic: PeerPlaneTraffic
  /// What the machine counted.
  public let counters: Counters
  /// Packets that were dropped, by reason.
  public let refusals: [PeerChannel.Refusal: Int]
  /// All known claims.
  public let claims: [ClaimRow]
  /// How far the thread goes before others.
  public let priority: ThreadPriority
}
