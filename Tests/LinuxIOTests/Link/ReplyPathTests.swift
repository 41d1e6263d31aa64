import Addresses
import LinkLayer
import NIOCore
import Synchronization
import Testing

@testable import LinuxIO

@Suite("what the capture thread does with frames")
struct ReplyPathTests {
  private static let own = MACAddress(rawValue: 0x0000_5E00_530A)
  private static let other = MACAddress(rawValue: 0x0000_5E00_530B)

  private final class Heard: Sendable {
    let times: Mutex<[NIODeadline]> = Mutex([])
  }

  private static func path(
    lease: ReplyLease = ReplyLease(), owning addresses: [IPAddress] = [], _ heard: Heard = Heard()
  ) -> ReplyPath {
    var responder = Responder(interfaceMAC: own)
    for address in addresses { responder.owned.insert(address) }
    return ReplyPath(
      responder, lease: lease, onSighting: {},
      onSpeakerFrame: { _, time in heard.times.withLock { $0.append(time) } })
  }

  private static func wall(_ secondsAgo: UInt64) -> UInt64 {
    let (seconds, nanoseconds) = WallClock.read()
    return UInt64(seconds) * 1_000_000_000 + UInt64(nanoseconds) - secondsAgo * 1_000_000_000
  }

  @Test func aFrameOfASpeakerIsAsOldAsTheKernelSays() {
    let heard = Heard()
    let path = Self.path(heard)
    let frame = SpeakerFrame(source: Self.other, payload: ByteBuffer(bytes: [1, 2, 3])).frame
    for age in [20, 0] as [UInt64] {
      let time = Self.wall(age)
      frame.withUnsafeReadableBytes { #expect(path.reply(to: $0.bytes, capturedAt: time) == nil) }
    }
    let times = heard.times.withLock(\.self)
    #expect(times.count == 2)
    guard times.count == 2 else { return }
    #expect(times[1] - times[0] > .seconds(15))
    #expect(ReplyLease.now - times[0] >= .seconds(20))
  }

  /// Whether this node may answer is a matter of the moment in which it does.
  @Test func theLeaseIsLookedAtWhenTheAnswerLeaves() {
    let address = IPv4Address(192, 0, 2, 10)
    let lease = ReplyLease()
    let path = Self.path(lease: lease, owning: [.v4(address)])
    let question = ARPPacket(
      operation: .request, senderMAC: Self.other, senderAddress: IPv4Address(192, 0, 2, 99),
      targetMAC: MACAddress(rawValue: 0), targetAddress: address
    ).frame(from: Self.other, to: .broadcast)
    let time = Self.wall(20)
    func isAnswered() -> Bool {
      question.withUnsafeReadableBytes { path.reply(to: $0.bytes, capturedAt: time) != nil }
    }
    lease.setEnd(ReplyLease.now + .seconds(60))
    #expect(isAnswered())
    lease.setEnd(ReplyLease.now - .seconds(1))
    #expect(!isAnswered())
    // Whoever asked is counted, answered or not, until the address is given away.
    var traffic = path.traffic(of: .v4(address))
    #expect(traffic.requests == 2 && traffic.replies == 1)
    path.forget([.v4(address)])
    traffic = path.traffic(of: .v4(address))
    #expect(traffic.requests == 0 && traffic.replies == 0)
  }
}
