/// Why a frame gets no answer. Every ignored frame has exactly one; they are counted by it.
public enum DropReason: UInt8, Error, Hashable, Sendable, CaseIterable {
  /// The frame ends before its headers or lengths say so.
  case truncated
  /// The frame carries the tag of a VLAN, which is another segment.
  case foreignVLAN
  /// The frame is neither ARP nor a Neighbor Solicitation or Advertisement.
  case otherProtocol
  /// The frame was sent to another host.
  case otherDestination
  /// The sender's address is a group or zero, which nobody can have.
  case invalidSource
  /// We sent the frame ourselves; the segment has a loop or reflects.
  case ownFrame
  /// ARP for something else than IPv4 over Ethernet.
  case unsupportedARP
  /// An ARP reply or a Neighbor Advertisement: nothing to answer.
  case notARequest
  /// The sender says that it has the target address itself.
  case senderIsTarget
  /// The IPv6 hop limit is not 255: the packet may come from outside the link (RFC 4861 §7.1.1).
  case hopLimit
  /// The ICMPv6 checksum is wrong.
  case badChecksum
  /// The message breaks another rule of RFC 4861 §7.1.1 or §7.1.2.
  case malformedNDP
  /// The target is an address that we do not own: the common case.
  case notOwned
  /// The target is ours, but the lease that allows to answer for it has ended.
  case leaseEnded
  /// The target is ours, but we gave way to somebody else who uses it.
  case yielded
}
