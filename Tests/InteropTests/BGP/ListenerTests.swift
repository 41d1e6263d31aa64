import Addresses
import Foundation
import Lab
import LinuxIO
import NIOCore
import Status
import Testing

extension InteropTests {
  /// Connections that peers open.
  @Suite struct Listener {
    /// A peer that only waits for us to wait.
    private static let passive = Peer(
      spec: ["peerAddress: 192.0.2.1", "dualStackAddressFamily: true"],
      options: ["passive": "true"])

    @Test func aPassiveSessionIsOpenedByThePeer() async throws {
      try await Cable.with { cable in
        try cable.write(peers: [Self.passive])
        let bird = try await CableBird(CableBird.bgp(), on: cable)
        let speaker = try await cable.speaker(["--bgp-listen", "0.0.0.0"])
        try await speaker.waitForSession()
        try await eventually("BIRD has both routes") { try await bird.hasBothRoutes() }
        let status = try await speaker.status()
        #expect(status.listeners == [ListenerStatus(address: "0.0.0.0:179", accepted: 1)])
        #expect(status.problems == [])
        // Never dialled: the peer's end of the connection is not the port of BGP.
        let sockets = try await Command.run(["ss", "-Htn", "state", "established"], in: cable.node)
        #expect(sockets.contains("192.0.2.2:179"))
        #expect(!sockets.contains("192.0.2.1:179"))

        await bird.process.stop(by: .kill)
        try await eventually("the session is lost") { await speaker.peer()?.state == .active }
        let again = try await CableBird(CableBird.bgp(), on: cable)
        try await speaker.waitForSession()
        try await eventually("BIRD has both routes again") { try await again.hasBothRoutes() }
      }
    }

    @Test(
      "a peer over either family reaches a listener on [::]",
      arguments: [
        (peer: "192.0.2.1", node: "192.0.2.2", password: String?.none),
        ("192.0.2.1", "192.0.2.2", "secret"), ("2001:db8::1", "2001:db8::2", nil),
        ("2001:db8::1", "2001:db8::2", "secret"),
      ])
    func bothFamilies(peer: String, node: String, password: String?) async throws {
      try await Cable.with { cable in
        var configured = Self.passive
        configured.spec = ["peerAddress: \"\(peer)\"", "dualStackAddressFamily: true"]
        if let password { configured.spec.append("password: \(password)") }
        try cable.write(peers: [configured])
        let bird = try await CableBird(
          CableBird.bgp(
            neighbor: node, options: password.map { ["password \"\($0)\";"] } ?? []), on: cable)
        let speaker = try await cable.speaker(["--bgp-listen", "[::]"])
        try await speaker.waitForSession()
        try await eventually("BIRD has both routes") { try await bird.hasBothRoutes() }
      }
    }

    @Test func whereBothDialOneConnectionStays() async throws {
      try await Cable.with { cable in
        var peer = Self.passive
        peer.options = [:]
        try cable.write(peers: [peer])
        let speaker = try await cable.speaker(["--bgp-listen", "192.0.2.2"])
        for round in 0..<4 {
          // Both sides dial about a second after BIRD's death.
          let bird = try await CableBird(CableBird.bgp(), on: cable)
          try await speaker.waitForSession()
          try await eventually("BIRD has both routes") { try await bird.hasBothRoutes() }
          try await eventually("one connection stays") {
            try await Command.run(["ss", "-Htn", "state", "established"], in: cable.node)
              .split(separator: "\n").count == 1
          }
          #expect(await speaker.peer()?.flaps == UInt64(round))
          await bird.process.stop(by: .kill)
          try await eventually("the session is lost") {
            await speaker.peer()?.state != .established
          }
        }
      }
    }

    @Test func aStrangerIsClosedAtOnceAndCounted() async throws {
      try await Cable.with { cable in
        try cable.write(peers: [Self.passive])
        try await cable.ip(cable.router, "addr add 192.0.2.9/24 dev eth0")
        let speaker = try await cable.speaker(["--bgp-listen", "192.0.2.2:1179"])
        try await eventually("the peer is known") { await speaker.peer() != nil }
        for _ in 0..<20 {
          // curl says nothing before the end of the connection when it is told to wait for it.
          let answer = try await Command.output(
            [
              "curl", "-sS", "--max-time", "5", "--interface", "192.0.2.9",
              "telnet://192.0.2.2:1179",
            ], in: cable.router)
          #expect(answer.output.isEmpty, "no OPEN is sent to a stranger")
          #expect(answer.status != 28, "it is not kept waiting")
        }
        let listener = try #require(try await speaker.status().listeners?.first)
        #expect(listener.accepted == 0)
        #expect(listener.refused == ["notConfigured": 20])
        #expect(await speaker.process.exitStatus == nil)
      }
    }

