import Resources
import Testing

@Suite struct CommunityTests {
  @Test func readsAliases() throws {
    let text = object(
      "Community",
      [
        "communities:", "- {name: vpn-only, value: 1234:1}",
        "- {name: big, value: \"large:4294967295:0:1\"}",
      ])
    let community = try #require(only(text)?.community)
    #expect(
      community.aliases == [
        .init(name: "vpn-only", value: .standard(1234, 1)),
        .init(name: "big", value: .large(.max, 0, 1)),
      ])
  }

  @Test(
    arguments: [
      ("{name: a, value: \"1\"}", "[0].value: \(expected), found \"1\""),
      ("{name: a, value: 1:65536}", "[0].value: \(expected), found \"1:65536\""),
      ("{name: a, value: \"1:-1\"}", "[0].value: \(expected), found \"1:-1\""),
      (
        "{name: a, value: \"large:1:2:4294967296\"}",
        "[0].value: \(expected), found \"large:1:2:4294967296\""
      ),
      (
        "{name: a, value: no-export}",
        "[0].value: \(expected), found \"no-export\"; write 65535:65281"
      ),
      ("{name: a, value: 5}", "[0].value: \(expected), found 5; put it in quotes"),
      ("{name: a}", "[0].value: missing; \(expected)"),
      ("{value: 1:1}", "[0].name: missing; expected the name of an alias"),
      ("{name: \"\", value: 1:1}", "[0].name: expected the name of an alias, found \"\""),
      ("{name: \"a:b\", value: 1:1}", "[0].name: expected a name without \":\", found \"a:b\""),
      ("{name: a, value: 1:1, extra: 1}", "[0].extra: unknown field"),
      ("a", "[0]: expected a mapping, found \"a\""),
    ] as [(String, String)])
  func refuses(alias: String, message: String) {
    #expect(
      messages(object("Community", ["communities:", "- \(alias)"])) == [
        "7: Community default/a: spec.communities\(message)"
      ])
  }

  private static let expected =
    "expected a community such as 64512:100 (two numbers to 65535) or large:64512:1:2"

  @Test func anAliasTwiceInOneObjectIsAnError() {
    let text = object(
      "Community", ["communities:", "- {name: a, value: 1:1}", "- {name: a, value: 1:2}"])
    #expect(
      messages(text) == [
        "8: Community default/a: spec.communities[1]: the alias \"a\" occurs more than once; "
          + "remove one"
      ])
  }

  @Test(
    arguments: [
      ("0:0", .standard(0, 0)), ("65535:65535", .standard(.max, .max)),
      ("large:0:0:0", .large(0, 0, 0)), ("large:4294967295:1:2", .large(.max, 1, 2)),
      ("", nil), (":", nil), ("1:", nil), (":1", nil), ("1:2:3", nil), ("65536:0", nil),
      ("+1:1", nil), ("1:-0", nil), (" 1:1", nil), ("1:1 ", nil), ("large:1:2", nil),
      ("large:1:2:3:4", nil), ("Large:1:2:3", nil), ("large:1:2:+3", nil), ("１:1", nil),
      ("0x1:1", nil), ("1::1", nil),
    ] as [(String, CommunityValue?)])
  func parsesValues(text: String, value: CommunityValue?) {
    #expect(CommunityValue(text) == value)
    if let value { #expect(value.description == text) }
  }
}
