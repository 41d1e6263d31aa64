import NIOCore
import Resources
import Testing

@testable import KubernetesClient

@Suite("Objects, lists and watch events")
struct ObjectReaderTests {
  private let reader = ObjectReader(
    Selection(ResourceType(.service), pruned: [["status", "images"]]))

  private func read(_ text: String) throws -> KubernetesObject {
    var cursor = JSONCursor(Array(text.utf8))
    return try reader.read(&cursor)
  }

  private let text = #"""
    {"metadata": {"name": "web", "managedFields": [{"manager": "x}]"}], "namespace": "default",
      "uid": "u", "resourceVersion": "7", "annotations": {
        "kubectl.kubernetes.io/last-applied-configuration": "{\"a\":1}", "a": "b"}},
     "spec": {"type": "LoadBalancer"}, "status": {"images": [1, 2], "x": null}}
    """#

  @Test("An object is read with its names, and without what nobody needs")
  func object() throws {
    let object = try read(text)
    #expect(object.name == ObjectName(namespace: "default", name: "web"))
    #expect(object.uid == "u" && object.resourceVersion == "7")
    #expect(object.apiVersion == "v1" && object.kind == "Service")
    let expected: JSONValue = [
      "apiVersion": "v1", "kind": "Service",
      "metadata": [
        "name": "web", "namespace": "default", "uid": "u", "resourceVersion": "7",
        "annotations": ["a": "b"],
      ],
      "spec": ["type": "LoadBalancer"], "status": ["x": .null],
    ]
    #expect(try JSONValue(parsing: object.json) == expected)
  }

  @Test("The decoders of the resources take what was read")
  func decodes() throws {
    let file = ManifestDecoder.decode(json: try read(text).json, source: "api")
    #expect(file.diagnostics.filter { $0.severity == .error }.isEmpty)
    #expect(file.objects.map(\.resource.key.description) == ["Service default/web"])
    #expect(file.objects.first?.location.line == nil)
  }

  @Test("A page has its objects, its version and what asks for the next")
  func page() throws {
    let text =
      #"{"kind":"ServiceList","metadata":{"resourceVersion":"9","continue":"c"},"items":[\#(text)]}"#
    let page = try ListPage(parsing: Array(text.utf8), reader: reader)
    #expect(page.resourceVersion == "9" && page.continueToken == "c")
    #expect(page.objects == [try read(self.text)])
    let empty = #"{"metadata":{"resourceVersion":"9","continue":""},"items":null}"#
    #expect(
      try ListPage(parsing: Array(empty.utf8), reader: reader)
        == ListPage(objects: [], resourceVersion: "9"))
  }

  @Test("The events of a watch")
  func events() throws {
    func parse(_ type: String, _ object: String) throws -> WatchEvent? {
      try WatchEvent.parse(
        line: Array(#"{"type":"\#(type)","object":\#(object)}"#.utf8), reader: reader)
    }
    let object = try read(text)
    #expect(try parse("ADDED", text) == .upserted(object))
    #expect(try parse("MODIFIED", text) == .upserted(object))
    #expect(try parse("DELETED", text) == .removed(object))
    #expect(try parse("FUTURE", "{}") == nil)
    #expect(
      try parse("BOOKMARK", #"{"metadata":{"resourceVersion":"5"}}"#)
        == .bookmark(resourceVersion: "5", endsInitialEvents: false))
    #expect(
      try parse(
        "BOOKMARK",
        #"{"metadata":{"annotations":{"k8s.io/initial-events-end":"true"},"resourceVersion":"5"}}"#)
        == .bookmark(resourceVersion: "5", endsInitialEvents: true))
    let status = #"{"kind":"Status","code":410,"reason":"Expired","message":"too old"}"#
    #expect(
      try parse("ERROR", status)
        == .failed(APIStatus(code: 410, reason: "Expired", message: "too old")))
  }

  @Test("Hostile octets are refused and never trap", arguments: 0..<200)
  func hostile(seed: Int) {
    var generator = SystemRandomNumberGenerator()
    var octets = Array(text.utf8)
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      switch Int.random(in: 0..<3, using: &generator) {
      case 0: octets.removeLast(Int.random(in: 0...octets.count, using: &generator))
      case 1: octets.append(UInt8.random(in: 0...255, using: &generator))
      default:
        if let index = octets.indices.randomElement(using: &generator) {
          octets[index] = UInt8.random(in: 0...255, using: &generator)
        }
      }
    }
    var cursor = JSONCursor(octets)
    if let object = try? reader.read(&cursor) {
      #expect(!object.name.name.isEmpty && !object.resourceVersion.isEmpty)
    }
  }

  @Test("A nest of brackets is refused")
  func nest() {
    for text in [
      String(repeating: "[", count: 100_000), String(repeating: #"{"a":"#, count: 100_000),
    ] {
      var cursor = JSONCursor(Array(text.utf8))
      #expect(throws: JSONCursor.Failure.self) { try cursor.skipValue() }
      #expect(throws: JSONFailure.self) { _ = try JSONValue(parsing: text.utf8) }
    }
  }

  @Test("Lines are cut wherever the chunks end")
  func lines() throws {
    let text = Array("one\n\ntwo\nthree".utf8)
    for size in 1...text.count {
      var splitter = LineSplitter()
      var lines: [String] = []
      var rest = text[...]
      while !rest.isEmpty {
        lines += try splitter.add(ByteBuffer(bytes: rest.prefix(size)))
          .map { String(decoding: $0, as: UTF8.self) }
        rest = rest.dropFirst(size)
      }
      #expect(lines == ["one", "two"])
      #expect(splitter.isWithinLine)
    }
  }

  @Test(
    "JSON is written as it is read",
    arguments: [
      #"{"a":[1,-2.5e3,true,false,null,"\"\\\n\u0001é"],"b":{}}"#, #""\ud83d\ude00""#, "[]",
    ])
  func roundTrip(text: String) throws {
    let value = try JSONValue(parsing: text.utf8)
    #expect(try JSONValue(parsing: value.octets) == value)
  }
}
