public import Addresses
public import NIOCore

extension Election {
  /// Why an address has another owner than before.
  public enum Cause: String, Hashable, Sendable, CaseIterable, Codable {
    /// Nobody had ever claimed it.
    case firstClaim
    /// Its owner was silent, and a quorum of its witnesses promised it to the heir.
    case ownerSilent
    /// Its owner had given it up.
    case ownerGaveUp
    /// The owner itself claimed it again, after a restart or a lost message.
    case reclaimed
    /// The owner may no longer announce it, and handed it over.
    case handedOver
    /// The owner was drained, or its process came to its end, and it handed all over.
    case drained
    /// The owner had more than its share, and was asked to even that out.
    case rebalanced
    /// No quorum could be asked and the segment was silent about it.
    case segmentSilent
    /// A claim on the wire was overruled by the owner that still had its lease.
    case reasserted
    /// The claim was learnt from others.
    case learnt
    /// The owner gave it up because it is no longer fit.
    case gaveUp
  }

  /// Something that the machine wants done, in this order.
  public enum Action: Sendable {
    /// Send a packet on the peer plane.
    case send(Message, to: MemberID)
    /// Send a frame to all speakers on the segment.
    case broadcast(Message)
    /// Answer for the address while `answersUntil` has not passed, and say so with a burst of
    /// gratuitous packets. Also for an address that is answered already, to say so again.
    case answer(IPAddress, Epoch)
    /// No longer answer for the address; go on forwarding for this time.
    case silence(IPAddress, forwardFor: TimeAmount)
    /// Ask the host of a member, not its process, for a sign of life: by a neighbour solicitation
    /// or an echo request, once.
    case probeHost(MemberID)
    /// The claim to an address has changed; to be recorded and shown. The cause is what this node had
    /// to do with it, the grounds are why the owner has the address.
    case claimed(IPAddress, Claim, Cause, Grounds)
    /// The witnesses of a member have changed; to be recorded with the claims (`Election.record`).
    case witnessesChanged
  }
}
