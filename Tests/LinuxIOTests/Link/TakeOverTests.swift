import Addresses
import Foundation
import LinkLayer
import LinuxIO
import NIOCore
import TestSupport
import Testing

/// How fast the neighbour table of a client's kernel follows the owner, in every state that an entry can
/// be in when the address moves.
@Suite(
  "neighbour tables after a take-over", .ownThread, .serialized,
  .enabled(if: Requirements.areMet, "\(Requirements.reason)"))
struct TakeOverTests {
  static let states = ["stale", "delay", "probe", "reachable"]

  @Test(
    "an entry follows the new owner within 100 ms", arguments: states,
    ["192.0.2.10", "2001:db8::10"])
  func follows(state: String, address: String) throws {
    let owned = try #require(IPAddress(address))
    try Segment.with { segment in
      let monitor = try NeighborMonitor(segment.client)
      defer { monitor.close() }
      try NodeAnnouncer.with(segment.nodeA) { old in
        try NodeAnnouncer.with(segment.nodeB) { new in
          try old.take(owned)
          #expect(try segment.client.resolves(address, to: old.mac))
          try segment.client.ip("neigh replace \(address) lladdr \(old.mac) dev eth0 nud \(state)")
          let start = Date().timeIntervalSince1970
          try new.take(owned)
          try old.release(owned)
          let follows = eventually {
            monitor.changes.contains {
              $0.time >= start && $0.address == owned && $0.mac == new.mac
            }
          }
          #expect(follows)
          let change = try #require(
            monitor.changes.first {
              $0.time >= start && $0.address == owned && $0.mac == new.mac
            })
          let delay = change.time - start
          #expect(delay < 0.1, "\(state) \(address): \(delay * 1000) ms")
          // For a moment the old owner answers too: a probe that it had got by then leads back to it, and
          // the next announcement to the new one.
          let stays = eventually { (try? segment.client.neighbor(address).mac) == new.mac }
          #expect(stays)
        }
      }
    }
  }

  /// The old owner dies without a word: the client's unicast probes go nowhere until the announcement.
  @Test(
    "an entry whose unicast probes go unanswered follows",
    arguments: ["192.0.2.10", "2001:db8::10"])
  func deadOwner(address: String) throws {
    let owned = try #require(IPAddress(address))
    try Segment.with { segment in
      let monitor = try NeighborMonitor(segment.client)
      defer { monitor.close() }
      try NodeAnnouncer.with(segment.nodeB) { new in
        let dead = MACAddress(rawValue: 0x0200_0000_00DE)
        try segment.client.ip("neigh replace \(address) lladdr \(dead) dev eth0 nud probe")
        usleepMilliseconds(300)
        let start = Date().timeIntervalSince1970
        try new.take(owned)
        let follows = eventually {
          monitor.changes.contains { $0.address == owned && $0.mac == new.mac }
        }
        #expect(follows)
        let change = try #require(
          monitor.changes.first { $0.address == owned && $0.mac == new.mac })
        #expect(change.time - start < 0.1, "\(address): \((change.time - start) * 1000) ms")
      }
    }
  }

  @Test("of 5000 addresses no interface is flooded, and each is answered for at once")
  func many() throws {
    try Segment.with { segment in
      let seen = FrameLog()
      let capture = try segment.client.run {
        try PacketSocket(
          interface: "eth0", filter: "arp", onFailure: { Issue.record("\($0)") },
          handler: { seen.append($0) })
      }
      defer { capture.close() }
      try NodeAnnouncer.with(segment.nodeA) { node in
        let addresses = (0..<5000).map { IPAddress.v4(IPv4Address(rawValue: 0xC633_6400 + $0)) }
        let before = seen.frames.count
        let start = NIODeadline.now()
        try node.take(addresses)
        #expect(
          try segment.client.attempt("arping -c 2 -w 2 -f -I eth0 198.51.119.135").status == 0)
        usleepMilliseconds(1000)
        let count = seen.frames.count - before
        let seconds = Double((NIODeadline.now() - start).nanoseconds) / 1e9
        #expect(count > 1500)
        #expect(Double(count) < 400 + 2000 * seconds + 10, "\(count) frames in \(seconds) s")
      }
    }
  }
}
