import Addresses
import LinkLayer
import LinuxIO
import NIOCore
import TestSupport
import Testing

@Suite(
  "storms on a segment", .ownThread, .serialized,
  .enabled(if: Requirements.areMet, "\(Requirements.reason)"))
struct StormTests {
  private static let count = 20_000

  /// Sends frames from the client as fast as the kernel takes them.
  private func send(
    _ frames: [ByteBuffer], from client: Namespace
  ) throws {
    let socket = try client.run {
      try PacketSocket(interface: "eth0", onFailure: { _ in }, handler: { _ in nil })
    }
    defer { socket.close() }
    for frame in frames { try? socket.send(frame) }
  }

  @Test(
    "questions for addresses that are not ours do not reach us, and ours are answered meanwhile")
  func questions() throws {
    try Segment.with { segment in
      try NodeAnnouncer.with(segment.nodeA) { node in
        try node.take(owned4)
        #expect(try segment.client.resolves("192.0.2.10", to: node.mac))
        let before = try node.statistics.responder.received
        let mac = MACAddress(rawValue: 0x0200_0000_0066)
        try send(
          (0..<Self.count).map { number in
            ARPPacket(
              operation: .request, senderMAC: mac, senderAddress: IPv4Address(192, 0, 2, 99),
              targetMAC: MACAddress(rawValue: 0),
              targetAddress: IPv4Address(rawValue: 0xC633_6400 + UInt32(number))
            ).frame(from: mac, to: .broadcast)
          }, from: segment.client)
        #expect(try segment.client.attempt("arping -c 3 -w 3 -f -I eth0 192.0.2.10").status == 0)
        let statistics = try node.statistics
        #expect(statistics.responder[.notOwned] == 0)
        #expect(statistics.responder.received - before < 10)
        #expect(statistics.droppedByKernel == 0)
      }
    }
  }

  @Test(
    "claims of our address by thousands are counted one by one, remembered by a few, defended once")
  func claims() throws {
    try Segment.with { segment in
      let quick = ConflictDetector.Configuration(
        settleTime: .milliseconds(20), moveTime: .milliseconds(1))
      try NodeAnnouncer.with(
        segment.nodeA, schedule: .init(repeats: [], refresh: nil), conflicts: quick
      ) { node in
        try node.take(owned4)
        usleepMilliseconds(50)
        try send(
          (0..<Self.count).map { number in
            let mac = MACAddress(rawValue: 0x0200_0001_0000 + UInt64(number % 2000))
            return GratuitousFrames.frames(for: owned4, from: mac)[0]
          }, from: segment.client)
        let isCounted = try eventually {
          let statistics = try node.statistics
          let seen = statistics.responder[.senderIsTarget]
          return seen > 1000
            && statistics.conflicts.claims &+ statistics.lostSightings == seen
        }
        #expect(isCounted)
        usleepMilliseconds(100)
        let statistics = try node.statistics
        #expect(try node { $0.conflicts.count } == 8)
        #expect(statistics.conflicts.defences == 1)
        #expect(statistics.conflicts.unrecorded > 0)
        #expect(node.conflictEvents.count == 9)
      }
    }
  }
}
