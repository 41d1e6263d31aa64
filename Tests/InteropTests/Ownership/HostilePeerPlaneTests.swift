import Addresses
import FoundationEssentials
import Lab
import LinuxIO
import NIOCore
import Status
import TestSupport
import Testing

extension OwnershipTests {
  /// A host on the segment that has no key, but hears everything and sends what it likes.
  @Suite(.lab(), .serialized) struct HostilePeerPlane {
    @Test func packetsOfAnOutsiderAreCountedAndMoveNothing() async throws {
      let lab = try lab()
      let victim = lab.topology.nodes[1]
      let tap = try await lab.capture(victim, direction: .in, filter: "udp port 7946 and ip")
      try await eventually("the victim's peers are heard") {
        try await tap.packets().count >= 100
      }
      let overheard = try Datagram.captured(in: tap.path)
      #expect(overheard.count >= 100)
      let elsewhere = lab.topology.nodes[0]
      let frames = Self.packets(from: overheard, elsewhere: elsewhere.ipv4).map { datagram in
        let target = datagram.destination == elsewhere.ipv4 ? elsewhere.mac : victim.mac
        return datagram.frame(from: lab.topology.client.mac, to: target)
      }

      try await expectNoEffect(in: lab) {
        for (node, reasons) in [
          (victim.name, ["malformed", "forged", "replayed"]), (elsewhere.name, ["misdirected"]),
        ] {
          for reason in reasons {
            // Where the machine is busy, a receiver has no room for all at once.
            try await eventually(
              "\(node) has counted what was \(reason)", every: .milliseconds(500)
            ) {
              try send(frames, in: lab)
              return try await dropped(reason, by: node, in: lab) >= 100
            }
          }
        }
      }
    }

    @Test func aStormOfQuestionsForOthersMovesNothing() async throws {
      let lab = try lab()
      let mac = lab.topology.client.mac
      let own = lab.topology.client.ipv4
      // 198.18.0.0/15 is for benchmarks (RFC 2544): nobody here has these.
      let frames = (0..<1000).map { number in
        question(IPv4Address(rawValue: 0xC612_0000 + UInt32(number)), from: mac, own)
      }
      let before = try await requests(in: lab)
      try await expectNoEffect(in: lab) {
        for _ in 0..<100 { try send(frames, in: lab) }
      }
      // The kernel kept them away from us; those of the lab itself came through.
      #expect(try await requests(in: lab) - before < 10_000)
    }

    /// Expects that every address has the same owner and epoch after `body` as before it, and that a
    /// client of one misses nothing meanwhile.
    private func expectNoEffect(
      in lab: Lab, sourceLocation: Testing.SourceLocation = #_sourceLocation,
      _ body: () async throws -> Void
    ) async throws {
      let address = try await lab.address("l2-cluster")
      let owner = try await lab.settledOwner(of: address)
      let before = try await ownership(in: lab)
      let requests = try await lab.startRequests(to: address, from: lab.topology.client)
      let start = Timestamp.now
      try await body()
      let end = Timestamp.now
      try await eventually("the requests have ended") {
        requests.records().last.map { $0.endedAt > end + 1 } ?? false
      }
      await requests.stop()
      let seen = requests.seen(from: start, to: end)
      #expect(seen.failed == [:], sourceLocation: sourceLocation)
      #expect(seen.answered > 0, sourceLocation: sourceLocation)
      #expect(seen.nodes == [owner], sourceLocation: sourceLocation)
      #expect(try await ownership(in: lab) == before, sourceLocation: sourceLocation)
    }

    /// The owner and the epoch of each layer-2 address, as each node has it.
    private func ownership(in lab: Lab) async throws -> [String] {
      var result: [String] = []
      for node in lab.topology.nodes {
        for address in try await lab.status(node.name).addresses {
          guard let claim = address.layer2.claim, let epoch = claim.epoch else { continue }
          result.append(
            "\(node.name): \(address.address) \(address.layer2.owner ?? "-") "
              + "\(epoch)+\(claim.wireEpoch)")
        }
      }
      #expect(result.count >= 5 * lab.topology.nodes.count)
      return result
    }

    private func dropped(_ reason: String, by node: String, in lab: Lab) async throws -> UInt64 {
      let election = try #require(try await lab.status(node).election)
      return election.packets.dropped[reason] ?? 0
    }

    private func requests(in lab: Lab) async throws -> UInt64 {
      var sum: UInt64 = 0
      for node in lab.topology.nodes {
        let interfaces = try await lab.status(node.name).interfaces
        sum += interfaces.first { $0.name == "eth0" }?.counters.requestsReceived ?? 0
      }
      return sum
    }

    private func send(_ frames: [ByteBuffer], in lab: Lab) throws {
      try NetworkNamespace.run(lab.topology.client.namespace) {
        let socket = try PacketSocket(interface: "eth0", onFailure: { _ in }) { _ in nil }
        defer { socket.close() }
        // What the kernel refuses for want of room is no loss here.
        for frame in frames { try? socket.send(frame) }
      }
    }

    /// 400 packets of each kind: heard before, cut short, with one bit turned, for somebody else, and
    /// made of random bytes, half of them with a header that looks right.
    private static func packets(
      from overheard: [Datagram], elsewhere: IPv4Address
    ) -> [Datagram] {
      var random = SeededGenerator(7946)
      var result: [Datagram] = []
      for number in 0..<400 {
        let genuine = overheard[number % overheard.count]
        result.append(genuine)
        var cut = genuine
        cut.payload.removeLast(Int.random(in: 1...genuine.payload.count, using: &random))
        result.append(cut)
        var forged = genuine
        let bit = Int.random(in: 0..<genuine.payload.count * 8, using: &random)
        forged.payload[bit / 8] ^= 1 << UInt8(bit % 8)
        result.append(forged)
        var misdirected = genuine
        misdirected.destination = elsewhere
        result.append(misdirected)
        var noise = genuine
        let count = Int.random(in: 0...1400, using: &random)
        noise.payload = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        if number % 2 == 0 {
          noise.payload.replaceSubrange(
            0..<min(4, count), with: genuine.payload.prefix(min(4, count)))
        }
        result.append(noise)
      }
      return result
    }
  }
}

