import Addresses
import Election
import LinkLayer
import LinuxIO
import NIOCore
import NIOPosix
import TestSupport
import Testing

@Suite(
  "floods of frames", .ownThread, .serialized,
  .enabled(if: Requirements.areMet, "\(Requirements.reason)"))
struct FrameFloodTests {
  private static let count = 200_000

  private func plane(_ node: String, in namespace: Namespace) throws -> PeerPlane {
    let plane = try namespace.run {
      try PeerPlane(
        .init(
          configuration: Configuration(node: node, incarnation: 1), keys: .insecure, port: 7946)
      ) { _ in }
    }
    plane.setMembers([
      PeerPlaneMember(name: "near", addresses: [.v4(IPv4Address(192, 0, 2, 1))]),
      PeerPlaneMember(name: "far", addresses: [.v4(IPv4Address(192, 0, 2, 2))]),
    ])
    return plane
  }

  @Test("each junk frame is refused or dropped, and speakers hear each other meanwhile")
  func junk() throws {
    try Link.with { link in
      let near = try plane("near", in: link.near)
      defer { near.close() }
      let far = try plane("far", in: link.far)
      defer { far.close() }
      let loop = MultiThreadedEventLoopGroup.singleton.next()
      func status() throws -> PeerPlaneStatus { try near.status(on: loop).wait() }
      #expect(try eventually { try status().lease.isHeld })

      let before = try status().traffic.packetsReceived
      let junk = SpeakerFrame(
        source: MACAddress(rawValue: 0x0000_5E00_530A),
        payload: ByteBuffer(repeating: 7, count: 900))
      for _ in 0..<Self.count { near.receive(junk, on: "eth0", receivedAt: ReplyLease.now) }
      let isCounted = try eventually {
        let status = try status()
        return UInt64(status.refusals[.malformed] ?? 0) + status.framesLost == UInt64(Self.count)
      }
      #expect(isCounted)
      #expect(try eventually { try status().traffic.packetsReceived > before + 10 })
      #expect(try eventually { try status().lease.isHeld })
    }
  }
}
