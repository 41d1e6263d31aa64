import Testing

@testable import Speaker

@Suite struct SpeakerNodesTests {
  @Test(
    arguments: [
      ([:], true), (["kubernetes.io/os": "linux"], true), (["kubernetes.io/os": "windows"], false),
      (["kubernetes.io/os": "plan9", "a": "1"], false),
    ] as [([String: String], Bool)])
  func allAreThoseOfLinux(labels: [String: String], hasSpeaker: Bool) {
    #expect(SpeakerNodes.all.contain(labels) == hasSpeaker)
  }

  @Test(
    arguments: [
      ("a=1", ["a": "1"], true), ("a=1", ["a": "2"], false), ("a=1", [:], false),
      ("a==1", ["a": "1"], true), ("a!=1", ["a": "1"], false), ("a!=1", [:], true),
      ("a=", ["a": ""], true), ("a", ["a": ""], true), ("a", [:], false), ("!a", [:], true),
      ("!a", ["a": "x"], false), ("a in (1, 2)", ["a": "2"], true),
      ("a in (1,2)", ["a": "3"], false), ("a notin (1,2)", [:], true),
      ("a notin (1,2)", ["a": "1"], false),
      (" x.example/a = 1 , b in (1,2),!c ", ["x.example/a": "1", "b": "2"], true),
      ("x.example/a=1,b in (1,2),!c", ["x.example/a": "1", "b": "2", "c": ""], false),
      ("a=1", ["a": "1", "kubernetes.io/os": "windows"], false),
    ] as [(String, [String: String], Bool)])
  func aSelectorReadsAsThatOfKubectl(
    text: String, labels: [String: String], hasSpeaker: Bool
  ) throws {
    #expect(try SpeakerNodes(text).contain(labels) == hasSpeaker)
  }

  @Test(
    arguments: [
      "", "a=1,", "=1", "!=1", "!a=1", "a=b=c", "a b", "a in", "a in ()", "a within (1)", "a=ä",
      "a in (1,2", "!", "a=1;b=2",
    ])
  func otherTextIsRefusedWithTheRemedy(text: String) {
    let error = #expect(throws: SpeakerStartError.self) { try SpeakerNodes(text) }
    #expect(error?.description.contains("does not select labels; write key=value") == true)
  }
}
