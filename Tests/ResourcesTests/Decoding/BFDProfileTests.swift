import Resources
import Testing

@Suite struct BFDProfileTests {
  private static let metadata = ObjectMetadata(name: ObjectName(namespace: "default", name: "a"))

  @Test func readsAProfile() throws {
    #expect(only(object("BFDProfile", []))?.bfdProfile == BFDProfile(metadata: Self.metadata))
    let text = object(
      "BFDProfile",
      [
        "receiveInterval: 10", "transmitInterval: 60000", "detectMultiplier: 255",
        "echoInterval: 20", "echoMode: true", "passiveMode: true", "minimumTtl: 1",
      ])
    #expect(
      only(text)?.bfdProfile
        == BFDProfile(
          metadata: Self.metadata, receiveInterval: 10, transmitInterval: 60000,
          detectMultiplier: 255, echoInterval: 20, echoMode: true, passiveMode: true,
          minimumTTL: 1))
  }

  @Test(
    arguments: [
      ("receiveInterval", 10, 60000), ("transmitInterval", 10, 60000), ("echoInterval", 10, 60000),
      ("detectMultiplier", 2, 255), ("minimumTtl", 1, 254),
    ])
  func refusesValuesOutOfRange(field: String, low: Int, high: Int) {
    for value in [low - 1, high + 1] {
      #expect(
        messages(object("BFDProfile", ["\(field): \(value)"])) == [
          "6: BFDProfile default/a: spec.\(field): expected a number from \(low) to \(high), "
            + "found \(value)"
        ])
    }
    for value in [low, high] {
      #expect(only(object("BFDProfile", ["\(field): \(value)"])) != nil)
    }
  }

  @Test func refusesUnknownFields() {
    #expect(
      messages(object("BFDProfile", ["minimumTTL: 5"])) == [
        "6: BFDProfile default/a: spec.minimumTTL: unknown field; did you mean minimumTtl?"
      ])
  }
}
