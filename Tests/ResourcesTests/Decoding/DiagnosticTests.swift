import Resources
import Testing

@Suite struct DiagnosticTests {
  @Test(
    "one line for people",
    arguments: [
      (
        Diagnostic(
          severity: .error, file: "lab/peers.yaml", line: 12,
          object: "BGPPeer metallb-system/router", fieldPath: "spec.peerPort",
          message: "expected a number from 1 to 65535, found \"abc\""),
        "lab/peers.yaml:12: BGPPeer metallb-system/router: spec.peerPort: expected a number from "
          + "1 to 65535, found \"abc\""
      ),
      (
        Diagnostic(severity: .error, file: "a.yaml", line: 3, column: 7, message: "not valid"),
        "a.yaml:3:7: not valid"
      ),
      (
        Diagnostic(severity: .warning, file: "a.yaml", line: 3, message: "odd"),
        "a.yaml:3: warning: odd"
      ),
      (Diagnostic(severity: .error, file: "a.yaml", message: "gone"), "a.yaml: gone"),
    ] as [(Diagnostic, String)])
  func describes(diagnostic: Diagnostic, text: String) { #expect(diagnostic.description == text) }

  @Test func theExampleOfTheDocumentationIsReal() {
    let text = KubectlSamples.peer.replacing("peerPort: 50179", with: "peerPort: abc")
    #expect(
      ManifestDecoder.decode(text, file: "lab/peers.yaml").diagnostics.map(\.description) == [
        "lab/peers.yaml:41: BGPPeer metallb-system/router: spec.peerPort: expected a number from "
          + "1 to 65535, found \"abc\""
      ])
  }

  @Test func sortsByPlace() {
    let sorted = [
      Diagnostic(severity: .error, file: "a", message: "z"),
      Diagnostic(severity: .error, file: "a", line: 2, message: "a"),
      Diagnostic(severity: .warning, file: "a", line: 2, message: "b"),
      Diagnostic(severity: .error, file: "a", line: 10, message: "a"),
      Diagnostic(severity: .error, file: "b", line: 1, message: "a"),
    ]
    #expect(sorted.reversed().sorted() == sorted)
  }
}
