import Addresses
import BFD
import Foundation
import LinuxIO
import NIOCore
import TestSupport
import Testing

/// From the kill to the event loop, where a thousand other tests run beside: far below any hold time.
/// `Benchmarks/bfd.py` measures how far below, with a limit of detect multiplier × interval and a fifth.
private let limit: TimeAmount = .seconds(1)

@Suite(
  "BFD with BIRD", .ownThread, .serialized,
  .enabled(if: Requirements.areMet, "\(Requirements.reason)"))
struct BirdTests {
  private static let fast = """
    interface "*" { min rx interval 50 ms; min tx interval 50 ms; multiplier 3; };
    """

  @Test(
    "comes up within 2 s, and its death is noticed in time",
    arguments: [("192.0.2.1", "192.0.2.2"), ("2001:db8::1", "2001:db8::2"), ("fe80::1", "fe80::2")])
  func singleHop(near: String, far: String) throws {
    try Link.with { link in
      let interface = try link.interface(of: link.near)
      let observer = try Observer(in: link.near)
      try Bird.with("\(Self.fast) neighbor \(near) dev \"eth0\";", in: link.far) { bird in
        #expect(try eventually { try bird.session(near) != nil })
        let start = NIODeadline.now()
        let id = try observer.add(far) {
          if far.hasPrefix("fe80") { $0.path.interface = interface }
        }
        #expect(try observer.reaches(.up, id))
        let up = try #require(observer.changes(of: id).first { $0.change.to == .up })
        print("BIRD \(far): up after \((up.heard - start).nanoseconds / 1_000_000) ms")
        #expect(
          try eventually {
            try bird.session(near).map { $0[2] == "Up" && $0[4] == "0.050" && $0[5] == "0.150" }
              ?? false
          }, "BIRD's view: state, interval and timeout")
        #expect(
          try eventually {
            try observer.status(of: id)?.session.detectionTime == .milliseconds(150)
          })

        let killed = NIODeadline.now()
        bird.daemon.kill()
        let failure = try #require(observer.failure(of: id, since: killed))
        print("BIRD \(far): down \((failure.heard - killed).nanoseconds / 1_000_000) ms after kill")
        #expect(failure.heard - killed <= limit)
        #expect(failure.change.diagnostic == .controlDetectionTimeExpired)
      }
    }
  }

  @Test("comes up over multihop") func multihop() throws {
    try Link.with { link in
      let observer = try Observer(in: link.near)
      let bfd = """
        multihop { min rx interval 50 ms; min tx interval 50 ms; multiplier 3; };
        neighbor 192.0.2.1 local 192.0.2.2 multihop yes;
        """
      try Bird.with(bfd, in: link.far) { bird in
        let id = try observer.add("192.0.2.2") {
          $0.path.local = IPAddress("192.0.2.1")
          // BIRD begins with the system's default, and not with 255.
          $0.path.hops = .multiple(minimumTimeToLive: 64)
        }
        #expect(try observer.reaches(.up, id, within: 4))
        #expect(try eventually { try bird.session("192.0.2.1")?[2] == "Up" })
        let killed = NIODeadline.now()
        bird.daemon.kill()
        let failure = try #require(observer.failure(of: id, since: killed))
        #expect(failure.heard - killed <= limit)
      }
    }
  }

  @Test(
    "comes up with the same key only",
    arguments: [
      (Authentication.Kind.keyedSHA1, "keyed sha1"),
      (.meticulousKeyedSHA1, "meticulous keyed sha1"),
    ])
  func authentication(kind: Authentication.Kind, name: String) throws {
    try Link.with { link in
      let observer = try Observer(in: link.near)
      let bfd = """
        interface "eth0" {
          min rx interval 50 ms; min tx interval 50 ms; multiplier 3;
          authentication \(name); password "a secret" { id 7; };
        };
        neighbor 192.0.2.1 dev "eth0";
        """
      try Bird.with(bfd, in: link.far) { bird in
        let wrong = try observer.add("192.0.2.2") {
          $0.authentication = Authentication(kind: kind, keyID: 7, key: Array("other".utf8))
        }
        #expect(
          try eventually {
            try observer.status(of: wrong)?.session.statistics.dropped[.authenticationDigest] ?? 0
              > 0
          })
        #expect(try observer.status(of: wrong)?.session.state == .down)
        observer.speaker.remove(wrong)
        let id = try observer.add("192.0.2.2") {
          $0.authentication = Authentication(kind: kind, keyID: 7, key: Array("a secret".utf8))
        }
        #expect(try observer.reaches(.up, id, within: 4))
        #expect(try eventually { try bird.session("192.0.2.1")?[2] == "Up" })
        #expect(try observer.status(of: id)?.session.statistics.failures == 0)
      }
    }
  }

  @Test("agrees on changed intervals, and takes our end for no failure") func changes() throws {
    try Link.with { link in
      let observer = try Observer(in: link.near)
      try Bird.with("\(Self.fast) neighbor 192.0.2.1 dev \"eth0\";", in: link.far) { bird in
        let id = try observer.add("192.0.2.2")
        #expect(try observer.reaches(.up, id, within: 4))
        try observer.speaker.change(
          id,
          to: Session.Parameters(
            desiredMinTxInterval: .milliseconds(200), requiredMinRxInterval: .milliseconds(100),
            detectMultiplier: 4))
        #expect(
          try eventually {
            try bird.session("192.0.2.1").map { $0[4] == "0.100" && $0[5] == "0.800" } ?? false
          }, "BIRD's interval to us, and its timeout for us")
        #expect(try observer.status(of: id)?.session.statistics.failures == 0)
        observer.speaker.remove(id)
        #expect(try eventually { try bird.session("192.0.2.1")?[2] == "Down" })
        #expect(try eventually { try observer.status().sessions.isEmpty })
      }
    }
  }
}

