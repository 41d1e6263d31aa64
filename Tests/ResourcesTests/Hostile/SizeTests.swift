import Resources
import Testing

@Suite struct SizeTests {
  @Test func aLargeFileIsRefusedBeforeItIsParsed() {
    let text = String(repeating: "[", count: ManifestDecoder.maximumFileSize + 1)
    #expect(
      decode(text)
        == DecodedFile(
          name: "test.yaml",
          diagnostics: [
            Diagnostic(
              severity: .error, file: "test.yaml",
              message: "has 16777217 octets, more than the 16777216 that are read; split it into "
                + "several files")
          ]))
  }

  @Test(arguments: [(0, false), (16 << 20, false), ((16 << 20) + 1, true), (Int.max, true)])
  func judgesSizes(size: Int, isTooLarge: Bool) {
    #expect((ManifestDecoder.diagnostic(forSize: size, of: "a") != nil) == isTooLarge)
  }

  @Test func aLongScalarIsCutInMessages() {
    let text = goodPeer("peerPort: " + String(repeating: "x", count: 100_000))
    #expect(
      messages(text) == [
        "9: BGPPeer default/a: spec.peerPort: expected a number from 1 to 65535, found \""
          + String(repeating: "x", count: 60) + "...\""
      ])
  }

  @Test func manyDocumentsAreRead() {
    let text = (0..<500).map { "apiVersion: v1\nkind: Node\nmetadata: {name: n\($0)}\n" }
      .joined(separator: "---\n")
    let file = decode(text)
    #expect(file.objects.count == 500)
    #expect(file.diagnostics.isEmpty)
    #expect(file.objects.last?.location.line == 499 * 4 + 1)
  }

  @Test func theNumberOfDiagnosticsIsBounded() {
    let text = String(repeating: "- \n---\n", count: 1500)
    let file = decode(text)
    #expect(file.diagnostics.count == 1001)
    #expect(
      file.diagnostics.first?.description
        == "test.yaml: errors: 1500, warnings: 0; only the first 1000 are listed")
    #expect(file.diagnostics.last?.line == 1999)
    #expect(!file.isComplete)
  }

  @Test func anErrorBeyondTheBoundStillCounts() {
    let warnings = (0..<1200).map { "field\($0): 1\n" }.joined()
    let text = "apiVersion: v1\nkind: Node\nmetadata: {name: a}\n" + warnings + "---\n- 1\n"
    let file = decode(text)
    #expect(file.objects.count == 1)
    #expect(!file.isComplete)
    #expect(
      file.diagnostics.first?.description
        == "test.yaml: errors: 1, warnings: 1200; only the first 1000 are listed")
  }
}
