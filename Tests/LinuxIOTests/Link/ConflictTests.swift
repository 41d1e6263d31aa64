import Addresses
import LinkLayer
import LinuxIO
import NIOCore
import TestSupport
import Testing

/// Foreign hosts on a real segment that use an address of ours: their kernels speak for themselves.
@Suite(
  "conflicts on a segment", .ownThread, .serialized,
  .enabled(if: Requirements.areMet, "\(Requirements.reason)"))
struct ConflictTests {
  private static let quick = ConflictDetector.Configuration(
    settleTime: .milliseconds(20), moveTime: .milliseconds(50))

  @Test("a host that has our address is found, named by its MAC address, and defended against")
  func defend() throws {
    try Segment.with { segment in
      let foreign = try #require(try segment.nodeB.interface().macAddress)
      try NodeAnnouncer.with(segment.nodeA, conflicts: Self.quick) { node in
        try node.take(owned4, owned6)
        #expect(try segment.client.resolves("192.0.2.10", to: node.mac))
        // Not by 'ip address add' alone: what matters is what the host says on the wire.
        try segment.nodeB.ip("addr add 192.0.2.10/24 dev eth0")
        try segment.nodeB.ip("addr add 2001:db8::10/64 dev eth0 nodad")
        try segment.nodeB.attempt("arping -U -c 1 -w 1 -I eth0 192.0.2.10")
        try segment.nodeB.attempt("ping -6 -c 1 -W 0.2 -I 2001:db8::10 2001:db8::99")
        let isFound = try eventually { try node { $0.conflicts.count } == 2 }
        #expect(isFound)
        for conflict in try node({ $0.conflicts }) {
          #expect(conflict.mac == foreign)
          #expect(conflict.claims >= 1 && conflict.defences == 1)
        }
        #expect(node.conflictEvents.contains(.defended(owned4)))
        #expect(node.conflictEvents.contains(.defended(owned6)))
        // The last word was ours.
        for address in ["192.0.2.10", "2001:db8::10"] {
          let isOurs = try eventually { try segment.client.neighbor(address).mac == node.mac }
          #expect(isOurs, "\(address)")
        }
      }
    }
  }

  @Test("the defence against three claims is one announcement")
  func defenceRate() throws {
    try Segment.with { segment in
      try NodeAnnouncer.with(
        segment.nodeA, schedule: .init(repeats: [], refresh: nil), conflicts: Self.quick
      ) { node in
        try node.take(owned4)
        usleepMilliseconds(100)
        try segment.nodeB.ip("addr add 192.0.2.10/24 dev eth0")
        try segment.nodeB.attempt("arping -A -c 3 -w 4 -I eth0 192.0.2.10")
        let isFound = try eventually { try node { $0.conflicts.first?.claims ?? 0 } == 3 }
        #expect(isFound)
        let statistics = try node.statistics
        #expect(statistics.conflicts.defences == 1)
        #expect(statistics.gratuitousSent == 2, "the first announcement and the defence")
      }
    }
  }

  @Test("under yield the other keeps the address, and it is taken back when the other is gone")
  func yield() throws {
    let configuration = ConflictDetector.Configuration(
      policy: .yield, settleTime: .milliseconds(20), moveTime: .milliseconds(50),
      yieldTime: .milliseconds(300))
    try Segment.with { segment in
      let foreign = try #require(try segment.nodeB.interface().macAddress)
      try NodeAnnouncer.with(segment.nodeA, conflicts: configuration) { node in
        try node.take(owned4, owned6)
        #expect(try segment.client.resolves("192.0.2.10", to: node.mac))
        try segment.nodeB.ip("addr add 192.0.2.10/24 dev eth0")
        try segment.nodeB.ip("addr add 2001:db8::10/64 dev eth0 nodad")
        let isYielded = try eventually {
          try segment.nodeB.attempt("arping -U -c 1 -w 1 -I eth0 192.0.2.10")
          try segment.nodeB.attempt("ping -6 -c 1 -W 0.2 -I 2001:db8::10 2001:db8::99")
          return node.conflictEvents.contains(.yielded(owned4, to: foreign))
            && node.conflictEvents.contains(.yielded(owned6, to: foreign))
        }
        #expect(isYielded)
        try segment.client.ip("neigh flush all")
        #expect(try segment.client.resolves("192.0.2.10", to: foreign))
        #expect(try segment.client.resolves("2001:db8::10", to: foreign))
        // Probes go on, and the other's kernel answers them.
        usleepMilliseconds(1500)
        #expect(!node.conflictEvents.contains(.resumed(owned4)))
        #expect(try node.statistics.responder[.yielded] > 0)

        try segment.nodeB.ip("addr del 192.0.2.10/24 dev eth0")
        try segment.nodeB.ip("addr del 2001:db8::10/64 dev eth0")
        let isBack = eventually(within: 10) {
          node.conflictEvents.contains(.resumed(owned4))
            && node.conflictEvents.contains(.resumed(owned6))
        }
        #expect(isBack)
        #expect(try segment.client.resolves("192.0.2.10", to: node.mac))
        #expect(try segment.client.resolves("2001:db8::10", to: node.mac))
      }
    }
  }

  @Test("an address that moves between two of us is no conflict, and a known speaker never is one")
  func moves() throws {
    try Segment.with { segment in
      try NodeAnnouncer.with(segment.nodeA) { old in
        try NodeAnnouncer.with(segment.nodeB) { new in
          try old.take(owned4, owned6)
          usleepMilliseconds(600)
          // The heir answers before the old owner stops.
          try new.take(owned4, owned6)
          usleepMilliseconds(50)
          try old.release(owned4, owned6)
          usleepMilliseconds(800)
          #expect(old.conflictEvents == [] && new.conflictEvents == [])
          #expect(try old.statistics.conflicts.defences == 0)
          #expect(try segment.client.resolves("192.0.2.10", to: new.mac))

          let mac = new.mac
          try old { $0.peers = [mac] }
          try old.take(owned4)
          usleepMilliseconds(600)
          try new { $0.announceAnew() }
          let isHeard = try eventually { try old.statistics.conflicts.ofPeers > 0 }
          #expect(isHeard)
          usleepMilliseconds(300)
          #expect(try old { $0.conflicts } == [])
        }
      }
    }
  }

  @Test("who checks for a duplicate is reported and gets nothing")
  func probes() throws {
    try Segment.with { segment in
      let foreign = try #require(try segment.nodeB.interface().macAddress)
      // A repeat would tell the other's kernel before it asks.
      try NodeAnnouncer.with(
        segment.nodeA, schedule: .init(repeats: [], refresh: nil), conflicts: Self.quick
      ) { node in
        try node.take(owned4, owned6)
        try segment.nodeB.attempt("arping -D -c 1 -w 1 -I eth0 192.0.2.10")
        try segment.nodeB.ip("addr add 2001:db8::10/64 dev eth0")
        let isFound = try eventually { try node { $0.conflicts.count } == 2 }
        let conflicts = try node { $0.conflicts }
        #expect(isFound, "\(conflicts)")
        for conflict in try node({ $0.conflicts }) {
          #expect(conflict.mac == foreign)
          #expect(conflict.probes >= 1 && conflict.claims == 0 && conflict.defences == 0)
        }
      }
    }
  }
}
