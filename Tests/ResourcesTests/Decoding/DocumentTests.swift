import Resources
import Testing

@Suite struct DocumentTests {
  private static func node(_ name: String) -> String {
    "apiVersion: v1\nkind: Node\nmetadata:\n  name: \(name)\n"
  }

  @Test(
    "documents of a file",
    arguments: [
      ("", []), ("\n\n", []), ("# nothing here\n", []), ("---\n", []), ("---\n---\n...\n", []),
      ("null\n", []), (node("a"), ["a"]), ("---\n" + node("a"), ["a"]),
      (node("a") + "---\n" + node("b"), ["a", "b"]),
      (node("a") + "...\n---\n" + node("b") + "...\n", ["a", "b"]),
      (node("a") + "--- # second\n" + node("b"), ["a", "b"]),
      ("%YAML 1.2\n---\n" + node("a") + "...\n%YAML 1.1\n# why\n---\n" + node("b"), ["a", "b"]),
      ("# why\n%YAML 1.1\n---\n" + node("a"), ["a"]),
      ("\u{FEFF}" + node("a"), ["a"]), ("\u{FEFF}---\n" + node("a"), ["a"]),
      (
        node("a").split(separator: "\n").joined(separator: "\r\n") + "\r\n---\r\n" + node("b"),
        ["a", "b"]
      ),
      ("--- {apiVersion: v1, kind: Node, metadata: {name: a}}\n---\n" + node("b"), ["a", "b"]),
      (#"{"apiVersion":"v1","kind":"Node","metadata":{"name":"a"}}"#, ["a"]),
      (
        "{\"apiVersion\": \"v1\",\n\t\"kind\": \"Node\", \"metadata\":\n{\"name\": \"a\\u002db\"}}\n",
        ["a-b"]
      ),
    ] as [(String, [String])])
  func readsDocuments(text: String, expected: [String]) {
    let file = decode(text)
    #expect(file.diagnostics.isEmpty)
    #expect(file.isComplete)
    #expect(file.objects.map(\.resource.metadata.name.name) == expected)
  }

  @Test func aDocumentMarkerInBlockTextEndsTheDocument() {
    let text =
      Self.node("a") + "---\nkind: ConfigMap\napiVersion: v1\ndata:\n  x: |\n    ---\n    text\n"
    let file = decode(text)
    #expect(file.diagnostics.isEmpty)
    #expect(file.otherObjects == 1)
  }

  @Test func linesCountOverAllDocuments() {
    let text = Self.node("a") + "---\n" + Self.node("b") + "---\n# note\n\n" + Self.node("B")
    #expect(decode(text).objects.map(\.location.line) == [1, 6])
    #expect(
      messages(text) == [
        "16: Node B: metadata.name: expected a name of lower-case letters, digits, - and . "
          + "(at most 253), that begins and ends with a letter or digit, found \"B\""
      ])
  }

  @Test(
    "an error of syntax costs its own document only",
    arguments: [
      (
        "a: b: c\n",
        "6:5: not valid YAML: mapping values are not allowed in this context"
      ),
      (
        "a: [1, 2\nb: 3\n",
        "7:2: not valid YAML: did not find expected ',' or ']' while parsing a flow sequence that "
          + "begins on line 6"
      ),
      (
        "a:\n\tb: 1\n",
        "7:1: not valid YAML: found character that cannot start any token while scanning for the "
          + "next token that begins on line 7; indent with spaces, not with tabs"
      ),
      (
        "a: \"open\n",
        "7:1: not valid YAML: found unexpected end of stream while scanning a quoted scalar that "
          + "begins on line 6"
      ),
      ("a: \u{7}\n", "6:4: not valid YAML: the character U+7 is not allowed"),
      ("b: é\na: \u{1}\n", "7:4: not valid YAML: the character U+1 is not allowed"),
      ("a: *b\n", "6:4: not valid YAML: found undefined alias"),
      (
        "a: 1\nb: 2\na: 3\n",
        "6: the key \"a\" occurs more than once in this mapping; keep one of them"
      ),
      ("- a\n- b\n", "6: expected an object with apiVersion and kind, found a list"),
      ("text\n", "6: expected an object with apiVersion and kind, found \"text\""),
      ("? [a]\n: b\n", "6: apiVersion: missing; expected such as v1 or metallb.io/v1beta1"),
    ] as [(String, String)])
  func reportsSyntax(broken: String, message: String) {
    let text = Self.node("a") + "---\n" + broken + "---\n" + Self.node("b")
    let file = decode(text)
    #expect(messages(text).first == message)
    #expect(file.objects.map(\.resource.metadata.name.name) == ["a", "b"])
    #expect(!file.isComplete)
  }

  @Test func duplicateKeysAreErrorsAtAnyDepth() {
    #expect(
      messages(goodPeer("peerPort: 179", "peerPort: 180")) == [
        "9: the key \"peerPort\" occurs more than once in this mapping; keep one of them"
      ])
    #expect(
      messages(#"{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "a", name: "b"}}"#) == [
        "1: the key \"name\" occurs more than once in this mapping; keep one of them"
      ])
  }

  @Test func anObjectTwiceInAFileIsAnError() {
    let text = documents(goodPeer(), pool("203.0.113.0/24"), goodPeer())
    #expect(
      messages(text) == [
        "18: BGPPeer default/a: is defined already on line 1 of this file; keep one of them"
      ])
    #expect(decode(text).objects.count == 2)
  }
}
