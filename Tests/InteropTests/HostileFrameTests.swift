import Addresses
import Lab
import LinuxIO
import NIOCore
import Status
import TestSupport
import Testing

extension InteropTests {
  /// Frames on the segment that no honest host sends. Where the cluster is read makes no difference to
  /// those who hear them, so that once is enough.
  @Suite(.lab()) struct HostileFrames {
    @Test func badFramesAreCountedAndTheAnswersGoOn() async throws {
      let lab = try lab()
      let client = lab.topology.client
      let node = lab.topology.nodes[0]
      let address = try await lab.address("l2-local")
      let before = try await counters(lab)
      let frames = Self.frames(from: client.mac, target: address, owner: node.mac)
      try NetworkNamespace.run(client.namespace) {
        let socket = try PacketSocket(interface: "eth0", onFailure: { _ in }) { _ in nil }
        defer { socket.close() }
        for frame in frames { try socket.send(frame) }
      }
      try await eventually("the bad frames are counted") {
        try await counters(lab).dropped >= before.dropped + 100
      }
      try await lab.flushNeighbours(of: client)
      for address in await lab.layerTwoAddresses() {
        #expect(try await lab.curl(address, from: client).status == 200, "\(address)")
      }
      for node in lab.topology.nodes {
        #expect(try await lab.speaker(node.name).exitStatus == nil)
      }
      #expect(try await lab.routes() == lab.expectedRoutes())
    }

    private func counters(_ lab: Lab) async throws -> Layer2Counters {
      let interfaces = try await lab.status("node-1").interfaces
      return try #require(interfaces.first { $0.name == "eth0" }).counters
    }

    /// 100 ARP requests for `target` with a hardware address length of 7, which pass every filter
    /// for requests, and 2,000 frames of random bytes behind headers that look right.
    private static func frames(
      from source: MACAddress, target: IPAddress, owner: MACAddress
    ) -> [ByteBuffer] {
      var random = SeededGenerator(826)
      func header(to destination: MACAddress, type: UInt16) -> ByteBuffer {
        var frame = ByteBuffer()
        for address in [destination, source] {
          frame.writeInteger(UInt16(address.rawValue >> 32))
          frame.writeInteger(UInt32(truncatingIfNeeded: address.rawValue))
        }
        frame.writeInteger(type)
        return frame
      }
      var frames: [ByteBuffer] = []
      for _ in 0..<100 {
        var frame = header(to: .broadcast, type: 0x0806)
        frame.writeBytes([0, 1, 8, 0, 7, 4, 0, 1])
        frame.writeRepeatingByte(0, count: 16)
        frame.writeInteger(UInt32(truncatingIfNeeded: target.number))
        frame.writeRepeatingByte(0, count: 18)
        frames.append(frame)
      }
      for index in 0..<2000 {
        let type: UInt16 = [0x0806, 0x86DD, 0x0800, 0x8100][index % 4]
        var frame = header(to: index % 2 == 0 ? .broadcast : owner, type: type)
        let count = Int.random(in: 46...1400, using: &random)
        frame.writeBytes((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
        frames.append(frame)
      }
      return frames
    }
  }
}
