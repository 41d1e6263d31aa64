import Resources
import Testing

@Suite struct LabelSelectorTests {
  private func selector(_ text: String) -> String {
    object("L2Advertisement", ["nodeSelectors:", "- \(text)"])
  }

  @Test(
    arguments: [
      ("{}", LabelSelector()),
      ("{matchLabels: {a: b, c: \"\"}}", LabelSelector(matchLabels: ["a": "b", "c": ""])),
      (
        "{matchExpressions: [{key: a, operator: In, values: [b, c]}]}",
        LabelSelector(matchExpressions: [.init(key: "a", operator: .isIn, values: ["b", "c"])])
      ),
      (
        "{matchExpressions: [{key: a, operator: NotIn, values: [\"\"]}]}",
        LabelSelector(matchExpressions: [.init(key: "a", operator: .notIn, values: [""])])
      ),
      (
        "{matchExpressions: [{key: example.org/a, operator: Exists}]}",
        LabelSelector(matchExpressions: [.init(key: "example.org/a", operator: .exists)])
      ),
      (
        "{matchExpressions: [{key: a, operator: DoesNotExist, values: []}]}",
        LabelSelector(matchExpressions: [.init(key: "a", operator: .doesNotExist)])
      ),
    ])
  func reads(text: String, expected: LabelSelector) {
    #expect(only(selector(text))?.l2Advertisement?.nodeSelectors == [expected])
  }

  @Test(
    arguments: [
      ("rack-7", ": expected a label selector, found \"rack-7\""),
      (
        "{matchLabels: {a: true}}",
        ".matchLabels[a]: expected a string, found true; put it in quotes"
      ),
      ("{matchLabels: {a: 7}}", ".matchLabels[a]: expected a string, found 7; put it in quotes"),
      ("{matchLabels: [a]}", ".matchLabels: expected a mapping of strings, found a list"),
      (
        "{matchLabels: {\"a b\": c}}",
        ".matchLabels: \"a b\" is not the key of a label, which is at most 63 letters, digits, "
          + "-, _ and ., after an optional DNS name and /"
      ),
      (
        "{matchLabels: {a: \"b c\"}}",
        ".matchLabels: \"b c\" is not the value of a label, which is at most 63 letters, digits, "
          + "-, _ and ."
      ),
      ("{matchLabel: {a: b}}", ".matchLabel: unknown field; did you mean matchLabels?"),
      (
        "{matchExpressions: [{key: a, operator: In}]}",
        ".matchExpressions[0]: the operator In needs at least one value"
      ),
      (
        "{matchExpressions: [{key: a, operator: NotIn, values: []}]}",
        ".matchExpressions[0].values: the operator NotIn needs at least one value"
      ),
      (
        "{matchExpressions: [{key: a, operator: Exists, values: [b]}]}",
        ".matchExpressions[0].values: the operator Exists takes no values"
      ),
      (
        "{matchExpressions: [{key: a, operator: DoesNotExist, values: [b]}]}",
        ".matchExpressions[0].values: the operator DoesNotExist takes no values"
      ),
      (
        "{matchExpressions: [{key: a, operator: in, values: [b]}]}",
        ".matchExpressions[0].operator: expected In, NotIn, Exists or DoesNotExist, found \"in\"; "
          + "did you mean In?"
      ),
      (
        "{matchExpressions: [{operator: Exists}]}",
        ".matchExpressions[0].key: missing; expected the key of a label"
      ),
      (
        "{matchExpressions: [{key: a}]}",
        ".matchExpressions[0].operator: missing; expected In, NotIn, Exists or DoesNotExist"
      ),
      (
        "{matchExpressions: [{key: a, operator: In, values: [b, b]}]}",
        ".matchExpressions[0].values: the value \"b\" occurs more than once; remove one"
      ),
      (
        "{matchExpressions: [{key: a, operator: Exists}, {key: a, operator: Exists}]}",
        ".matchExpressions[1]: the same requirement occurs more than once; remove one"
      ),
    ] as [(String, String)])
  func refuses(text: String, message: String) {
    #expect(
      messages(selector(text)) == ["7: L2Advertisement default/a: spec.nodeSelectors[0]\(message)"])
  }
}
