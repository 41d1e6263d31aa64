import Addresses
import Resources
import TestSupport
import Testing

@Suite struct ConfigurationTests {
  /// The diagnostics of a build of all objects of `text`, which has no errors by itself.
  private func problems(_ text: String) -> [String] {
    let file = decode(text)
    #expect(file.isComplete, "\(file.diagnostics)")
    return Configuration.build(from: file.objects).diagnostics.map {
      String($0.description.dropFirst("test.yaml:".count))
    }
  }

  private func build(_ text: String) -> Configuration {
    Configuration.build(from: decode(text).objects).configuration
  }

  private static let secret = """
    apiVersion: v1
    kind: Secret
    metadata: {name: bgp}
    type: kubernetes.io/basic-auth
    stringData: {password: s3cret}

    """

  @Test func buildsAWholeConfiguration() throws {
    let text = documents(
      pool(name: "public", "203.0.113.0/24", "2001:db8::/64"),
      pool(name: "other", "198.51.100.0-198.51.100.9"),
      object("L2Advertisement", ["ipAddressPools: [other]"]),
      object("BGPAdvertisement", ["ipAddressPools: [public]", "communities: [vpn, 1:2, \"2:1\"]"]),
      goodPeer(name: "router", "passwordSecret: {name: bgp}"),
      goodPeer(name: "backup", "peerPort: 1179", "password: other"), Self.secret,
      object("Community", ["communities: [{name: vpn, value: \"large:1:2:3\"}]"]),
      object("BFDProfile", name: "unused", []))
    let result = Configuration.build(from: decode(text).objects)
    #expect(result.diagnostics.isEmpty)
    #expect(result.isValid)
    let configuration = result.configuration
    #expect(configuration.pools.map(\.metadata.name.name) == ["other", "public"])
    #expect(configuration.l2Advertisements.count == 1)
    #expect(configuration.peers.map(\.name) == ["backup", "router"])
    #expect(configuration.passwords == ["router": "s3cret", "backup": "other"])
    #expect(configuration.communityAliases == ["vpn": .large(1, 2, 3)])
    let advertisement = try #require(configuration.bgpAdvertisements.first)
    #expect(
      configuration.communities(of: advertisement).map(\.description) == [
        "1:2", "2:1", "large:1:2:3",
      ])
  }

  @Test func theOrderOfObjectsDoesNotMatter() {
    let text = documents(
      pool(name: "a", "203.0.113.0/24"), pool(name: "b", "203.0.113.128/25"),
      pool(name: "c", "198.51.100.0/24"), goodPeer(name: "p"), goodPeer(name: "q"),
      object("Community", name: "x", ["communities: [{name: n, value: 1:1}]"]),
      object("Community", name: "y", ["communities: [{name: n, value: 1:2}]"]),
      object("BGPAdvertisement", name: "m", ["localPref: 1"]),
      object("BGPAdvertisement", name: "n", ["localPref: 2"]))
    let objects = decode(text).objects
    let expected = Configuration.build(from: objects)
    #expect(expected.diagnostics.count == 4)
    var generator = SeededGenerator(1)
    for _ in 0..<50 {
      #expect(Configuration.build(from: objects.shuffled(using: &generator)) == expected)
    }
  }

  // MARK: Pools

  @Test(
    "overlapping pools",
    arguments: [
      (
        ["203.0.113.0/24"], ["203.0.113.128/25"],
        [
          "18: IPAddressPool default/b: spec.addresses[0]: 203.0.113.128/25 overlaps with "
            + "203.0.113.0/24 of IPAddressPool default/a (test.yaml:1) in 203.0.113.128/25"
        ]
      ),
      (
        ["203.0.113.10-203.0.113.20"], ["203.0.113.20-203.0.113.30"],
        [
          "18: IPAddressPool default/b: spec.addresses[0]: 203.0.113.20-203.0.113.30 overlaps with "
            + "203.0.113.10-203.0.113.20 of IPAddressPool default/a (test.yaml:1) in 203.0.113.20/32"
        ]
      ),
      (
        ["2001:db8::/32"], ["198.51.100.0/24", "2001:db8::1-2001:db8::2"],
        [
          "19: IPAddressPool default/b: spec.addresses[1]: 2001:db8::1-2001:db8::2 overlaps with "
            + "2001:db8::/32 of IPAddressPool default/a (test.yaml:1) in 2001:db8::1-2001:db8::2"
        ]
      ),
      (
        ["203.0.113.0/30", "203.0.113.8/30"], ["203.0.113.0/24"],
        [
          "18: IPAddressPool default/b: spec.addresses[0]: 203.0.113.0/24 overlaps with "
            + "203.0.113.0/30 of IPAddressPool default/a (test.yaml:1) in 203.0.113.0/30",
          "18: IPAddressPool default/b: spec.addresses[0]: 203.0.113.0/24 overlaps with "
            + "203.0.113.8/30 of IPAddressPool default/a (test.yaml:1) in 203.0.113.8/30",
        ]
      ),
      (["203.0.113.0/25"], ["203.0.113.128/25"], []),
      (["203.0.113.0/24"], ["2001:db8::/32"], []),
      (["0.0.0.0/0"], ["::/0"], []),
    ] as [([String], [String], [String])])
  func reportsOverlaps(first: [String], second: [String], expected: [String]) {
    // The second pool begins on line 12 whatever the number of entries of the first.
    let filler = String(repeating: "# filler\n", count: 4 - first.count)
    let text =
      object("IPAddressPool", name: "a", ["addresses:"] + first.map { "- \"\($0)\"" })
      + filler + "---\n"
      + object("IPAddressPool", name: "b", ["addresses:"] + second.map { "- \"\($0)\"" })
    #expect(problems(text) == expected)
    #expect(build(text).pools.count == (expected.isEmpty ? 2 : 1))
  }

  @Test func aRefusedPoolRefusesNoOther() {
    let text = documents(
      pool(name: "a", "203.0.113.0/26"), pool(name: "b", "203.0.113.0/24"),
      pool(name: "c", "203.0.113.128/26"))
    #expect(build(text).pools.map(\.metadata.name.name) == ["a", "c"])
    #expect(problems(text).count == 1)
  }

  @Test func namesAreUniqueOverNamespaces() {
    let text = documents(
      goodPeer(), goodPeer().replacing("name: a", with: "name: a\n  namespace: other"))
    #expect(
      problems(text) == [
        "13: BGPPeer other/a: metadata.name: the name is taken by BGPPeer default/a (test.yaml:1); "
          + "names of BGPPeer are unique over all namespaces"
      ])
    #expect(build(text).peers.map(\.metadata.name.namespace) == ["default"])
  }

  // MARK: References

  @Test func unknownPoolsAndPeersAreWarnings() {
    let text = documents(
      pool(name: "public", "203.0.113.0/24"), goodPeer(name: "router"),
      object("L2Advertisement", ["ipAddressPools: [publc, public, x]"]),
      object("BGPAdvertisement", ["peers: [rooter]", "ipAddressPools: [private]"]))
    #expect(
      problems(text) == [
        "23: warning: L2Advertisement default/a: spec.ipAddressPools[0]: there is no IPAddressPool "
          + "\"publc\"; did you mean public?",
        "23: warning: L2Advertisement default/a: spec.ipAddressPools[2]: there is no IPAddressPool "
          + "\"x\"",
        "30: warning: BGPAdvertisement default/a: spec.peers[0]: there is no BGPPeer \"rooter\"; "
          + "did you mean router?",
        "31: warning: BGPAdvertisement default/a: spec.ipAddressPools[0]: there is no "
          + "IPAddressPool \"private\"",
      ])
    #expect(build(text).l2Advertisements.count == 1)
    #expect(build(text).bgpAdvertisements.count == 1)
  }

  @Test(
    "the secret of a peer",
    arguments: [
      ("", "9: BGPPeer default/a: spec.passwordSecret: there is no Secret default/bgp"),
      (
        secret.replacing("name: bgp", with: "name: bgp, namespace: other"),
        "9: BGPPeer default/a: spec.passwordSecret: there is no Secret default/bgp"
      ),
      (
        secret.replacing("type: kubernetes.io/basic-auth", with: "type: Opaque"),
        "9: BGPPeer default/a: spec.passwordSecret: expected a Secret of type "
          + "kubernetes.io/basic-auth, default/bgp is of type Opaque"
      ),
      (
        secret.replacing("password:", with: "pass:"),
        "9: BGPPeer default/a: spec.passwordSecret: the Secret default/bgp has no password under "
          + "the key \"password\""
      ),
      (
        secret.replacing("s3cret", with: "\"\""),
        "9: BGPPeer default/a: spec.passwordSecret: the Secret default/bgp has no password under "
          + "the key \"password\""
      ),
      (
        secret.replacing("s3cret", with: String(repeating: "p", count: 81)),
        "9: BGPPeer default/a: spec.passwordSecret: expected a password of at most 80 octets, "
          + "that of the Secret default/bgp has 81"
      ),
    ] as [(String, String)])
  func reportsSecrets(secret: String, message: String) {
    let text = documents(goodPeer("passwordSecret: {name: bgp}"), secret)
    #expect(problems(text) == [message])
    #expect(build(text).peers.isEmpty)
    #expect(build(text).passwords.isEmpty)
  }

  @Test func aSecretOfAnotherNamespaceIsFound() {
    let text = documents(
      goodPeer("passwordSecret: {name: bgp, namespace: keys}"),
      Self.secret.replacing("name: bgp", with: "name: bgp, namespace: keys"))
    #expect(problems(text).isEmpty)
    #expect(build(text).passwords == ["a": "s3cret"])
  }

  @Test func aBFDProfileMustExist() {
    let text = documents(goodPeer("bfdProfile: fsat"), object("BFDProfile", name: "fast", []))
    #expect(
      problems(text) == [
        "9: BGPPeer default/a: spec.bfdProfile: there is no BFDProfile \"fsat\"; did you mean fast?"
      ])
    #expect(build(text).peers.isEmpty)
  }

  @Test func aPeerWithEveryFieldHasNoProblem() {
    let text = documents(
      object(
        "BGPPeer", version: "v1beta2",
        [
          "myASN: 64512", "dynamicASN: external", "interface: eth0", "vrf: red",
          "enableGracefulRestart: true", "bfdProfile: fast", "localASN: 64999",
          "connectTime: 5s", "dualStackAddressFamily: true", "ebgpMultiHop: true",
        ]),
      object("BFDProfile", name: "fast", []))
    #expect(problems(text).isEmpty)
    #expect(build(text).peers.count == 1)
    #expect(build(text).bfdProfiles["a"]?.metadata.name.name == "fast")
  }

  // MARK: Communities

  @Test func anAliasHasOneDefinition() {
    let text = documents(
      object("Community", name: "a", ["communities:", "- {name: vpn, value: 1:1}"]),
      object(
        "Community", name: "b",
        ["communities:", "- {name: other, value: 1:2}", "- {name: vpn, value: 1:1}"]))
    #expect(
      problems(text) == [
        "16: Community default/b: spec.communities[1]: the alias \"vpn\" is defined by Community "
          + "default/a (test.yaml:1) already; remove one"
      ])
    #expect(build(text).communityAliases == ["vpn": .standard(1, 1)])
  }

  @Test(
    arguments: [
      ("vpn-onyl", "\"vpn-onyl\"; did you mean vpn-only?"),
      ("no-export", "\"no-export\"; write 65535:65281"),
      ("x", "\"x\""),
    ])
  func anAliasMustBeDefined(alias: String, message: String) {
    let text = documents(
      object("BGPAdvertisement", ["communities: [vpn-only, \(alias)]"]),
      object("Community", ["communities: [{name: vpn-only, value: 1:1}]"]))
    #expect(
      problems(text) == [
        "6: BGPAdvertisement default/a: spec.communities[1]: no Community defines the alias "
          + message
      ])
    #expect(build(text).bgpAdvertisements.isEmpty)
  }

  // MARK: Aggregation

  @Test(
    "an aggregate stays within the widest CIDR of each entry",
    arguments: [
      ("203.0.113.0/24", "aggregationLength: 24", nil),
      ("203.0.113.0/24", "aggregationLength: 32", nil),
      ("203.0.113.0/24", "aggregationLength: 26", nil),
      (
        "203.0.113.0/24", "aggregationLength: 23",
        "aggregationLength: expected at least 24, the length of 203.0.113.0/24, the widest prefix "
          + "of 203.0.113.0/24 of IPAddressPool default/a, found 23"
      ),
      ("203.0.113.10-203.0.113.20", "aggregationLength: 30", nil),
      (
        "203.0.113.10-203.0.113.20", "aggregationLength: 29",
        "aggregationLength: expected at least 30, the length of 203.0.113.12/30, the widest prefix "
          + "of 203.0.113.10-203.0.113.20 of IPAddressPool default/a, found 29"
      ),
      ("203.0.113.7/32", "aggregationLength: 32", nil),
      ("2001:db8::/64", "aggregationLength: 8", nil),
      ("2001:db8::/64", "aggregationLengthV6: 64", nil),
      (
        "2001:db8::/64", "aggregationLengthV6: 63",
        "aggregationLengthV6: expected at least 64, the length of 2001:db8::/64, the widest prefix "
          + "of 2001:db8::/64 of IPAddressPool default/a, found 63"
      ),
    ] as [(String, String, String?)])
  func checksAggregation(entry: String, line: String, message: String?) {
    let text = documents(pool(entry), object("BGPAdvertisement", [line]))
    let expected = message.map { ["14: BGPAdvertisement default/a: spec.\($0)"] } ?? []
    #expect(problems(text) == expected)
    #expect(build(text).bgpAdvertisements.count == (message == nil ? 1 : 0))
  }

  @Test func onlySelectedPoolsCount() {
    let text = documents(
      pool(name: "small", "203.0.113.0/28"), pool(name: "large", "198.51.100.0/24"),
      object("BGPAdvertisement", ["ipAddressPools: [large]", "aggregationLength: 24"]))
    #expect(problems(text).isEmpty)
  }

  // MARK: Local preference

  @Test(
    "local preferences that contradict each other",
    arguments: [
      (["localPref: 100"], ["localPref: 200"], true), (["localPref: 100"], [], true),
      (["localPref: 0"], [], false), (["localPref: 100"], ["localPref: 100"], false),
      (["localPref: 1", "aggregationLength: 24"], ["localPref: 2"], false),
      (
        ["localPref: 1", "aggregationLength: 24"], ["localPref: 2", "aggregationLength: 24"], true
      ),
      (["localPref: 1", "aggregationLengthV6: 64"], ["localPref: 2"], true),
      (["localPref: 1", "peers: [p]"], ["localPref: 2", "peers: [q]"], false),
      (["localPref: 1", "peers: [p]"], ["localPref: 2", "peers: [q, p]"], true),
      (["localPref: 1", "peers: [p]"], ["localPref: 2"], true),
      (["localPref: 1", "ipAddressPools: [a]"], ["localPref: 2", "ipAddressPools: [b]"], false),
      (["localPref: 1", "ipAddressPools: [a]"], ["localPref: 2"], true),
      (
        ["localPref: 1", "nodeSelectors: [{matchLabels: {x: y}}]"],
        ["localPref: 2", "nodeSelectors: [{matchLabels: {x: z}}]"], false
      ),
      (
        ["localPref: 1", "nodeSelectors: [{matchLabels: {x: y}}]"],
        ["localPref: 2", "nodeSelectors: [{matchLabels: {x: z}}, {matchLabels: {x: y}}]"], true
      ),
      (["localPref: 1", "nodeSelectors: [{matchLabels: {x: y}}]"], ["localPref: 2"], true),
      (
        ["localPref: 1", "nodeSelectors: [{matchLabels: {x: y}}]"],
        ["localPref: 2", "nodeSelectors: [{}]"], true
      ),
      (["localPref: 1", "serviceSelectors: [{}]"], ["localPref: 2"], false),
    ] as [([String], [String], Bool)])
  func checksLocalPreference(first: [String], second: [String], contradict: Bool) {
    let text = documents(
      pool(name: "a", "203.0.113.0/24"), pool(name: "b", "198.51.100.0/24"), goodPeer(name: "p"),
      goodPeer(name: "q", "peerPort: 1179"), object("BGPAdvertisement", name: "m", first),
      object("BGPAdvertisement", name: "n", second))
    #expect(problems(text).count == (contradict ? 1 : 0))
    #expect(
      build(text).bgpAdvertisements.map(\.metadata.name.name) == (contradict ? ["m"] : ["m", "n"]))
  }

  @Test func saysWhatContradicts() {
    let text = documents(
      pool("203.0.113.0/24"), object("BGPAdvertisement", name: "m", ["localPref: 100"]),
      object("BGPAdvertisement", name: "n", ["localPref: 200"]))
    #expect(
      problems(text) == [
        "21: BGPAdvertisement default/n: spec.localPref: 200 contradicts the 100 of "
          + "BGPAdvertisement default/m (test.yaml:9) for the same prefixes of IPAddressPool "
          + "default/a to the same peers from the same nodes"
      ])
  }

  // MARK: Peers

  @Test(
    "peers that are one session",
    arguments: [
      ("", "", true), ("peerPort: 1179", "", false), ("vrf: red", "", false),
      ("sourceAddress: 192.0.2.11", "", false), ("holdTime: 9s", "", true),
      (
        "nodeSelectors: [{matchLabels: {rack: a}}]", "nodeSelectors: [{matchLabels: {rack: b}}]",
        false
      ),
      (
        "nodeSelectors: [{matchLabels: {rack: a}}]", "nodeSelectors: [{matchLabels: {rack: a}}]",
        true
      ),
      ("nodeSelectors: [{matchLabels: {rack: a}}]", "", true),
    ])
  func tellsSessionsApart(first: String, second: String, isSame: Bool) {
    let text = documents(goodPeer(name: "p", first), goodPeer(name: "q", second))
    let errors = problems(text).filter { !$0.contains("warning") }
    #expect(
      errors
        == (isSame
          ? [
            "11: BGPPeer default/q: is the same session as BGPPeer default/p (test.yaml:1): the same "
              + "address, port, source and VRF on the same nodes; remove one, or give them "
              + "nodeSelectors that exclude each other"
          ] : []))
    #expect(build(text).peers.map(\.name) == (isSame ? ["p"] : ["p", "q"]))
  }

  @Test func echoModeAndIPv6ExcludeEachOther() {
    let text = documents(
      pool("2001:db8::/64"), goodPeer(name: "p", "bfdProfile: echo"),
      object("BFDProfile", name: "echo", ["echoMode: true"]), object("BGPAdvertisement", []))
    let errors = problems(text).filter { !$0.contains("warning") }
    #expect(
      errors == [
        "26: BGPAdvertisement default/a: advertises the IPv6 addresses of IPAddressPool default/a "
          + "to BGPPeer default/p, whose BFDProfile has echoMode, which is for IPv4 only"
      ])
  }

  @Test func anObjectWithoutAFileIsNamedAllTheSame() throws {
    let pools = ["a", "b"].map { name in
      DecodedObject(
        .ipAddressPool(
          IPAddressPool(
            metadata: ObjectMetadata(name: ObjectName(namespace: "x", name: name)),
            addresses: IPPrefix("203.0.113.0/24").map { [AddressRange($0)] } ?? [])),
        at: SourceLocation(file: "cluster"))
    }
    #expect(
      Configuration.build(from: pools).diagnostics.map(\.description) == [
        "cluster: IPAddressPool x/b: spec.addresses[0]: 203.0.113.0/24 overlaps with "
          + "203.0.113.0/24 of IPAddressPool x/a (cluster) in 203.0.113.0/24"
      ])
  }
}
