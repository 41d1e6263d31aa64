import FoundationEssentials
import KubernetesClient
import Resources
import Status
import TestAPIServer
import Testing

@testable import Speaker

@Suite struct CustomResourcesTests {
  private let report = SpeakerReport(
    node: "node-1", version: "1", startedAt: Timestamp(secondsSince1970: 1), isReady: true,
    members: MemberSummary(count: 3, missing: ["node-2"]), ownedCount: 1, announcedCount: 2,
    sessions: [
      .init(
        peer: "router", address: "192.0.2.1", state: "Established",
        since: Timestamp(secondsSince1970: 2), prefixes: 4, lastError: "Hold Timer Expired")
    ],
    problems: [
      Problem(
        severity: .error, object: "BGPPeer a/b", fieldPath: "spec.peerPort", message: "wrong")
    ])

  /// Our own kind passes its own definition, strictly: no unknown field, none missing.
  @Test func whatIsWrittenIsOfTheFormThatIsDefined() {
    #expect(SpeakerReport.schema.violations(of: report.status) == [])
  }

  /// The documentation asks for `kubectl get speakers`.
  @Test func theKindHasAShortName() {
    #expect(CustomResources.speaker["spec"]?["names"]?["shortNames"] == ["speaker", "speakers"])
  }

  @Test func theFormRefusesWhatIsNotOfIt() {
    func violations(_ name: String, _ value: JSONValue?) -> [String] {
      var members = report.status.object ?? [:]
      members[name] = value
      return SpeakerReport.schema.violations(of: .object(members))
    }
    #expect(violations("tomorrow", 1) == [".tomorrow: unknown field"])
    #expect(violations("node", nil) == [".node: missing"])
    #expect(violations("memberCount", "3") == [".memberCount: of another type"])
    #expect(violations("memberCount", -1) == [".memberCount: negative"])
    #expect(
      violations("problems", [["severity": "fatal", "message": ""]]).first?
        .hasPrefix(".problems[0].severity: fatal is none of") == true)
  }

  @Test func membersAreCountedAndTheFirstTwentyMissingNamed() {
    #expect(report.status["memberCount"] == 3 && report.status["aliveMembers"] == 2)
    #expect(report.status["missingMembers"] == ["node-2"])
    var large = report
    let names = (100..<200).map { "node-\($0)" }
    large.members = MemberSummary(count: 1000, missing: names)
    #expect(large.status["aliveMembers"] == 900)
    #expect(large.status["missingMembers"]?.array == names.prefix(20).map(JSONValue.string))
  }

  @Test func everyColumnIsAField() {
    let members = report.status.object ?? [:]
    for column in SpeakerReport.columns {
      #expect(members[String(column.path.dropFirst(".status.".count))] != nil, "\(column.name)")
    }
  }

  @Test func theTextIsYAMLOfTheDefinition() throws {
    #expect(try YAMLObjects.read(CustomResources.yaml) == [CustomResources.speaker])
    let version = CustomResources.speaker["spec"]?["versions"]?.array?.first
    let status = version?["schema"]?["openAPIV3Schema"]?["properties"]?["status"]
    #expect(status?["x-kubernetes-validations"]?.array?.count == 3)
    #expect(version?["additionalPrinterColumns"]?.array?.count == SpeakerReport.columns.count)
  }

  /// Whoever changes the kind runs this with BELLMAN_UPDATE_EXAMPLES=1.
  @Test(arguments: ["kubernetes/base/crds.yaml", "helm/bellman/crds/crds.yaml"])
  func theExamplesAreUpToDate(_ name: String) throws {
    if ProcessInfo.processInfo.environment["BELLMAN_UPDATE_EXAMPLES"] != nil {
      try Data(CustomResources.yaml.utf8).write(to: URL(filePath: "\(Example.folder)/\(name)"))
    }
    #expect(try Example.text(name) == CustomResources.yaml)
  }

  @Test(arguments: [
    ("plain words", "plain words"), ("yes", "\"yes\""), ("a: b", "\"a: b\""), ("", "\"\""),
    ("- x", "\"- x\""), ("1", "\"1\""), ("line\nbreak", "\"line\\nbreak\""), ("é", "\"é\""),
  ])
  func stringsAreQuotedWhereTheyMustBe(text: String, shown: String) throws {
    let document = YAMLText.document(["key": .string(text)])
    #expect(document == "key: \(shown)\n")
    if !text.contains("\n") {
      #expect(try YAMLObjects.read(document) == [["key": .string(text)]])
    }
  }

  @Test func nestedBlocksAreReadBackTheSame() throws {
    let value: JSONValue = [
      "a": [["b": 1, "c": ["x", "y"]], ["d": [:], "e": []]], "f": ["g": ["h": true]], "i": "x",
    ]
    #expect(try YAMLObjects.read(YAMLText.document(value)) == [value])
  }
}
