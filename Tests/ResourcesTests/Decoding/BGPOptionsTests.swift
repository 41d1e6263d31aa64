import Addresses
import Resources
import Testing

/// Annotations for which MetalLB's kinds have no field.
@Suite struct BGPOptionsTests {
  private static func peer(_ annotations: [String], isRestarting: Bool = true) -> String {
    """
    apiVersion: metallb.io/v1beta2
    kind: BGPPeer
    metadata:
      name: a
      annotations:
        example.org/other: passed over
    \(annotations.map { "    bellman.dev/\($0)" }.joined(separator: "\n"))
    spec: {myASN: 64512, peerASN: 64513, peerAddress: 192.0.2.1,
      enableGracefulRestart: \(isRestarting)}
    """
  }

  private static func advertisement(_ annotations: [String]) -> String {
    """
    apiVersion: metallb.io/v1beta1
    kind: BGPAdvertisement
    metadata:
      name: a
      annotations:
    \(annotations.map { "    bellman.dev/\($0)" }.joined(separator: "\n"))
    """
  }

  @Test func withoutAnnotationsNothingIsSet() throws {
    #expect(try #require(only(Self.peer([]))?.peer).options == BGPPeerOptions())
  }

  @Test func readsAllOfAPeer() throws {
    let peer = try #require(
      only(
        Self.peer([
          "passive: 'true'", "ttl-security: '1'", "role: customer", "require-role: 'true'",
          "graceful-shutdown-time: 30s", "graceful-restart-time: 1m",
          "long-lived-stale-time: 24h", "extended-messages: 'true'", "update-errors: tolerant",
          "tcp-ao: hmac-sha1 100 200", "device: eth1", "med: '4294967295'",
          "as-path-prepend: '3'", "next-hop: '192.0.2.9, 2001:db8::9'",
          "communities: '64512:2,64512:1,large:1:2:3'",
          "extended-communities: 'rt:64512:100, soo:4200000000:7,0x4004fc0047000000'",
        ]))?.peer)
    var expected = BGPPeerOptions()
    expected.isPassive = true
    expected.ttlSecurity = 1
    expected.role = .customer
    expected.requiresRole = true
    expected.gracefulShutdownTime = 30
    expected.gracefulRestartTime = 60
    expected.longLivedStaleTime = 86400
    expected.extendedMessages = true
    expected.updateErrors = .tolerant
    expected.tcpAuthentication = .init(algorithm: .sha1, sendID: 100, receiveID: 200)
    expected.device = "eth1"
    expected.routes.multiExitDiscriminator = .max
    expected.routes.prependCount = 3
    expected.routes.nextHopIPv4 = IPv4Address(192, 0, 2, 9)
    expected.routes.nextHopIPv6 = IPv6Address("2001:db8::9")
    expected.routes.communities = [.standard(64512, 1), .standard(64512, 2), .large(1, 2, 3)]
    expected.routes.extendedCommunities = [
      ExtendedCommunityValue(rawValue: 0x0002_FC00_0000_0064),
      ExtendedCommunityValue(rawValue: 0x0203_FA56_EA00_0007),
      ExtendedCommunityValue(rawValue: 0x4004_FC00_4700_0000),
    ]
    #expect(peer.options == expected)
  }

  @Test func readsAllOfAnAdvertisement() throws {
    let object = try #require(
      only(Self.advertisement(["weight: endpoints", "med: '0'", "as-path-prepend: '0'"])))
    let advertisement = try #require(object.bgpAdvertisement)
    var expected = BGPAdvertisementOptions()
    expected.weighsEndpoints = true
    expected.routes.multiExitDiscriminator = 0
    expected.routes.prependCount = 0
    #expect(advertisement.options == expected)
  }

  @Test(
    "one wrong annotation of a peer",
    arguments: [
      ("med: 100", "expected a string, found 100; put it in quotes"),
      ("med: '-1'", "expected a number from 0 to 4294967295, found -1"),
      ("med: high", "expected a number from 0 to 4294967295, found \"high\""),
      ("ttl-security: '255'", "expected a number from 1 to 254, found 255"),
      ("as-path-prepend: '33'", "expected a number from 0 to 32, found 33"),
      ("passive: maybe", "expected true or false, found \"maybe\""),
      (
        "role: costumer",
        "expected provider, rs-server, rs-client, customer or peer, found \"costumer\"; did you "
          + "mean customer?"
      ),
      ("require-role: 'true'", "says nothing without bellman.dev/role; set that too"),
      (
        "graceful-shutdown-time: '30'",
        "expected a duration from 0s to 600s, such as \"90s\" or \"1m30s\", found 30"
      ),
      ("update-errors: none", "expected rfc or tolerant, found \"none\""),
      (
        "tcp-ao: md5 1 2",
        "expected an algorithm, a SendID and a RecvID, such as \"hmac-sha1 100 100\", where the "
          + "algorithm is hmac-sha1 or cmac-aes128, found \"md5 1 2\""
      ),
      ("next-hop: 192.0.2.1,192.0.2.2", "expected at most one address of each family"),
      ("next-hop: 224.0.0.1", "expected the address of a next hop, found \"224.0.0.1\""),
      ("next-hop: 192.0.2.256", "expected an IP address, found \"192.0.2.256\""),
      (
        "communities: no-export",
        "expected a community such as 64512:100 (two numbers to 65535) or large:64512:1:2, found "
          + "\"no-export\"; write 65535:65281"
      ),
      (
        "extended-communities: rt:70000:70000",
        "expected an extended community such as rt:64512:100, soo:64512:1 or 0x and 16 hexadecimal "
          + "digits, found \"rt:70000:70000\""
      ),
      (
        "device: a-name-that-is-too-long",
        "expected the name of an interface, at most 15 characters, found \"a-name-that-is-too-long\""
      ),
      ("meds: '1'", "unknown annotation; did you mean bellman.dev/med?"),
      ("nonsense: x", "unknown annotation"),
      ("weight: endpoints", "an annotation of BGPAdvertisement; it belongs there"),
    ])
  func refuses(annotation: String, message: String) throws {
    let name = annotation.prefix { $0 != ":" }
    let file = ManifestDecoder.decode(Self.peer([annotation]), file: "a.yaml")
    #expect(
      file.diagnostics.map(\.description)
        == ["a.yaml:7: BGPPeer default/a: metadata.annotations[bellman.dev/\(name)]: \(message)"])
    #expect(file.objects.isEmpty)
  }

  @Test(
    "times of a restart that is not graceful", arguments: ["graceful-restart", "long-lived-stale"])
  func restart(name: String) throws {
    let text = Self.peer(["\(name)-time: 10s"], isRestarting: false)
    let file = ManifestDecoder.decode(text, file: "a.yaml")
    #expect(
      file.diagnostics.map(\.message)
        == ["says nothing without spec.enableGracefulRestart: true; set that too"])
    #expect(file.diagnostics.first?.severity == .warning)
    #expect(file.objects.count == 1)
  }

  @Test(
    "one wrong annotation of an advertisement",
    arguments: [
      ("weight: pods", "expected none or endpoints, found \"pods\""),
      ("passive: 'true'", "an annotation of BGPPeer; it belongs there"),
      ("passives: 'true'", "unknown annotation"),
    ])
  func refusesOfAdvertisement(annotation: String, message: String) throws {
    let file = ManifestDecoder.decode(Self.advertisement([annotation]), file: "a.yaml")
    #expect(file.diagnostics.count == 1)
    #expect(file.diagnostics.first?.message == message)
  }

  @Test(
    "an extended community is written as it is read",
    arguments: [
      "rt:64512:100", "soo:64512:4294967295", "rt:4200000000:7", "soo:65536:65535",
      "0x4004fc0047000000", "0x0202000000010001",
    ])
  func extendedCommunities(text: String) throws {
    #expect(try #require(ExtendedCommunityValue(text)).description == text)
  }

  @Test("other annotations may be what they like") func others() throws {
    let text = """
      apiVersion: metallb.io/v1beta2
      kind: BGPPeer
      metadata: {name: a, annotations: {x: 1, y: null}}
      spec: {myASN: 64512, peerASN: 64513, peerAddress: 192.0.2.1}
      """
    #expect(only(text)?.peer != nil)
  }
}
