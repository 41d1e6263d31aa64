import Resources
import TestSupport
import Testing

@Suite struct RandomTextTests {
  private static let samples = [
    KubectlSamples.service, KubectlSamples.endpointSlice, KubectlSamples.node, KubectlSamples.peer,
    documents(pool("203.0.113.0/24", "2001:db8::1-2001:db8::ff"), goodPeer("password: x")),
    object("BGPAdvertisement", ["communities: [64512:1, a]", "localPref: 100"]),
  ]

  @Test("random octets give diagnostics, never a trap", arguments: 0..<40)
  func randomOctets(seed: UInt64) async {
    let text = {
      var generator = SeededGenerator(seed)
      let count = Int.random(in: 1...2000, using: &generator)
      return String(
        decoding: (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) },
        as: UTF8.self)
    }()
    let file = await onSmallStack { decode(text) }
    #expect(file.objects.isEmpty)
    #expect(!file.isComplete)
  }

  @Test("random YAML indicators give diagnostics, never a trap", arguments: 0..<200)
  func randomIndicators(seed: UInt64) async {
    let text = {
      var generator = SeededGenerator(seed)
      let pieces = [
        "[", "]", "{", "}", ",", ": ", "- ", "? ", "\n", "  ", "&a ", "*a ", "|\n", ">-\n", "\"",
        "'", "#", "!t ", "%", "---\n", "...\n", "a", "5", "<<: ", "\t", "\u{85}", "\u{2028}",
        "apiVersion: v1\n", "kind: List\n", "items:\n", "metadata: ", "\\", "\u{FEFF}",
      ]
      return (0..<Int.random(in: 1...300, using: &generator)).map { _ in
        pieces[Int.random(in: 0..<pieces.count, using: &generator)]
      }.joined()
    }()
    let file = await onSmallStack { decode(text) }
    for diagnostic in file.diagnostics {
      #expect(!diagnostic.message.isEmpty)
      #expect(diagnostic.line ?? 0 >= 1)
      #expect(!diagnostic.description.contains { $0.isNewline })
    }
  }

  @Test("mutated manifests give objects or diagnostics, never a trap", arguments: 0..<300)
  func mutations(seed: UInt64) async {
    var generator = SeededGenerator(seed)
    let sample = Self.samples[Int(seed) % Self.samples.count]
    var octets = Array(sample.utf8)
    for _ in 0...Int.random(in: 0...5, using: &generator) {
      Self.mutate(&octets, &generator)
    }
    let text = String(decoding: octets, as: UTF8.self)
    let lines = text.utf8.count { $0 == UInt8(ascii: "\n") } + 2
    let file = await onSmallStack { decode(text) }
    #expect(text.isEmpty || file.objects.count + file.otherObjects + file.diagnostics.count > 0)
    for diagnostic in file.diagnostics {
      // Carriage returns and the separators of Unicode end lines of YAML as well.
      #expect((1...(lines + text.utf8.count)).contains(diagnostic.line ?? 0))
      #expect(!diagnostic.description.contains { $0.isNewline })
    }
  }

  @Test func prefixesOfAManifestNeverTrap() {
    let text = KubectlSamples.peer
    for length in stride(from: 0, to: text.count, by: 7) {
      let file = decode(String(text.prefix(length)))
      #expect(file.objects.count <= 1)
    }
  }

  private static func mutate(_ octets: inout [UInt8], _ generator: inout SeededGenerator) {
    guard !octets.isEmpty else { return }
    let position = Int.random(in: 0..<octets.count, using: &generator)
    let end = min(octets.count, position + Int.random(in: 1...40, using: &generator))
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: octets[position] = UInt8.random(in: 0...255, using: &generator)
    case 1: octets.removeSubrange(position..<end)
    case 2: octets.insert(contentsOf: octets[position..<end], at: position)
    case 3: octets.insert(UInt8.random(in: 0x20...0x7E, using: &generator), at: position)
    case 4:
      octets.replaceSubrange(
        position..<end, with: Array("[{: -&*|>\"'#%\n".utf8).shuffled(using: &generator))
    default: octets.removeSubrange(position...)
    }
  }
}
