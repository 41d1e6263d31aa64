import Addresses
import LinkLayer
import NIOCore
import Synchronization

/// What the capture thread and the control loop share: the table that replies are decided by, and
/// what was seen of others who speak for our addresses.
///
/// The control loop replaces the whole value; the capture thread copies it, which takes two reference
/// counts, and decides without a lock. So the locks are held for nanoseconds, and never across a
/// system call. A reply that was being decided during a replacement may still leave after it.
final class ReplyPath: Sendable {
  private let responder: Mutex<Responder>
  private let counters = Mutex(ReplyCounters())
  private let sightings = Mutex(SightingLog())
  private let neighbors = Mutex(HeardNeighbors())
  /// Whether any neighbour is listened to: under the policy `gateway` alone.
  private let hearsNeighbors = Atomic(false)
  private let lease: ReplyLease
  private let onSighting: @Sendable () -> Void
  private let onSpeakerFrame: @Sendable (SpeakerFrame, _ receivedAt: NIODeadline) -> Void

  /// - Parameters:
  ///   - onSighting: called on the capture thread when there are sightings to be taken, once until they
  ///     are.
  ///   - onSpeakerFrame: called on the capture thread with what other speakers say, and when the kernel
  ///     received it, on the clock of leases.
  init(
    _ responder: Responder, lease: ReplyLease, onSighting: @escaping @Sendable () -> Void,
    onSpeakerFrame: @escaping @Sendable (SpeakerFrame, _ receivedAt: NIODeadline) -> Void
  ) {
    self.responder = Mutex(responder)
    self.lease = lease
    self.onSighting = onSighting
    self.onSpeakerFrame = onSpeakerFrame
  }

  func replace(_ responder: Responder) { self.responder.withLock { $0 = responder } }

  /// Counts the requests for these addresses from zero when they are owned again.
  func forget(_ addresses: [IPAddress]) {
    counters.withLock { counters in
      for address in addresses { counters.byAddress[address] = nil }
    }
  }

  /// How many requests for an address came in since it is owned, and how many were answered.
  func traffic(of address: IPAddress) -> (requests: UInt64, replies: UInt64) {
    counters.withLock { $0.byAddress[address] } ?? (0, 0)
  }

  /// Decides about a frame that the kernel received at a time in nanoseconds of CLOCK_REALTIME.
  ///
  /// A sign of life is as old as the frame: of what waited here while this process was stopped, nobody
  /// knows whether it still holds. An answer is of the moment in which it leaves.
  func reply(to frame: RawSpan, capturedAt time: UInt64) -> ByteBuffer? {
    if let frame = SpeakerFrame(parsing: frame) {
      onSpeakerFrame(frame, BootClock.time(ofWallClock: time, now: ReplyLease.now))
      return nil
    }
    if hearsNeighbors.load(ordering: .relaxed), let notice = NeighborNotice(parsing: frame),
      neighbors.withLock({ $0.note(notice) }), notice.isAnswer
    {
      return nil
    }
    var sighting: Sighting?
    var answer = responder.withLock { $0 }.answer(
      frame, now: ReplyLease.now, lease: lease.end, sighting: &sighting)
    // After the look at the lease: what took the address away did so before the lease went on.
    if case .reply(_, let address) = answer, lease.isSilenced(address) {
      answer = .withheld(.leaseEnded, address: address)
    }
    counters.withLock { $0.count(answer) }
    if let sighting, sightings.withLock({ $0.add(sighting) }) { onSighting() }
    guard case .reply(let frame, _) = answer else { return nil }
    return frame
  }

  /// Notes what these neighbours say from now on, and of no others.
  func hear(_ wanted: Set<IPAddress>) {
    neighbors.withLock { $0.want(wanted) }
    hearsNeighbors.store(!wanted.isEmpty, ordering: .relaxed)
  }

  /// The MAC addresses of the neighbours that were heard since the last call.
  func takeHeard() -> [IPAddress: MACAddress] { neighbors.withLock { $0.take() } }

  func takeSightings() -> [(sighting: Sighting, count: UInt64)] {
    sightings.withLock { $0.take() }
  }

  var statistics: ResponderCounters { counters.withLock { $0.all } }
  var lostSightings: UInt64 { sightings.withLock { $0.lost } }
}

/// What came of requests, in all and by address.
private struct ReplyCounters {
  var all = ResponderCounters()
  /// Grows by owned addresses only.
  var byAddress: [IPAddress: (requests: UInt64, replies: UInt64)] = [:]

  mutating func count(_ answer: Answer) {
    all.count(answer)
    switch answer {
    case .reply(_, let address):
      byAddress[address, default: (0, 0)].requests &+= 1
      byAddress[address, default: (0, 0)].replies &+= 1
    case .withheld(_, let address):
      byAddress[address, default: (0, 0)].requests &+= 1
    case .ignored: break
    }
  }
}
