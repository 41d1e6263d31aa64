import Addresses
import LinkLayer
import LinuxIO
import NIOCore
import TestSupport
import Testing

@Suite(
  "leases on a segment", .ownThread, .serialized,
  .enabled(if: Requirements.areMet, "\(Requirements.reason)"))
struct LeaseTests {
  @Test("after the end of the lease nothing is answered or announced, and all is when it goes on")
  func node() throws {
    try Segment.with { segment in
      try NodeAnnouncer.with(segment.nodeA) { node in
        node.lease.setEnd(ReplyLease.now + .seconds(60))
        try node.take(owned4, owned6)
        #expect(try segment.client.resolves("192.0.2.10", to: node.mac))
        node.lease.setEnd(ReplyLease.now)
        let sent = try node.statistics.gratuitousSent
        try node { $0.announceAnew() }
        #expect(try node.statistics.gratuitousSent == sent)
        #expect(try segment.client.attempt("arping -c 1 -w 1 -I eth0 192.0.2.10").status == 1)
        let ndisc = try segment.client.attempt("ndisc6 -1 -r 1 -w 300 2001:db8::10 eth0")
        #expect(ndisc.status != 0)
        #expect(try node.statistics.responder[.leaseEnded] >= 2)

        node.lease.setEnd(nil)
        #expect(try segment.client.resolves("192.0.2.10", to: node.mac))
        #expect(try segment.client.resolves("2001:db8::10", to: node.mac))
      }
    }
  }

  @Test("a silenced address is neither answered nor announced while the tables still hold it")
  func silenced() throws {
    try Segment.with { segment in
      try NodeAnnouncer.with(segment.nodeA) { node in
        node.lease.setEnd(ReplyLease.now + .seconds(60))
        try node.take(owned4, owned6)
        #expect(try segment.client.resolves("192.0.2.10", to: node.mac))
        node.lease.silence(owned4)
        let sent = try node.statistics.gratuitousSent
        try node { $0.announceAnew() }
        #expect(try segment.client.attempt("arping -c 1 -w 1 -I eth0 192.0.2.10").status == 1)
        #expect(try node.statistics.responder[.leaseEnded] >= 1)
        #expect(try segment.client.resolves("2001:db8::10", to: node.mac))
        // The other address alone was announced.
        #expect(try node.statistics.gratuitousSent > sent)

        node.lease.allow(owned4)
        #expect(try segment.client.attempt("arping -c 2 -w 2 -f -I eth0 192.0.2.10").status == 0)
      }
    }
  }

  @Test("the clock of leases does not go back, and is not the wall clock")
  func clock() {
    let first = ReplyLease.now
    let second = ReplyLease.now
    #expect(second >= first)
    let lease = ReplyLease()
    #expect(lease.end == nil)
    lease.setEnd(first)
    #expect(lease.end == first)
  }
}
