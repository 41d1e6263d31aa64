import Addresses
import Election
import LinkLayer
import LinuxIO
import NIOCore
import NIOPosix
import TestSupport
import Testing

/// What the kernel of a client on the same segment comes to believe.
@Suite(
  "announcing on a segment", .ownThread, .serialized,
  .enabled(if: Requirements.areMet, "\(Requirements.reason)"))
struct LinkAnnouncerTests {
  @Test("a client resolves owned addresses of both families to our MAC address, and no others")
  func resolution() throws {
    try Segment.with { segment in
      try NodeAnnouncer.with(segment.nodeA) { node in
        try node.take(owned4, owned6)
        #expect(try segment.client.resolves("192.0.2.10", to: node.mac))
        #expect(try segment.client.resolves("2001:db8::10", to: node.mac))

        let arping = try segment.client.attempt("arping -c 2 -w 2 -f -I eth0 192.0.2.10")
        #expect(arping.status == 0, "\(arping.output)")
        let foreign = try segment.client.attempt("arping -c 1 -w 1 -I eth0 192.0.2.11")
        #expect(foreign.status == 1, "\(foreign.output)")
        let ndisc = try segment.client.attempt("ndisc6 -1 -r 2 -w 1000 2001:db8::10 eth0")
        #expect(ndisc.status == 0, "\(ndisc.output)")
        let foreign6 = try segment.client.attempt("ndisc6 -1 -r 1 -w 500 2001:db8:0:0:1::10 eth0")
        #expect(foreign6.status != 0, "\(foreign6.output)")

        let statistics = try node.statistics
        #expect(statistics.responder.replies >= 4)
        // The kernel kept the questions for other addresses away, but for the one that ends as ours.
        #expect(statistics.responder[.notOwned] == 1)
        #expect(statistics.sendFailures == 0)
        #expect(node.problems == [])
      }
    }
  }

  @Test("a released address is answered no more; others are")
  func release() throws {
    try Segment.with { segment in
      try NodeAnnouncer.with(segment.nodeA) { node in
        try node.take(owned4, owned6)
        #expect(try segment.client.attempt("arping -c 2 -w 2 -f -I eth0 192.0.2.10").status == 0)
        try node.release(owned4)
        #expect(try segment.client.attempt("arping -c 1 -w 1 -I eth0 192.0.2.10").status == 1)
        #expect(try segment.client.resolves("2001:db8::10", to: node.mac))

        try node.take(owned4)
        try node.release(owned6)
        #expect(try segment.client.attempt("arping -c 2 -w 2 -f -I eth0 192.0.2.10").status == 0)
        let ndisc = try segment.client.attempt("ndisc6 -1 -r 1 -w 500 2001:db8::10 eth0")
        #expect(ndisc.status != 0, "\(ndisc.output)")
        #expect(try node { $0.owned.sorted } == [owned4])
      }
    }
  }

  @Test("a client whose entry leads to the old owner follows the new one")
  func takeOver() throws {
    try Segment.with { segment in
      try NodeAnnouncer.with(segment.nodeA) { old in
        try NodeAnnouncer.with(segment.nodeB) { new in
          try old.take(owned4, owned6)
          #expect(try segment.client.resolves("192.0.2.10", to: old.mac))
          #expect(try segment.client.resolves("2001:db8::10", to: old.mac))
          try old.release(owned4, owned6)
          try new.take(owned4, owned6)
          for address in ["192.0.2.10", "2001:db8::10"] {
            // Nothing is sent to the address here: the gratuitous packet alone moves the entry.
            let follows = try eventually { try segment.client.neighbor(address).mac == new.mac }
            #expect(follows, "\(address)")
          }
        }
      }
    }
  }

  @Test("unicast probes of the client's neighbour unreachability detection are answered")
  func unreachabilityDetection() throws {
    try Segment.with { segment in
      try NodeAnnouncer.with(segment.nodeA) { node in
        try node.take(owned4, owned6)
        for address in ["192.0.2.10", "2001:db8::10"] {
          let probe = "neigh replace \(address) lladdr \(node.mac) dev eth0 nud probe"
          try segment.client.ip(probe)
          let isReachable = try eventually {
            let state = try segment.client.neighbor(address).state
            // After three probes, of a second each, that a busy machine let pass.
            if state == "FAILED" { try segment.client.ip(probe) }
            return state == "REACHABLE"
          }
          #expect(isReachable, "\(address)")
          #expect(try segment.client.neighbor(address).mac == node.mac)
        }
      }
    }
  }