    @Test func onePeerHasFewConnectionsAtOnce() async throws {
      try await Cable.with { cable in
        try cable.write(peers: [Self.passive])
        let speaker = try await cable.speaker(["--bgp-listen", "0.0.0.0"])
        try await eventually("the peer is known") { await speaker.peer() != nil }
        var clients: [ChildProcess] = []
        for number in 0..<30 {
          clients.append(
            try await ChildProcess(
              name: "curl", ["curl", "-sS", "--max-time", "20", "telnet://192.0.2.2:179"],
              in: cable.router, logPath: "\(cable.folder)/curl\(number).log"))
        }
        try await eventually("most are refused") {
          try await speaker.status().listeners?.first?.refused["tooMany"] ?? 0 > 0
        }
        try await eventually("one is left, which gets an OPEN") {
          try await Command.run(["ss", "-Htn", "state", "established"], in: cable.node)
            .split(separator: "\n").count == 1
        }
        #expect(await speaker.peer()?.state == .openSent)
        for client in clients { await client.stop(by: .kill) }
      }
    }

    @Test(
      "TTL security", arguments: [(ttl: 255, hops: 1, isUp: true), (64, 1, false), (254, 2, true)],
      ["0.0.0.0", "[::]"])
    func timeToLive(_ row: (ttl: Int, hops: Int, isUp: Bool), listener: String) async throws {
      try await Cable.with { cable in
        var peer = Self.passive
        peer.options["ttl-security"] = "\(row.hops)"
        try cable.write(peers: [peer])
        // BIRD sends with this TTL whatever the link is; with 255 it also demands it of us.
        let options = row.ttl == 255 ? ["ttl security on;"] : ["multihop \(row.ttl);"]
        _ = try await CableBird(CableBird.bgp(options: options), on: cable)
        let speaker = try await cable.speaker(["--bgp-listen", listener])
        if row.isUp {
          try await speaker.waitForSession()
        } else {
          try await eventually("the peer is known") { await speaker.peer() != nil }
          try await Task.sleep(for: .seconds(5))
          #expect(await speaker.peer()?.state == .active)
          #expect(try await speaker.status().listeners?.first?.accepted == 0)
        }
      }
    }

    @Test(
      "an unsigned or wrongly signed connection is not taken", arguments: ["", "password \"no\";"])
    func wrongPassword(option: String) async throws {
      try await Cable.with { cable in
        var peer = Self.passive
        peer.spec.append("password: secret")
        try cable.write(peers: [peer])
        _ = try await CableBird(CableBird.bgp(options: [option]), on: cable)
        let speaker = try await cable.speaker(["--bgp-listen", "0.0.0.0"])
        try await eventually("the peer is known") { await speaker.peer() != nil }
        try await Task.sleep(for: .seconds(4))
        #expect(await speaker.peer()?.state == .active)
        #expect(try await speaker.status().listeners?.first?.accepted == 0)
      }
    }

    @Test(
      "a changed password leaves other sessions alone, whoever dials", arguments: [true, false])
    func changedPassword(isPassive: Bool) async throws {
      try await Cable.with { cable in
        try await cable.ip(cable.router, "addr add 192.0.2.9/24 dev eth0")
        // BIRD has one session with an address.
        try await cable.ip(cable.node, "addr add 192.0.2.3/24 dev eth0")
        var first = Self.passive
        first.spec.append("password: one")
        if !isPassive { first.options = [:] }
        var second = first
        second.name = "other"
        second.spec = [
          "peerAddress: 192.0.2.9", "dualStackAddressFamily: true", "password: other",
          "sourceAddress: 192.0.2.3",
        ]
        try cable.write(peers: [first, second])
        let waits = isPassive ? "" : "passive on;"
        let secondProtocol = CableBird.bgp(
          "second", neighbor: "192.0.2.3",
          options: ["source address 192.0.2.9;", "password \"other\";", waits])
        let bird = try await CableBird(
          CableBird.bgp(
            options: ["source address 192.0.2.1;", "password \"one\";", waits],
            channels: [
              "ipv4 { import all; export none; };"
            ]) + secondProtocol, on: cable)
        let speaker = try await cable.speaker(["--bgp-listen", "0.0.0.0"])
        try await speaker.waitForSession("router")
        try await speaker.waitForSession("other")
        let before = try #require(await speaker.peer("other"))

        first.spec[2] = "password: two"
        try cable.write(peers: [first, second])
        try await eventually("the session is ended") {
          await speaker.peer("router")?.state != .established
        }
        try cable.write(
          "bird.conf",
          (try String(contentsOfFile: "\(cable.folder)/bird.conf", encoding: .utf8)).replacing(
            "password \"one\"", with: "password \"two\""))
        _ = try await bird.ask("configure")
        try await speaker.waitForSession("router", within: .seconds(30))
        let after = try #require(await speaker.peer("other"))
        #expect(after.since == before.since && after.flaps == 0)
        #expect(after.state == .established)
      }
    }

