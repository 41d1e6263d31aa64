import Addresses
import LinkLayer
import LinuxIO
import NIOCore
import Synchronization
import TestSupport
import Testing

@Suite(
  "packet sockets", .ownThread, .serialized,
  .enabled(if: Requirements.areMet, "\(Requirements.reason)"))
struct PacketSocketTests {
  @Test("an interface that does not exist is named")
  func unknownInterface() throws {
    #expect(throws: PacketSocketError.noSuchInterface("no-such-if0")) {
      try PacketSocket(interface: "no-such-if0", onFailure: { _ in }, handler: { _ in nil })
    }
  }

  @Test("an interface that is down is named")
  func interfaceDown() throws {
    let namespace = try Namespace("d")
    defer { namespace.remove() }
    try namespace.ip("link add eth0 type veth peer name eth1")
    #expect(throws: PacketSocketError.interfaceDown("eth0")) {
      try namespace.run {
        try PacketSocket(interface: "eth0", onFailure: { _ in }, handler: { _ in nil }).close()
      }
    }
  }

  @Test("a filter that does not compile is an error, not a capture of everything")
  func badFilter() throws {
    let error = #expect(throws: PacketSocketError.self) {
      try PacketSocket(
        interface: "lo", filter: "arp and and", onFailure: { _ in }, handler: { _ in nil })
    }
    guard case .captureFailed(interface: "lo", _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("requests are seen, other traffic is not, and what the handler returns is sent")
  func captureAndReply() throws {
    try Segment.with { segment in
      let seen = FrameLog()
      let answered = FrameLog()
      let beacon = ByteBuffer(
        bytes: [UInt8](repeating: 0xFF, count: 6) + [2, 0, 0, 0, 0, 7, 0x88, 0xB5, 42])
      // Before the node sees anything that it answers.
      let client = try segment.client.run {
        try PacketSocket(
          interface: "eth0", filter: "ether proto 0x88b5",
          onFailure: { Issue.record("\($0)") }, handler: { answered.append($0) })
      }
      defer { client.close() }
      let node = try segment.nodeA.run {
        try PacketSocket(interface: "eth0", onFailure: { Issue.record("\($0)") }) { frame in
          _ = seen.append(frame)
          return beacon
        }
      }
      defer { node.close() }

      try segment.client.touch("192.0.2.1")
      try segment.client.attempt("arping -c 1 -w 1 -I eth0 192.0.2.10")
      #expect(eventually { answered.frames.contains(beacon) })
      try node.send(beacon)
      #expect(eventually { answered.frames.count > seen.frames.count })

      // What the node asks itself is not for it to answer.
      try segment.nodeA.touch("192.0.2.50")
      let own = try #require(try segment.nodeA.interface().macAddress)
      let isOwn = { (frame: ByteBuffer) in
        frame.getInteger(at: 6, as: UInt16.self) == UInt16(own.rawValue >> 32)
          && frame.getInteger(at: 8, as: UInt32.self) == UInt32(truncatingIfNeeded: own.rawValue)
      }
      let isToOwn = { (frame: ByteBuffer) in
        frame.getInteger(at: 0, as: UInt16.self) == UInt16(own.rawValue >> 32)
          && frame.getInteger(at: 2, as: UInt32.self) == UInt32(truncatingIfNeeded: own.rawValue)
          && frame.getInteger(at: 20, as: UInt16.self) == 2
      }
      #expect(!seen.frames.contains(where: isOwn))
      for frame in seen.frames {
        let type = frame.getInteger(at: 12, as: UInt16.self)
        #expect(type == 0x0806 || type == 0x86DD)
        guard type == 0x0806 else { continue }
        // An answer is to the node's own kernel only, which makes sure of a neighbour after a while.
        let isAnswer = frame.getInteger(at: 20, as: UInt16.self) != 1
        #expect(!isAnswer || isToOwn(frame))
      }
      #expect(eventually { node.statistics.received == UInt64(seen.frames.count) })
      #expect(node.statistics.droppedByKernel == 0)
      #expect(node.statistics.sendFailures == 0)
    }
  }

  private static let speaker = MACAddress(rawValue: 0x0200_0000_0007)

  @Test("a frame that waited for the capture thread has the time at which the kernel received it")
  func captureTime() throws {
    try Segment.with { segment in
      let log = DelayLog()
      let node = try segment.nodeA.run {
        try PacketSocket(
          interface: "eth0", filter: "ether proto 0x88b5", onFailure: { Issue.record("\($0)") },
          timedHandler: { _, capturedAt in log.note(capturedAt) })
      }
      defer { node.close() }
      defer { log.open() }
      let client = try segment.client.run {
        try PacketSocket(interface: "eth0", onFailure: { _ in }, handler: { _ in nil })
      }
      defer { client.close() }
      let frame = SpeakerFrame(source: Self.speaker, payload: ByteBuffer(bytes: [1])).frame
      try client.send(frame)
      #expect(eventually { log.delays.count == 1 })
      try client.send(frame)
      usleepMilliseconds(100)
      log.open()
      #expect(eventually { log.delays.count == 2 })
      let delay = log.delays.last ?? 0
      #expect(delay >= 90_000_000 && delay < 60_000_000_000, "\(delay) ns")
    }
  }

  @Test("a frame that the kernel refuses is a typed error, and is counted")
  func sendFailure() throws {
    try Segment.with { segment in
      let socket = try segment.nodeA.run {
        try PacketSocket(interface: "eth0", onFailure: { _ in }, handler: { _ in nil })
      }
      defer { socket.close() }
      let error = #expect(throws: PacketSocketError.self) {
        try socket.send(ByteBuffer(repeating: 1, count: 3000))
      }
      #expect(error?.description.hasPrefix("sending on eth0: send of 3000 octets") == true)
      #expect(socket.statistics.sendFailures == 1)
    }
  }

  @Test("a closed socket sends nothing more; closing twice does no harm")
  func close() throws {
    try Segment.with { segment in
      let socket = try segment.nodeA.run {
        try PacketSocket(interface: "eth0", onFailure: { _ in }, handler: { _ in nil })
      }
      socket.close()
      socket.close()
      #expect(throws: PacketSocketError.closed(interface: "eth0")) {
        try socket.send(ByteBuffer(repeating: 0xFF, count: 60))
      }
    }
  }

  @Test("the errors say what to do")
  func texts() {
    #expect(
      PacketSocketError.notPermitted(interface: "eth0").description
        == "opening eth0 for capture needs CAP_NET_RAW: run as root or add the capability")
    #expect(
      PacketSocketError.interfaceDown("eth0").description
        == "the interface eth0 is down: bring it up with 'ip link set eth0 up'")
  }
}

/// How long frames waited until a handler saw them. It lets the first one wait for ``open()``.
private final class DelayLog: Sendable {
  private let state: Mutex<(delays: [UInt64], isOpen: Bool)> = Mutex(([], false))

  var delays: [UInt64] { state.withLock { $0.delays } }

  func open() { state.withLock { $0.isOpen = true } }

  /// Notes the age in nanoseconds of a frame, and answers nothing.
  func note(_ capturedAt: UInt64) -> ByteBuffer? {
    let (seconds, nanoseconds) = WallClock.read()
    let now = UInt64(seconds) * 1_000_000_000 + UInt64(nanoseconds)
    state.withLock { $0.delays.append(now > capturedAt ? now - capturedAt : 0) }
    _ = eventually { state.withLock { $0.isOpen } }
    return nil
  }
}
