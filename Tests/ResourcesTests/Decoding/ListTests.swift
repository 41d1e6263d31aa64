import Resources
import Testing

@Suite struct ListTests {
  @Test(
    "lists of objects",
    arguments: [
      (
        "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Node, metadata: {name: a}}]}",
        ["Node a"]
      ),
      (
        "{apiVersion: v1, kind: NodeList, items: [{metadata: {name: a}}, {metadata: {name: b}}]}",
        ["Node a", "Node b"]
      ),
      (
        "{apiVersion: v1, kind: NodeList, items: [{apiVersion: v1, kind: Node, metadata: {name: a}}]}",
        ["Node a"]
      ),
      (
        "{apiVersion: metallb.io/v1beta1, kind: IPAddressPoolList, items: [{metadata: {name: a}, "
          + "spec: {addresses: [203.0.113.0/24]}}]}",
        ["IPAddressPool default/a"]
      ),
      (
        "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: List, items: "
          + "[{apiVersion: v1, kind: Node, metadata: {name: a}}]}]}",
        ["Node a"]
      ),
      ("{apiVersion: v1, kind: List, items: []}", []),
      ("{apiVersion: v1, kind: List, items: null}", []), ("{apiVersion: v1, kind: List}", []),
      ("{apiVersion: v1, kind: NodeList}", []),
    ] as [(String, [String])])
  func readsLists(text: String, keys: [String]) {
    let file = decode(text)
    #expect(file.diagnostics.isEmpty)
    #expect(file.objects.map(\.resource.key.description) == keys)
  }

  @Test func anErrorInAListSparesTheOtherItems() {
    let text = """
      apiVersion: v1
      kind: List
      items:
      - apiVersion: v1
        kind: Node
        metadata:
          name: a
      - apiVersion: v1
        kind: Node
        metadata: {}
      - 5
      -
      - kind: Node
      - apiVersion: v1
        kind: Node
        metadata:
          name: b
      """
    let file = decode(text)
    #expect(file.objects.map(\.resource.key.description) == ["Node a", "Node b"])
    #expect(file.objects.map(\.location.line) == [4, 14])
    #expect(
      messages(text) == [
        "10: Node: metadata.name: missing; expected the name of the object",
        "11: expected an object with apiVersion and kind, found 5",
        "13: apiVersion: missing; expected such as v1 or metallb.io/v1beta1",
      ])
  }

  @Test func itemsMustBeAList() {
    #expect(
      messages("apiVersion: v1\nkind: List\nitems: 5\n") == ["3: items: expected a list, found 5"])
  }
}