    @Test func aPassivePeerWithoutListenerIsAProblem() async throws {
      try await Cable.with { cable in
        try cable.write(peers: [Self.passive])
        let speaker = try await cable.speaker()
        try await eventually("the problem is shown") {
          await speaker.problems().contains {
            $0.object == "BGPPeer router" && $0.message.contains("--bgp-listen")
          }
        }
        #expect(speaker.process.log().contains("nothing listens"))
      }
    }

    /// The kernel need not have VRFs: a VRF is bound to as any interface is. BFD goes the same way.
    @Test(
      "connections of either side are bound to the device", arguments: ["vrf", "device"],
      [true, false])
    func device(field: String, isPassive: Bool) async throws {
      try await Cable.with { cable in
        var peer = Self.passive
        peer.options = isPassive ? ["passive": "true"] : [:]
        peer.spec.append("bfdProfile: fast")
        if field == "vrf" {
          peer.spec.append("vrf: eth0")
        } else {
          peer.options["device"] = "eth0"
        }
        try cable.write(peers: [peer])
        try cable.write("manifests/bfd.yaml", Cable.fastBFD)
        _ = try await CableBird(
          "protocol bfd { }\n"
            + CableBird.bgp(options: isPassive ? ["bfd on;"] : ["bfd on;", "passive on;"]),
          on: cable)
        let speaker = try await cable.speaker(["--bgp-listen", "0.0.0.0"])
        try await speaker.waitForSession()
        try await eventually("BFD is up") { await speaker.peer()?.bfd?.state == "Up" }
        let sockets = try await Command.run(["ss", "-Htn", "state", "established"], in: cable.node)
        #expect(sockets.contains("192.0.2.2%eth0:"), "\(sockets)")
        let senders = try await Command.run(["ss", "-Huna"], in: cable.node)
        #expect(senders.contains("%eth0:"), "\(senders)")
      }
    }

    /// Unsigned it must not come up, whatever the kernel can do.
    @Test func aPeerWithTCPAOHasNoUnsignedSession() async throws {
      try await Cable.with { cable in
        var peer = Self.passive
        peer.spec.append("password: secret")
        peer.options = ["tcp-ao": "hmac-sha1 100 100"]
        try cable.write(peers: [peer])
        _ = try await CableBird(CableBird.bgp(), on: cable)
        let speaker = try await cable.speaker(["--bgp-listen", "0.0.0.0"])
        try await eventually("the peer is known") { await speaker.peer() != nil }
        try await Task.sleep(for: .seconds(4))
        let found = try #require(await speaker.peer())
        #expect(found.state != .established)
        let key = TCPOptions.AOKey(
          peer: .v4(IPv4Address(192, 0, 2, 1)), algorithm: .hmacSHA1, sendID: 100, receiveID: 100,
          password: "secret")
        guard (try? AOSupport.check(key)) == nil else { return }
        #expect(try #require(found.lastError).text.contains("Linux 6.7"))
        #expect(
          try await speaker.status().problems.contains {
            $0.object == "BGPPeer router" && $0.message.contains("bellman.dev/tcp-ao")
          })
      }
    }

    @Test func anAddressInUseEndsTheStart() async throws {
      try await Cable.with { cable in
        try cable.write(peers: [])
        let first = try await cable.speaker(["--bgp-listen", "192.0.2.2:1179"])
        try await eventually("it listens") {
          try await Command.run(["ss", "-Htln"], in: cable.node).contains("192.0.2.2:1179")
        }
        for (address, says) in [
          ("192.0.2.2:1179", "another BGP speaker has the port"),
          ("192.0.2.77", "no interface of this host has the address"),
        ] {
          let second = try await Command.output(
            [
              Program.path, "speaker", "--manifests", "\(cable.folder)/manifests", "--node", "n2",
              "--socket", "\(cable.folder)/second.sock", "--bgp-listen", address,
              "--insecure-peers", "--peer-port", "7947",
            ], in: cable.node, within: 10)
          #expect(second.status == 1)
          #expect(second.error.contains(says), "\(second.error)")
        }
        #expect(await first.process.exitStatus == nil)
      }
    }

    @Test func announceWaitsForThePeer() async throws {
      try await Cable.with { cable in
        let bird = try await CableBird(CableBird.bgp(), on: cable)
        _ = try await ChildProcess(
          name: "bellman announce",
          [
            Program.path, "announce", "--local-as", "64512", "--peer", "192.0.2.1", "--peer-as",
            "64513", "--listen", "192.0.2.2", "198.51.100.0/25",
          ], in: cable.node, logPath: "\(cable.folder)/announce.log")
        try await eventually("BIRD has the route") { try await bird.has("198.51.100.0/25") }
      }
    }
  }
}