@Suite(
  "BFD with FRR", .ownThread, .serialized,
  .enabled(if: Requirements.haveFRR, "\(Requirements.reasonForFRR)"))
struct FRRTests {
  private func peer(_ address: String, _ more: String = "") -> String {
    """
     peer \(address) interface eth0\(more)
      detect-multiplier 3
      receive-interval 50
      transmit-interval 50
     exit
    """
  }

  @Test(
    "comes up within 2 s, and its death is noticed in time",
    arguments: [
      ("192.0.2.1", "192.0.2.2", ""), ("2001:db8::1", "2001:db8::2", ""),
      ("fe80::1", "fe80::2", " local-address fe80::2"),
    ])
  func singleHop(near: String, far: String, more: String) throws {
    try Link.with { link in
      let interface = try link.interface(of: link.near)
      let observer = try Observer(in: link.near)
      // FRR wants the local address before the interface.
      let line =
        more.isEmpty
        ? peer(near) : peer(near).replacing(" interface", with: "\(more) interface")
      try FRR.with(line, in: link.far) { frr in
        #expect(try eventually(within: 10) { try frr.peer(near) != nil })
        let start = NIODeadline.now()
        let id = try observer.add(far) {
          if far.hasPrefix("fe80") { $0.path.interface = interface }
        }
        #expect(try observer.reaches(.up, id))
        let up = try #require(observer.changes(of: id).first { $0.change.to == .up })
        print("FRR \(far): up after \((up.heard - start).nanoseconds / 1_000_000) ms")
        #expect(try eventually { try frr.peer(near)?["status"] as? String == "up" })
        #expect(
          try eventually {
            try observer.status(of: id)?.session.detectionTime == .milliseconds(150)
          })

        let killed = NIODeadline.now()
        frr.bfdd.kill()
        let failure = try #require(observer.failure(of: id, since: killed))
        print("FRR \(far): down \((failure.heard - killed).nanoseconds / 1_000_000) ms after kill")
        #expect(failure.heard - killed <= limit)
        #expect(failure.change.diagnostic == .controlDetectionTimeExpired)
      }
    }
  }

  @Test("comes up over multihop") func multihop() throws {
    try Link.with { link in
      let observer = try Observer(in: link.near)
      let lines = peer("192.0.2.1").replacing(
        "interface eth0", with: "multihop local-address 192.0.2.2")
      try FRR.with(lines, in: link.far) { frr in
        let id = try observer.add("192.0.2.2") {
          $0.path.local = IPAddress("192.0.2.1")
          $0.path.hops = .multiple(minimumTimeToLive: 255)
        }
        #expect(try observer.reaches(.up, id, within: 10))
        let killed = NIODeadline.now()
        frr.bfdd.kill()
        let failure = try #require(observer.failure(of: id, since: killed))
        #expect(failure.heard - killed <= limit)
      }
    }
  }

  @Test(
    "keeps its echo function up: over IPv4 the kernel sends the packets back, over IPv6 we do",
    arguments: [("192.0.2.1", "192.0.2.2"), ("2001:db8::1", "2001:db8::2")])
  func echo(near: String, far: String) throws {
    try Link.with { link in
      try run("ip netns exec \(link.near.name) sysctl -qw net.ipv4.ip_forward=1")
      let observer = try Observer(in: link.near)
      let lines = peer(near).replacing(
        " exit", with: "  echo-mode\n  echo transmit-interval 50\n exit")
      try FRR.with(lines, in: link.far) { frr in
        let id = try observer.add(far) {
          $0.parameters.requiredMinEchoRxInterval = .milliseconds(50)
        }
        #expect(try observer.reaches(.up, id, within: 10))
        #expect(try eventually { try frr.peer(near)?["echo-transmit-interval"] as? Int == 50 })
        // Without echoes FRR would end the session after 150 ms.
        usleep(1_000_000)
        #expect(try observer.status(of: id)?.session.statistics.failures == 0)
        let reflected = try observer.status().echoesReflected
        #expect(far.contains(":") ? reflected > 10 : reflected == 0)
      }
    }
  }

  @Test("a change on its side is agreed on by its poll sequence, and its shutdown is no failure")
  func changes() throws {
    try Link.with { link in
      let observer = try Observer(in: link.near)
      try FRR.with(peer("192.0.2.1"), in: link.far) { frr in
        let id = try observer.add("192.0.2.2")
        #expect(try observer.reaches(.up, id, within: 10))
        let lines = ["configure terminal", "bfd", "peer 192.0.2.1 interface eth0"]
        try frr.vtysh(lines + ["transmit-interval 200", "detect-multiplier 5"])
        #expect(
          try eventually {
            try observer.status(of: id)?.session.detectionTime == .seconds(1)
          })
        #expect(try observer.status(of: id)?.session.statistics.failures == 0)

        try frr.vtysh(lines + ["shutdown"])
        #expect(try observer.reaches(.down, id))
        let change = try #require(observer.changes(of: id).last?.change)
        #expect(change.remoteState == .adminDown)
        #expect(!change.isFailure)
        try frr.vtysh(lines + ["no shutdown"])
        #expect(try observer.reaches(.up, id, within: 5))
      }
    }
  }

  @Test("hears our end as an administrative one") func ourEnd() throws {
    try Link.with { link in
      let observer = try Observer(in: link.near)
      try FRR.with(peer("192.0.2.1"), in: link.far) { frr in
        let id = try observer.add("192.0.2.2")
        #expect(try observer.reaches(.up, id, within: 10))
        try observer.shutDown()
        #expect(try eventually { try frr.peer("192.0.2.1")?["status"] as? String == "down" })
        let diagnostic = try frr.peer("192.0.2.1")?["remote-diagnostic"] as? String
        #expect(diagnostic == "administratively down")
      }
    }
  }
}
