import Resources
import Testing

@Suite struct AdvertisementTests {
  private static let metadata = ObjectMetadata(name: ObjectName(namespace: "default", name: "a"))

  @Test(arguments: ["L2Advertisement", "BGPAdvertisement"])
  func aSpecIsNotNeeded(kind: String) throws {
    let head = "apiVersion: metallb.io/v1beta1\nkind: \(kind)\nmetadata:\n  name: a\n"
    for tail in ["", "spec:\n", "spec: {}\n"] {
      let resource = try #require(only(head + tail))
      if kind == "L2Advertisement" {
        #expect(resource == .l2Advertisement(L2Advertisement(metadata: Self.metadata)))
      } else {
        #expect(resource == .bgpAdvertisement(BGPAdvertisement(metadata: Self.metadata)))
      }
    }
  }

  @Test func readsAnL2Advertisement() throws {
    let text = object(
      "L2Advertisement",
      [
        "ipAddressPools: [public, private]", "ipAddressPoolSelectors: [{matchLabels: {tier: a}}]",
        "nodeSelectors: [{matchLabels: {rack: \"7\"}}, {matchLabels: {rack: \"8\"}}]",
        "serviceSelectors: [{matchLabels: {app: web}}]", "interfaces: [eth0, bond0.100]",
        "preferredNodeSelectors:", "- weight: 100", "  preference: {matchLabels: {disk: fast}}",
        "- weight: 1", "  preference: {}",
      ])
    let advertisement = try #require(only(text)?.l2Advertisement)
    #expect(
      advertisement
        == L2Advertisement(
          metadata: Self.metadata,
          pools: PoolSelection(
            names: ["public", "private"],
            selectors: [LabelSelector(matchLabels: ["tier": "a"])]),
          nodeSelectors: [
            LabelSelector(matchLabels: ["rack": "7"]), LabelSelector(matchLabels: ["rack": "8"]),
          ],
          serviceSelectors: [LabelSelector(matchLabels: ["app": "web"])],
          interfaces: ["eth0", "bond0.100"],
          preferredNodeSelectors: [
            .init(weight: 100, preference: LabelSelector(matchLabels: ["disk": "fast"])),
            .init(weight: 1, preference: LabelSelector()),
          ]))
  }

  @Test func readsABGPAdvertisement() throws {
    let text = object(
      "BGPAdvertisement",
      [
        "aggregationLength: 24", "aggregationLengthV6: 64", "localPref: 4294967295",
        "communities: [64512:100, \"large:64512:1:2\", vpn-only]", "peers: [a, b]",
        "ipAddressPools: [public]", "nodeSelectors: [{}]",
      ])
    let advertisement = try #require(only(text)?.bgpAdvertisement)
    #expect(
      advertisement
        == BGPAdvertisement(
          metadata: Self.metadata, pools: PoolSelection(names: ["public"]), aggregationLength: 24,
          aggregationLengthV6: 64, localPref: .max,
          communities: ["64512:100", "large:64512:1:2", "vpn-only"],
          nodeSelectors: [LabelSelector()], peers: ["a", "b"]))
  }

  @Test func aLocalPreferenceOfZeroIsNone() throws {
    let text = object("BGPAdvertisement", ["localPref: 0"])
    #expect(try #require(only(text)?.bgpAdvertisement).localPref == nil)
  }

  @Test(
    "one wrong field of a BGPAdvertisement",
    arguments: [
      ("aggregationLength: 0", "aggregationLength: expected a number from 1 to 32, found 0"),
      ("aggregationLength: 33", "aggregationLength: expected a number from 1 to 32, found 33"),
      (
        "aggregationLengthV6: 129",
        "aggregationLengthV6: expected a number from 1 to 128, found 129"
      ),
      ("localPref: -1", "localPref: expected a number from 0 to 4294967295, found -1"),
      (
        "localPref: 4294967296",
        "localPref: expected a number from 0 to 4294967295, found 4294967296"
      ),
      (
        "communities: [65536:1]",
        "communities[0]: expected a community such as 64512:100 (two numbers to 65535) or "
          + "large:64512:1:2, found \"65536:1\""
      ),
      (
        "communities: [\"large:1:2\"]",
        "communities[0]: expected a community such as 64512:100 (two numbers to 65535) or "
          + "large:64512:1:2, found \"large:1:2\""
      ),
      (
        "communities: [\"1:+2\"]",
        "communities[0]: expected a community such as 64512:100 (two numbers to 65535) or "
          + "large:64512:1:2, found \"1:+2\""
      ),
      ("communities: [a, a]", "communities[1]: \"a\" occurs more than once; remove one"),
      ("communities: 64512:100", "communities: expected a list of strings, found \"64512:100\""),
      ("peers: [a, a]", "peers[1]: \"a\" occurs more than once; remove one"),
      ("peers: [1]", "peers[0]: expected the name of a BGPPeer, found 1; put it in quotes"),
      ("ipAddressPools: [a, b, a]", "ipAddressPools[2]: \"a\" occurs more than once; remove one"),
      ("ipAddressPool: a", "ipAddressPool: unknown field; did you mean ipAddressPools?"),
      (
        "nodeSelectors: [{matchLabels: {a: b}}, {matchLabels: {a: b}}]",
        "nodeSelectors[1]: the same selector occurs more than once; remove one"
      ),
      ("interfaces: [eth0]", "interfaces: unknown field"),
    ] as [(String, String)])
  func refusesBGPFields(line: String, message: String) {
    #expect(
      messages(object("BGPAdvertisement", [line])) == [
        "6: BGPAdvertisement default/a: spec.\(message)"
      ])
  }

  @Test func aggregationAndServiceSelectorsExcludeEachOther() {
    let selector = "serviceSelectors: [{matchLabels: {app: web}}]"
    let rule = "must be left out, or be the length of one address, where serviceSelectors are set"
    #expect(
      messages(
        object("BGPAdvertisement", [selector, "aggregationLength: 24", "aggregationLengthV6: 64"]))
        == [
          "7: BGPAdvertisement default/a: spec.aggregationLength: \(rule)",
          "8: BGPAdvertisement default/a: spec.aggregationLengthV6: \(rule)",
        ])
    #expect(
      only(
        object("BGPAdvertisement", [selector, "aggregationLength: 32", "aggregationLengthV6: 128"]))
        != nil)
  }

  @Test(
    "one wrong field of an L2Advertisement",
    arguments: [
      ("interfaces: [eth0, eth0]", "interfaces[1]: \"eth0\" occurs more than once; remove one"),
      (
        "interfaces: [\"eth 0\"]",
        "interfaces[0]: expected the name of an interface, at most 15 characters, found \"eth 0\""
      ),
      ("interfaces: [\"\"]", "interfaces[0]: expected the name of an interface, found \"\""),
      (
        "preferredNodeSelectors: [{weight: 0, preference: {}}]",
        "preferredNodeSelectors[0].weight: expected a number from 1 to 100, found 0"
      ),
      (
        "preferredNodeSelectors: [{weight: 101, preference: {}}]",
        "preferredNodeSelectors[0].weight: expected a number from 1 to 100, found 101"
      ),
      (
        "preferredNodeSelectors: [{preference: {}}]",
        "preferredNodeSelectors[0].weight: missing; expected a number from 1 to 100"
      ),
      (
        "preferredNodeSelectors: [{weight: 1}]",
        "preferredNodeSelectors[0].preference: missing; expected a label selector"
      ),
      ("localPref: 100", "localPref: unknown field"),
      ("nodeSelector: []", "nodeSelector: unknown field; did you mean nodeSelectors?"),
    ] as [(String, String)])
  func refusesL2Fields(line: String, message: String) {
    #expect(
      messages(object("L2Advertisement", [line])) == [
        "6: L2Advertisement default/a: spec.\(message)"
      ])
  }
}