/// The Ethernet frame of an ARP request to all (RFC 826).
private func question(
  _ target: IPv4Address, from sender: MACAddress, _ own: IPv4Address
) -> ByteBuffer {
  var frame = ByteBuffer()
  write([.broadcast, sender], to: &frame)
  frame.writeMultipleIntegers(
    UInt16(0x0806), UInt16(1), UInt16(0x0800), UInt8(6), UInt8(4), UInt16(1))
  write([sender], to: &frame)
  frame.writeInteger(own.rawValue)
  write([MACAddress(rawValue: 0)], to: &frame)
  frame.writeInteger(target.rawValue)
  return frame
}

private func write(_ addresses: [MACAddress], to frame: inout ByteBuffer) {
  for address in addresses {
    frame.writeInteger(UInt16(address.rawValue >> 32))
    frame.writeInteger(UInt32(truncatingIfNeeded: address.rawValue))
  }
}

/// A UDP datagram over IPv4 with what addresses and ports it has.
private struct Datagram {
  var source: IPv4Address
  var destination: IPv4Address
  var sourcePort: UInt16
  var destinationPort: UInt16
  var payload: [UInt8]

  /// Those of a capture of Ethernet in pcap format, written on this machine.
  static func captured(in path: String) throws -> [Datagram] {
    let file = try Data(contentsOf: URL(filePath: path))
    var bytes = ByteBuffer(bytes: file)
    let magic = bytes.readInteger(endianness: .host, as: UInt32.self)
    guard magic == 0xA1B2_C3D4, bytes.readSlice(length: 20) != nil else {
      throw LabError("\(path) is no capture in pcap format of this machine")
    }
    var result: [Datagram] = []
    while bytes.readSlice(length: 8) != nil,
      let length = bytes.readInteger(endianness: .host, as: UInt32.self),
      bytes.readSlice(length: 4) != nil, let frame = bytes.readSlice(length: Int(length))
    {
      if let datagram = Datagram(frame) { result.append(datagram) }
    }
    return result
  }

  /// The datagram in an Ethernet frame, with an IP header without options.
  private init?(_ frame: ByteBuffer) {
    var frame = frame
    guard frame.readSlice(length: 26) != nil, let source = frame.readInteger(as: UInt32.self),
      let destination = frame.readInteger(as: UInt32.self),
      let sourcePort = frame.readInteger(as: UInt16.self),
      let destinationPort = frame.readInteger(as: UInt16.self),
      let length = frame.readInteger(as: UInt16.self), frame.readSlice(length: 2) != nil,
      length > 8, let payload = frame.readBytes(length: Int(length) - 8)
    else { return nil }
    self.source = IPv4Address(rawValue: source)
    self.destination = IPv4Address(rawValue: destination)
    self.sourcePort = sourcePort
    self.destinationPort = destinationPort
    self.payload = payload
  }

  /// The Ethernet frame that carries it; without a UDP checksum (RFC 768).
  func frame(from sender: MACAddress, to receiver: MACAddress) -> ByteBuffer {
    var header = ByteBuffer()
    header.writeMultipleIntegers(
      UInt8(0x45), UInt8(0), UInt16(28 + payload.count), UInt16(0), UInt16(0), UInt8(64),
      UInt8(17), UInt16(0), source.rawValue, destination.rawValue)
    var words = header
    var sum: UInt32 = 0
    while let word = words.readInteger(as: UInt16.self) { sum += UInt32(word) }
    while sum >> 16 > 0 { sum = sum & 0xFFFF + sum >> 16 }
    header.setInteger(~UInt16(truncatingIfNeeded: sum), at: 10)
    var frame = ByteBuffer()
    write([receiver, sender], to: &frame)
    frame.writeInteger(UInt16(0x0800))
    frame.writeBuffer(&header)
    frame.writeMultipleIntegers(
      sourcePort, destinationPort, UInt16(8 + payload.count), UInt16(0))
    frame.writeBytes(payload)
    return frame
  }
}
