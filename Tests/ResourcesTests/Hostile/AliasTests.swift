import Testing

@testable import Resources

@Suite struct AliasTests {
  @Test func refusesABillionLaughs() async {
    var text = "apiVersion: v1\nkind: ConfigMap\na: &a [x, x, x, x, x, x, x, x, x, x]\n"
    for (name, of) in zip("bcdefghij", "abcdefghi") {
      let items = Array(repeating: "*\(of)", count: 10).joined(separator: ", ")
      text += "\(name): &\(name) [\(items)]\n"
    }
    text += "? *j\n: 1\n"
    let file = await onSmallStack { [text] in decode(text) }
    #expect(
      file.diagnostics.map(\.description) == [
        "test.yaml:4: the YAML alias *a is not supported; write the value of &a out in its place"
      ])
  }

  @Test(
    "aliases in all places",
    arguments: [
      ("a: &x 1\nb: *x\n", "x", 2), ("a: &x 1\nb: [*x]\n", "x", 2), ("[&x 1,*x]", "x", 1),
      ("{a: &x 1, *x : 2}", "x", 1), ("- &x a\n- *x # again\n", "x", 2),
      ("a: &a-b_1 1\nb: *a-b_1", "a-b_1", 2), ("a: &x\n  b: 1\nc:\n  <<: *x\n", "x", 4),
      ("{\"a\": &x 1, \"b\":*x}", "x", 1), ("? &x a\n: *x\n", "x", 2), ("[? &x a, ?*x]", "x", 1),
      ("a: &x 1\r\nb: *x\r\n", "x", 2), ("a: &x 1\u{2028}b: *x", "x", 1),
    ])
  func finds(text: String, name: String, line: Int) {
    #expect(
      AliasScan.firstAlias(in: Array(text.utf8)[...]) == AliasScan.Alias(name: name, line: line))
  }

  @Test(
    "text that only looks like aliases",
    arguments: [
      "", "*", "&", "a: 1", "a: \"b & c * d\"", "cron: \"* * * * *\"", "a: &x 1",
      "url: http://192.0.2.1/?a=1&b=2&c=*b", "run: foo && *bar", "glob: \"*.txt & *.md\"",
      "c: |\n  int *foo = x; f(&foo);\n", "c: |\n  g(x, &foo); *foo = 1;\n", "a: 2*x &x",
      "emphasis: this is *very* &very important",
    ])
  func passes(text: String) {
    #expect(AliasScan.firstAlias(in: Array(text.utf8)[...]) == nil)
  }

  @Test func anAnchorAloneDoesNoHarm() {
    #expect(only("apiVersion: v1\nkind: Node\nmetadata: &m\n  name: &n a\n")?.node?.name == "a")
  }

  @Test func anAliasOfAnotherDocumentIsUndefined() {
    #expect(
      messages("a: &x 1\napiVersion: v1\nkind: Pod\n---\na: *x\n") == [
        "5:4: not valid YAML: found undefined alias"
      ])
  }
}
