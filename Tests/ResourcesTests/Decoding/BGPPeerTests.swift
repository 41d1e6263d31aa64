import Addresses
import Resources
import Testing

@Suite struct BGPPeerTests {
  @Test func defaultsAreMetalLBs() throws {
    let peer = try #require(only(goodPeer())?.peer)
    let address = try #require(IPAddress("192.0.2.1"))
    #expect(
      peer
        == BGPPeer(
          metadata: ObjectMetadata(name: ObjectName(namespace: "default", name: "a")),
          myASN: 64512, remoteAS: .number(64513), endpoint: .address(address)))
    #expect((peer.peerPort, peer.holdTime, peer.keepaliveTime) == (179, 90, 30))
  }

  @Test func readsAllFields() throws {
    let text = object(
      "BGPPeer", version: "v1beta2",
      [
        "myASN: 4294967295", "dynamicASN: external", "localASN: 64999", "interface: eth1",
        "vrf: red", "peerPort: 65535", "holdTime: 0s", "connectTime: 1m",
        "routerID: 192.0.2.9", "bfdProfile: fast", "enableGracefulRestart: true",
        "ebgpMultiHop: true", "dualStackAddressFamily: true", "password: s3cret",
        "nodeSelectors: [{}]",
      ])
    let peer = try #require(only(text)?.peer)
    #expect(
      peer
        == BGPPeer(
          metadata: ObjectMetadata(name: ObjectName(namespace: "default", name: "a")),
          myASN: .max, remoteAS: .external, localASN: 64999, endpoint: .interface("eth1"),
          peerPort: 65535, holdTime: 0, keepaliveTime: 0, connectTime: 60,
          routerID: IPv4Address(192, 0, 2, 9), nodeSelectors: [LabelSelector()],
          password: .literal("s3cret"), bfdProfile: "fast", enableGracefulRestart: true,
          ebgpMultiHop: true, vrf: "red", dualStackAddressFamily: true))
  }

  @Test(
    "hold and keepalive time, the one derived from the other",
    arguments: [
      ([], 90, 30), (["holdTime: 180s"], 180, 60), (["holdTime: 3s"], 3, 1),
      (["holdTime: 65535s"], 65535, 21845), (["holdTime: 1h"], 3600, 1200),
      (["keepaliveTime: 10s"], 30, 10), (["keepaliveTime: 6h4m5s"], 65535, 21845),
      (["keepaliveTime: 0s"], 0, 0), (["holdTime: 0s"], 0, 0), (["holdTime: \"0\""], 0, 0),
      (["holdTime: 9s", "keepaliveTime: 9s"], 9, 9),
      (["holdTime: 1m30s", "keepaliveTime: 1s"], 90, 1),
      (["holdTime: 0s", "keepaliveTime: 0s"], 0, 0),
    ] as [([String], UInt16, UInt16)])
  func derivesTimers(lines: [String], hold: UInt16, keepalive: UInt16) throws {
    let spec = ["myASN: 64512", "peerASN: 64513", "peerAddress: 192.0.2.1"] + lines
    let peer = try #require(only(object("BGPPeer", version: "v1beta2", spec))?.peer)
    #expect((peer.holdTime, peer.keepaliveTime) == (hold, keepalive))
  }

  @Test(
    "one wrong field",
    arguments: [
      ("peerPort: 0x10000", "peerPort: expected a number from 1 to 65535, found 65536"),
      ("peerPort: abc", "peerPort: expected a number from 1 to 65535, found \"abc\""),
      (
        "peerPort: \"179\"",
        "peerPort: expected a number from 1 to 65535, found the string \"179\"; remove the quotes"
      ),
      ("peerPort: 1.5", "peerPort: expected a number from 1 to 65535, found 1.5"),
      ("peerPort: -1", "peerPort: expected a number from 1 to 65535, found -1"),
      ("peerPort: [179]", "peerPort: expected a number from 1 to 65535, found a list"),
      (
        "peerPort: 99999999999999999999",
        "peerPort: expected a number from 1 to 65535, found 99999999999999999999"
      ),
      ("localASN: 0", "localASN: expected an AS number from 1 to 4294967295, found 0"),
      (
        "localASN: 4294967296",
        "localASN: expected an AS number from 1 to 4294967295, found 4294967296"
      ),
      ("dynamicASN: internal", "dynamicASN: peerASN is set too; keep one of them"),
      ("interface: eth0", "interface: peerAddress is set too; keep one of them"),
      ("holdTime: 2s", "holdTime: expected 0s or at least 3s, found 2s"),
      (
        "holdTime: 90",
        "holdTime: expected a duration from 0s to 65535s, such as \"90s\" or \"1m30s\", found 90"
      ),
      (
        "holdTime: 90 s",
        "holdTime: expected a duration from 0s to 65535s, such as \"90s\" or \"1m30s\", "
          + "found \"90 s\""
      ),
      (
        "holdTime: -9s",
        "holdTime: expected a duration from 0s to 65535s, such as \"90s\" or \"1m30s\", "
          + "found \"-9s\""
      ),
      (
        "holdTime: 65536s",
        "holdTime: expected a duration from 0s to 65535s, such as \"90s\" or \"1m30s\", "
          + "found \"65536s\""
      ),
      (
        "keepaliveTime: 21846s",
        "keepaliveTime: expected at most 21845s where holdTime, three times as long, is not set, "
          + "found 21846s"
      ),
      (
        "connectTime: 0s",
        "connectTime: expected a duration from 1s to 65535s, such as \"90s\" or \"1m30s\", "
          + "found \"0s\""
      ),
      (
        "routerID: 2001:db8::1",
        "routerID: expected an identifier in the form of an IPv4 address, not 0.0.0.0, "
          + "found \"2001:db8::1\""
      ),
      (
        "routerID: 0.0.0.0",
        "routerID: expected an identifier in the form of an IPv4 address, not 0.0.0.0, "
          + "found \"0.0.0.0\""
      ),
      ("sourceAddress: eth0", "sourceAddress: expected an IP address, found \"eth0\""),
      (
        "sourceAddress: 2001:db8::1",
        "sourceAddress: expected an IPv4 address, as peerAddress is, found \"2001:db8::1\""
      ),
      (
        "passwordSecret: {namespace: x}", "passwordSecret: expected the name of a Secret too"
      ),
      (
        "passwordSecret: secret",
        "passwordSecret: expected a reference with a name, found \"secret\""
      ),
      ("password: 12345", "password: expected a password, found 12345; put it in quotes"),
      (
        "password: \(String(repeating: "p", count: 81))",
        "password: expected a password of at most 80 octets, found one of 81"
      ),
      ("ebgpMultihop: true", "ebgpMultihop: unknown field; did you mean ebgpMultiHop?"),
      ("enableGracefulRestart: 1", "enableGracefulRestart: expected true or false, found 1"),
      ("bfdProfile: 5", "bfdProfile: expected the name of a BFDProfile, found 5; put it in quotes"),
      ("gracefulShutdown: true", "gracefulShutdown: unknown field"),
    ] as [(String, String)])
  func refusesFields(line: String, message: String) {
    #expect(messages(goodPeer(line)) == ["9: BGPPeer default/a: spec.\(message)"])
    #expect(decode(goodPeer(line)).objects.isEmpty)
  }

  @Test(
    "fields that contradict each other",
    arguments: [
      (
        peer("myASN: 64512", "peerASN: 64512", "peerAddress: 192.0.2.1", "ebgpMultiHop: true"),
        "9: BGPPeer default/a: spec.ebgpMultiHop: is for a peer in another AS; this one is in "
          + "our own, 64512"
      ),
      (
        peer(
          "myASN: 64512", "dynamicASN: internal", "peerAddress: 192.0.2.1", "ebgpMultiHop: true"),
        "9: BGPPeer default/a: spec.ebgpMultiHop: is for a peer in another AS; this one is in "
          + "our own, 64512"
      ),
      (
        goodPeer("password: x", "passwordSecret: {name: y}"),
        "9: BGPPeer default/a: spec.password: passwordSecret is set too; keep one of them"
      ),
      (
        goodPeer("holdTime: 9s", "keepaliveTime: 10s"),
        "10: BGPPeer default/a: spec.keepaliveTime: expected at most the holdTime, 9s, found 10s"
      ),
      (
        goodPeer("holdTime: 0s", "keepaliveTime: 1s"),
        "10: BGPPeer default/a: spec.keepaliveTime: expected at most the holdTime, 0s, found 1s"
      ),
      (
        goodPeer("holdTime: 9s", "keepaliveTime: 0s"),
        "10: BGPPeer default/a: spec.keepaliveTime: expected at least 1s, as holdTime is 9s, "
          + "found 0s"
      ),
      (
        peer("myASN: 64512", "peerAddress: 192.0.2.1"),
        "5: BGPPeer default/a: spec: expected peerASN or dynamicASN"
      ),
      (
        peer("myASN: 64512", "peerASN: 0", "peerAddress: 192.0.2.1"),
        "5: BGPPeer default/a: spec: expected peerASN or dynamicASN"
      ),
      (
        peer("myASN: 64512", "peerASN: 64513"),
        "5: BGPPeer default/a: spec: expected peerAddress or interface"
      ),
      (
        peer("peerASN: 64513", "peerAddress: 192.0.2.1"),
        "5: BGPPeer default/a: spec.myASN: missing; expected an AS number from 1 to 4294967295"
      ),
      (
        peer("myASN: 0", "peerASN: 64513", "peerAddress: 192.0.2.1"),
        "6: BGPPeer default/a: spec.myASN: expected an AS number from 1 to 4294967295, found 0"
      ),
      (
        peer("myASN: 64512", "dynamicASN: extern", "peerAddress: 192.0.2.1"),
        "7: BGPPeer default/a: spec.dynamicASN: expected internal or external, found \"extern\"; "
          + "did you mean external?"
      ),
      (
        peer("myASN: 64512", "peerASN: 64513", "peerAddress: 0.0.0.0"),
        "8: BGPPeer default/a: spec.peerAddress: expected the address of a router, "
          + "found \"0.0.0.0\""
      ),
      (
        peer("myASN: 64512", "peerASN: 64513", "peerAddress: ff02::1"),
        "8: BGPPeer default/a: spec.peerAddress: expected the address of a router, "
          + "found \"ff02::1\""
      ),
      (
        peer("myASN: 64512", "peerASN: 64513", "interface: \"a name that is too long\""),
        "8: BGPPeer default/a: spec.interface: expected the name of an interface, at most "
          + "15 characters, found \"a name that is too long\""
      ),
    ] as [(String, String)])
  func refusesContradictions(text: String, message: String) {
    #expect(messages(text) == [message])
    #expect(decode(text).objects.isEmpty)
  }

  @Test func reportsAllErrorsOfAPeer() {
    let text = peer(
      "myASN: x", "peerAddress: nowhere", "holdTime: 1s", "peerPort: 0.5", "ebgpMultiHop: maybe",
      "routerId: 192.0.2.1")
    #expect(
      messages(text) == [
        "5: BGPPeer default/a: spec: expected peerASN or dynamicASN",
        "6: BGPPeer default/a: spec.myASN: expected an AS number from 1 to 4294967295, found \"x\"",
        "7: BGPPeer default/a: spec.peerAddress: expected an IP address, found \"nowhere\"",
        "8: BGPPeer default/a: spec.holdTime: expected 0s or at least 3s, found 1s",
        "9: BGPPeer default/a: spec.peerPort: expected a number from 1 to 65535, found 0.5",
        "10: BGPPeer default/a: spec.ebgpMultiHop: expected true or false, found \"maybe\"",
        "11: BGPPeer default/a: spec.routerId: unknown field; did you mean routerID?",
      ])
  }

  @Test(
    "what the API prints for absent fields is absent",
    arguments: [
      "passwordSecret: {}", "password: \"\"", "sourceAddress: \"\"", "routerID: \"\"",
      "bfdProfile: \"\"", "vrf: \"\"", "interface: \"\"", "peerPort: 0", "nodeSelectors: []",
      "holdTime: null", "disableMP: false", "dynamicASN:", "localASN: ~",
    ])
  func treatsEmptyAsAbsent(line: String) {
    #expect(only(goodPeer(line)) == only(goodPeer()))
    #expect(only(goodPeer()) != nil)
  }

  @Test func warnsOfFieldsThatMeanLessThanTheySay() {
    #expect(
      messages(goodPeer("disableMP: true", "holdTime: 90500ms")) == [
        "9: warning: BGPPeer default/a: spec.disableMP: does nothing, as in MetalLB; remove it",
        "10: warning: BGPPeer default/a: spec.holdTime: only whole seconds count: \"90500ms\" is "
          + "read as 90s",
      ])
    #expect(decode(goodPeer("holdTime: 90500ms")).objects.first?.resource.peer?.holdTime == 90)
  }

  @Test(
    "passwords",
    arguments: [
      ("password: \" x \"", .literal(" x ")),
      ("passwordSecret: {name: bgp}", .secret(ObjectName(namespace: "default", name: "bgp"))),
      (
        "passwordSecret: {name: bgp, namespace: keys}",
        .secret(ObjectName(namespace: "keys", name: "bgp"))
      ),
    ] as [(String, BGPPeer.Password)])
  func readsPasswords(line: String, password: BGPPeer.Password) {
    #expect(only(goodPeer(line))?.peer?.password == password)
  }

  @Test func readsTheOldVersion() {
    let old = goodPeer(
      version: "v1beta1", "peerPort: 0", "holdTime: 30s", "password: x", "ebgpMultiHop: true",
      "nodeSelectors: [{matchExpressions: [{key: k, operator: Exists}]}]")
    let new = goodPeer(
      "holdTime: 30s", "password: x", "ebgpMultiHop: true",
      "nodeSelectors: [{matchExpressions: [{key: k, operator: Exists}]}]")
    #expect(only(old) == only(new))
    #expect(only(old) != nil)
    #expect(
      messages(goodPeer(version: "v1beta1", "vrf: red")) == [
        "9: BGPPeer default/a: spec.vrf: unknown field"
      ])
  }
}
