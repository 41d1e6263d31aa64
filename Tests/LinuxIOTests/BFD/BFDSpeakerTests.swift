import Addresses
import BFD
import Foundation
import LinuxIO
import NIOCore
import TestSupport
import Testing

@Suite(
  "BFD speakers on a link", .ownThread, .serialized,
  .enabled(if: Requirements.areMet, "\(Requirements.reason)")
)
struct BFDSpeakerTests {
  @Test(
    "two speakers come up",
    arguments: [
      ("192.0.2.", false, Path.Hops.single), ("2001:db8::", false, .single),
      ("fe80::", true, .single), ("192.0.2.", true, .single),
      ("192.0.2.", false, .multiple(minimumTimeToLive: 255)),
      ("2001:db8::", false, .multiple(minimumTimeToLive: 250)),
    ])
  func up(network: String, onInterface: Bool, hops: Path.Hops) throws {
    try Link.with { link in
      let near = try Observer(in: link.near)
      let far = try Observer(in: link.far)
      let interfaces = try (link.interface(of: link.near), link.interface(of: link.far))
      let first = try near.add("\(network)2") {
        $0.path.hops = hops
        $0.path.interface = onInterface ? interfaces.0 : nil
      }
      let second = try far.add("\(network)1") {
        $0.path.hops = hops
        $0.path.interface = onInterface ? interfaces.1 : nil
        $0.path.local = IPAddress("\(network)2")
      }
      #expect(try near.reaches(.up, first))
      #expect(try far.reaches(.up, second))
      #expect(
        try eventually {
          try near.status(of: first)?.session.transmitInterval == .milliseconds(50)
        })
      let entry = try #require(try near.status(of: first))
      #expect(entry.sendFailures == 0, "\(entry.lastSendError?.description ?? "")")
      #expect(entry.session.detectionTime == .milliseconds(150))
      try near.shutDown()
      #expect(try far.reaches(.down, second))
      #expect(far.changes(of: second).allSatisfy { !$0.change.isFailure })
      #expect(far.changes(of: second).last?.change.remoteState == .adminDown)
    }
  }

  @Test("packets have the TTL, the mark and the ports that the RFC asks for")
  func onTheWire() throws {
    try Link.with { link in
      let near = try Observer(in: link.near)
      _ = try near.add("192.0.2.2")
      _ = try near.add("2001:db8::2")
      let capture = "ip netns exec \(link.far.name) tcpdump -nvp -i eth0 -c 8 udp dst port 3784"
      let text = try run("timeout 20 \(capture)")
      let ports = Set(
        text.matches(of: /([0-9a-f.:]+)\.(\d+) > [0-9a-f.:]+\.3784/).map { "\($0.1) \($0.2)" })
      #expect(ports.count == 2, "one source port for each session: \(ports)")
      for port in ports {
        let number = try #require(port.split(separator: " ").last.flatMap { UInt16($0) })
        #expect(number >= 49152)
      }
      #expect(text.contains("tos 0xc0, ttl 255"))
      #expect(text.contains("class 0xc0"))
      #expect(text.contains("hlim 255"))
    }
  }

  @Test("a change of the intervals is agreed on without a loss") func change() throws {
    try Link.with { link in
      let near = try Observer(in: link.near)
      let far = try Observer(in: link.far)
      let first = try near.add("192.0.2.2")
      let second = try far.add("192.0.2.1")
      #expect(try near.reaches(.up, first))
      var parameters = Session.Parameters(
        desiredMinTxInterval: .milliseconds(200), requiredMinRxInterval: .milliseconds(100),
        detectMultiplier: 5)
      try near.speaker.change(first, to: parameters)
      #expect(
        try eventually {
          try far.status(of: second)?.session.detectionTime == .seconds(1)
            && near.status(of: first)?.session.transmitInterval == .milliseconds(200)
        })
      #expect(try near.status(of: first)?.session.statistics.failures == 0)
      parameters.detectMultiplier = 0
      #expect(throws: ConfigurationError.detectMultiplier) {
        try near.speaker.change(first, to: parameters)
      }
    }
  }

  @Test("a cable that is pulled is a failure on both sides") func cable() throws {
    try Link.with { link in
      let near = try Observer(in: link.near)
      let far = try Observer(in: link.far)
      let first = try near.add("192.0.2.2")
      let second = try far.add("192.0.2.1")
      #expect(try near.reaches(.up, first))
      #expect(try far.reaches(.up, second))
      let cut = NIODeadline.now()
      try link.near.ip("link set eth0 down")
      #expect(near.failure(of: first, since: cut) != nil)
      #expect(far.failure(of: second, since: cut) != nil)
      #expect(try eventually { try near.status(of: first)?.sendFailures ?? 0 > 0 })
      let error = try #require(try near.status(of: first)?.lastSendError)
      #expect(error.code == ENETUNREACH, "\(error)")
      try link.near.ip("link set eth0 up")
      #expect(try near.reaches(.up, first, within: 5))
    }
  }

  @Test("disabling a session is no failure, and it comes back") func disable() throws {
    try Link.with { link in
      let near = try Observer(in: link.near)
      let far = try Observer(in: link.far)
      let first = try near.add("2001:db8::2")
      let second = try far.add("2001:db8::1")
      #expect(try far.reaches(.up, second))
      near.speaker.setEnabled(false, first)
      #expect(try far.reaches(.down, second))
      near.speaker.setEnabled(true, first)
      #expect(try far.reaches(.up, second, within: 3))
      #expect(try far.status(of: second)?.session.statistics.failures == 0)
    }
  }

  @Test("a session that was removed may be added again at once") func addAgain() throws {
    try Link.with { link in
      let near = try Observer(in: link.near)
      let far = try Observer(in: link.far)
      let first = try near.add("192.0.2.2")
      let second = try far.add("192.0.2.1")
      #expect(try near.reaches(.up, first))
      #expect(throws: ConfigurationError.self) { try near.add("192.0.2.2") }
      near.speaker.remove(first)
      let third = try near.add("192.0.2.2")
      #expect(try near.reaches(.up, third, within: 3))
      #expect(try far.reaches(.up, second))
      #expect(try near.status().sessions.map(\.id) == [third])
    }
  }

  @Test("a neighbour's echo is sent back with one hop less, a stranger's is not") func echo() throws
  {
    try Link.with { link in
      let near = try Observer(in: link.near)
      let far = try Observer(in: link.far)
      let first = try near.add("192.0.2.2") {
        $0.parameters.requiredMinEchoRxInterval = .milliseconds(50)
      }
      _ = try far.add("192.0.2.1")
      #expect(try near.reaches(.up, first))
      try link.far.ip("addr add 192.0.2.3/24 dev eth0")
      for (source, isReflected) in [("192.0.2.2", true), ("192.0.2.3", false)] {
        let reply = try link.far.run { try echoReply(from: source, to: "192.0.2.1") }
        #expect((reply == "bellman echo ttl 254") == isReflected)
      }
      #expect(try near.status().echoesReflected == 1)
    }
  }

  @Test("a second speaker on a host is told why it cannot be") func second() throws {
    try Link.with { link in
      let near = try Observer(in: link.near)
      #expect(try near.status().sessions.isEmpty)
      let error = #expect(throws: LinuxError.self) { try link.near.run { try BFDSpeaker() } }
      #expect(error?.code == EADDRINUSE)
      #expect(error?.remedy?.contains("another BFD speaker") == true)
    }
  }

  @Test("a speaker that is closed frees its ports and answers no more") func closed() throws {
    try Link.with { link in
      let near = try Observer(in: link.near)
      _ = try near.add("192.0.2.2")
      near.speaker.close()
      #expect(throws: BFDSpeakerClosed()) { try near.status() }
      try near.shutDown()
      let again = try Observer(in: link.near)
      try again.shutDown()
      try again.shutDown()
    }
  }
}
