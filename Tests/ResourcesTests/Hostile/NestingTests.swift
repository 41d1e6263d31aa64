import Resources
import Testing

/// A text that nests without end, in one of the ways of YAML.
struct DeepText: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let text: String

  init(_ name: String, _ text: String) { (testDescription, self.text) = (name, text) }

  /// `count` levels that end again.
  static func closed(_ open: String, _ close: String, _ count: Int) -> String {
    String(repeating: open, count: count) + String(repeating: close, count: count)
  }

  /// `count` lines, each further to the right.
  static func indented(_ count: Int, _ lines: String...) -> String {
    (0..<count).flatMap { level in
      lines.map { String(repeating: " ", count: level * lines.count) + $0 }
    }.joined(separator: "\n")
  }
}

@Suite struct NestingTests {
  static let deepTexts = [
    DeepText("lists", String(repeating: "[", count: 1_000_000)),
    DeepText("mappings", String(repeating: "{", count: 1_000_000)),
    DeepText("mappings in lists", String(repeating: "[a: ", count: 300_000)),
    DeepText("mappings with values", String(repeating: "{a: ", count: 300_000)),
    DeepText("keys of lists", String(repeating: "? [", count: 300_000)),
    DeepText("keys in flow lists", String(repeating: "[? ", count: 300_000)),
    DeepText("lists on one line", String(repeating: "- ", count: 500_000)),
    DeepText("keys on one line", String(repeating: "? ", count: 500_000)),
    DeepText("lists and keys", String(repeating: "- ? ", count: 250_000)),
    DeepText("closed lists", DeepText.closed("[", "]", 400_000)),
    DeepText("closed mappings", DeepText.closed("{a: ", "}", 200_000)),
    DeepText("closed pairs", DeepText.closed("[a: ", "]", 200_000)),
    DeepText("indentation", DeepText.indented(1500, "a:")),
    DeepText("indentation with lists", DeepText.indented(1500, "a:", "- b: 1")),
    DeepText(
      "lists within a known kind",
      "apiVersion: v1\nkind: Service\nspec: " + DeepText.closed("[", "]", 900)),
    DeepText(
      "lists of lists",
      String(repeating: "{apiVersion: v1, kind: List, items: [", count: 20)
        + String(repeating: "]}", count: 20)),
  ]

  @Test("deep nesting is one error, without overflow of the stack", arguments: deepTexts)
  func refusesDeepNesting(deep: DeepText) async throws {
    let text = deep.text
    let file = await onSmallStack { decode(text) }
    #expect(file.objects.isEmpty)
    #expect(file.diagnostics.map(\.severity) == [.error])
    #expect(file.diagnostics.first?.line != nil)
  }

  @Test("what libyaml just accepts passes on a small stack", arguments: [500, 998])
  func survivesTheLimit(depth: Int) async {
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("[a: ", "]")] {
      let nest = DeepText.closed(open, close, depth)
      let text =
        "apiVersion: example.org/v1\nkind: Thing\nspec: \(nest)\n---\n"
        + "apiVersion: v1\nkind: Node\nmetadata: {name: node-1}\n"
      let file = await onSmallStack { decode(text) }
      #expect(file.objects.map(\.resource.key.description) == ["Node node-1"])
      #expect(file.otherObjects == 1)
      #expect(file.diagnostics.isEmpty)
    }
  }

  @Test func saysWhatIsTooDeep() {
    #expect(
      messages("apiVersion: v1\nkind: Service\nspec:\n  \(DeepText.closed("[", "]", 100))\n") == [
        "4: nested more than 64 levels deep; a Kubernetes object needs some 20"
      ])
    #expect(
      messages(String(repeating: "- ", count: 5000)) == [
        "1:1999: nested too deeply; a Kubernetes object needs some 20 levels"
      ])
  }
}