  @Test("whoever checks for a duplicate before using our address finds one")
  func duplicateDetection() throws {
    try Segment.with { segment in
      try NodeAnnouncer.with(segment.nodeA) { node in
        try node.take(owned4, owned6)
        let arping = try segment.client.attempt("arping -D -c 2 -w 2 -I eth0 192.0.2.10")
        #expect(arping.status == 1, "\(arping.output)")
        #expect(arping.output.uppercased().contains("\(node.mac)".uppercased()))

        try segment.client.ip("addr add 2001:db8::10/64 dev eth0")
        let isRefused = try eventually {
          try segment.client.ip("addr show dev eth0").contains("dadfailed")
        }
        #expect(isRefused)
      }
    }
  }

  @Test("with another MAC address everything is announced anew")
  func macChange() throws {
    try Segment.with { segment in
      try NodeAnnouncer.with(segment.nodeA) { node in
        try node.take(owned4, owned6)
        #expect(try segment.client.resolves("192.0.2.10", to: node.mac))
        #expect(try segment.client.resolves("2001:db8::10", to: node.mac))
        try segment.nodeA.ip("link set eth0 address 02:00:00:00:00:77")
        let changed = try segment.nodeA.interface()
        try node { $0.interfaceChanged(to: changed) }
        for address in ["192.0.2.10", "2001:db8::10"] {
          let follows = try eventually {
            try segment.client.neighbor(address).mac == MACAddress("02:00:00:00:00:77")
          }
          #expect(follows, "\(address)")
        }
      }
    }
  }

  @Test("an interface that was down for a while is answered on again")
  func linkDownAndUp() throws {
    try Segment.with { segment in
      try NodeAnnouncer.with(segment.nodeA) { node in
        try node.take(owned4)
        try segment.nodeA.ip("link set eth0 down")
        try segment.nodeA.ip("link set eth0 up")
        #expect(try segment.client.resolves("192.0.2.10", to: node.mac))
        #expect(node.problems == [])
      }
    }
  }

  @Test("a removed interface is told once, and nothing else breaks")
  func interfaceRemoved() throws {
    try Segment.with { segment in
      try NodeAnnouncer.with(segment.nodeA) { node in
        try node.take(owned4)
        try segment.nodeA.ip("link del eth0")
        let isTold = eventually { !node.problems.isEmpty }
        #expect(isTold)
        #expect(node.problems == [.captureEnded(.noSuchInterface("eth0"))])
        try node.take(owned6)
      }
    }
  }

  @Test("all gratuitous packets of the schedule reach the segment")
  func gratuitous() throws {
    try Segment.with { segment in
      let seen = FrameLog()
      let capture = try segment.client.run {
        try PacketSocket(
          interface: "eth0", filter: "arp or (ip6[6] = 58 and ip6[40] = 136)",
          onFailure: { Issue.record("\($0)") },
          handler: { seen.append($0) })
      }
      defer { capture.close() }
      let schedule = GratuitousSchedule.Configuration(
        repeats: [.milliseconds(20), .milliseconds(40)])
      try NodeAnnouncer.with(segment.nodeA, schedule: schedule) { node in
        try node.take(owned4, owned6)
        let mac = node.mac
        let expected = [owned4, owned6].flatMap { GratuitousFrames.frames(for: $0, from: mac) }
        let isComplete = eventually {
          let frames = seen.frames
          return expected.allSatisfy { frame in frames.count { $0 == frame } == 3 }
        }
        #expect(isComplete, "\(seen.frames.count) frames were seen")
        #expect(try node.statistics.gratuitousSent == 6)
      }
    }
  }

  @Test("what another speaker says comes in whole, up to the longest packet")
  func speakerFrames() throws {
    try Segment.with { segment in
      try NodeAnnouncer.with(segment.nodeA) { near in
        try NodeAnnouncer.with(segment.nodeB) { far in
          // To the first frame after it is set, libpcap applies a filter itself: one may be lost.
          let isHeard = try eventually {
            try far { $0.broadcast(ByteBuffer(bytes: [0])) }
            return !near.heard.isEmpty
          }
          #expect(isHeard)
          let expected = [2, 496, 497, PeerChannel.longest].map { length in
            SpeakerFrame(
              source: far.mac,
              payload: ByteBuffer(bytes: (0..<length).map { UInt8(truncatingIfNeeded: $0) }))
          }
          for frame in expected { try far { $0.broadcast(frame.payload) } }
          #expect(eventually { near.heard.last == expected.last })
          #expect(near.heard.filter { $0.payload.readableBytes > 1 } == expected)
          #expect(try far.statistics.sendFailures == 0)
        }
      }
    }
  }

  @Test("an interface without a MAC address is refused")
  func notEthernet() throws {
    let namespace = try Namespace("x")
    defer { namespace.remove() }
    try namespace.ip("tuntap add tun0 mode tun")
    let interface = try namespace.interface("tun0")
    #expect(interface.macAddress == nil)
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    #expect(throws: PacketSocketError.notEthernet(interface: "tun0")) {
      try loop.submit {
        try LinkAnnouncer(
          interface: interface, eventLoop: loop, callbacks: .init(onProblem: { _ in })
        ).close()
      }.wait()
    }
  }
}
