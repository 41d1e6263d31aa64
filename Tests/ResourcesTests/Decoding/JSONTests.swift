import TestSupport
import Testing

@testable import Resources

@Suite("Objects as JSON")
struct JSONTests {
  private static let samples = [
    #"""
    {"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"default"},
     "spec":{"type":"LoadBalancer","externalTrafficPolicy":"Local","ports":[{"port":80}]},
     "status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.1"}]}}}
    """#,
    #"""
    {"apiVersion":"metallb.io/v1beta1","kind":"IPAddressPool",
     "metadata":{"name":"p\u006fol","namespace":"metallb-system"},
     "spec":{"addresses":["192.0.2.0/24","2001:db8::\/120"],"autoAssign":false}}
    """#,
    #"""
    {"apiVersion":"v1","kind":"Node","metadata":{"name":"node-1","labels":{"zone":"1"}},
     "spec":{"unschedulable":true},"status":{"conditions":[{"type":"Ready","status":"True"}]}}
    """#,
    #"""
    {"apiVersion":"metallb.io/v1beta2","kind":"BGPPeer",
     "metadata":{"name":"router","namespace":"metallb-system"},
     "spec":{"myASN":64512,"peerASN":4200000000,"peerAddress":"192.0.2.1","holdTime":"90s"}}
    """#,
  ]

  @Test("JSON decodes to what the same text decodes to as YAML", arguments: samples)
  func sameAsYAML(text: String) throws {
    let json = ManifestDecoder.decode(json: Array(text.utf8), source: "api")
    let yaml = ManifestDecoder.decode(text, file: "file")
    #expect(json.objects.map(\.resource) == yaml.objects.map(\.resource))
    #expect(json.objects.count == 1 && json.diagnostics.isEmpty)
    let location = try #require(json.objects.first?.location)
    #expect(location == SourceLocation(file: "api"))
  }

  @Test(
    "What is wrong is named without a line",
    arguments: [
      ("", "api: not valid JSON: expected a JSON value at octet 0"),
      (#"{"a":1"#, "api: not valid JSON: expected a comma or the end of the object at octet 6"),
      ("[]", "api: expected an object with apiVersion and kind, found a list"),
      (
        #"{"kind":"Service","metadata":{"name":"a"}}"#,
        "api: apiVersion: missing; expected such as v1 or metallb.io/v1beta1"
      ),
    ])
  func errors(text: String, message: String) {
    let file = ManifestDecoder.decode(json: Array(text.utf8), source: "api")
    #expect(file.diagnostics.map(\.description) == [message])
    #expect(file.objects.isEmpty)
  }

  @Test("A bad field of an object is named by object and path")
  func badField() {
    let text = #"""
      {"apiVersion":"metallb.io/v1beta1","kind":"IPAddressPool","metadata":{"name":"p",
      "namespace":"m"},"spec":{"addresses":["192.0.2.300"]}}
      """#
    let file = ManifestDecoder.decode(json: Array(text.utf8), source: "api")
    #expect(file.diagnostics.count == 1 && file.diagnostics.first?.line == nil)
    #expect(file.diagnostics.first?.object == "IPAddressPool m/p")
    #expect(file.diagnostics.first?.fieldPath == "spec.addresses[0]")
  }

  @Test("Mutated JSON is refused or decoded, and never traps", arguments: 0..<300)
  func hostile(seed: Int) throws {
    var generator = SeededGenerator(seed)
    let sample = try #require(Self.samples.randomElement(using: &generator))
    var octets = Array(sample.utf8)
    for _ in 0..<Int.random(in: 1...5, using: &generator) {
      let index = Int.random(in: 0..<max(octets.count, 1), using: &generator)
      switch Int.random(in: 0..<3, using: &generator) {
      case 0: octets.removeLast(min(octets.count, index / 8))
      case 1:
        octets.insert(UInt8.random(in: 0...255, using: &generator), at: min(index, octets.count))
      default: if index < octets.count { octets[index] = .random(in: 0...255, using: &generator) }
      }
    }
    let file = ManifestDecoder.decode(json: octets, source: "api")
    #expect(file.objects.count + file.otherObjects <= 1)
    #expect(!file.objects.isEmpty || file.otherObjects > 0 || !file.isComplete)
  }

  @Test("Numbers are those of RFC 8259")
  func numbers() {
    for text in ["0", "-0", "10", "1.5", "1e5", "-1.5E-5"] {
      #expect(JSONNumber.isValid(Array(text.utf8)[...]), "\(text)")
    }
    for text in ["", "-", "01", "1.", ".5", "1e", "+1", "0x1", "1_000"] {
      #expect(!JSONNumber.isValid(Array(text.utf8)[...]), "\(text)")
    }
  }
}
