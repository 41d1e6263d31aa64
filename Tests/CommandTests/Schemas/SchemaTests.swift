import FoundationEssentials
import Lab
import NIOCore
import Testing

@testable import Speaker
@testable import Status

#if canImport(Glibc)
  import Glibc
#endif

extension CommandTests {
  /// What `-o json` prints is what the schemas say.
  @Suite struct Schemas {
    /// `make schemas` writes them.
    @Test(arguments: DocumentForm.all.map(\.name))
    func theFilesAreWhatTheTypesSay(_ name: String) throws {
      let form = try #require(DocumentForm.all.first { $0.name == name })
      let text = try form.text()
      if getenv("BELLMAN_UPDATE_SCHEMAS") != nil {
        try FileManager.default.createDirectory(
          atPath: DocumentForm.folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: form.path))
      }
      let found = try? String(contentsOfFile: form.path, encoding: .utf8)
      #expect(
        found == text,
        """
        \(form.path) is not what the types say: run 'make schemas'. Where keys are gone or mean \
        something else, the document needs a new version.
        """)
    }

    @Test func thereIsNoOtherFile() throws {
      let files = try FileManager.default.contentsOfDirectory(atPath: DocumentForm.folder)
      #expect(files.sorted() == DocumentForm.all.map { "\($0.name).json" }.sorted())
    }

    private static let manifests = "\(RepositoryPath.root)/Tests/Manifests/advise"

    @Test func whatCommandsPrintIsValid() async throws {
      guard await Helper.schemas.isPresent() else { return }
      try await SpeakerRig.run { rig in
        let speaker = ["--socket", rig.socket]
        let planted = ["--manifests", "\(Self.manifests)/planted"]
        for (form, arguments) in [
          ("status", ["status"] + speaker), ("peers", ["status", "peers"] + speaker),
          ("members", ["status", "members"] + speaker),
          ("interfaces", ["status", "interfaces"] + speaker),
          ("routes", ["status", "routes"] + speaker),
          ("explain", ["explain", "shop/web"] + speaker),
          ("event", ["events"] + speaker), ("drain", ["drain"] + speaker),
          ("plan", ["plan"] + planted),
          ("plan-difference", ["plan"] + planted + ["--against", "\(Self.manifests)/clean"]),
          ("advise", ["advise"] + planted), ("doctor", ["doctor"] + speaker),
        ] {
          let result = try await Command.output([Program.path] + arguments + ["-o", "json"])
          #expect(try await Self.faults(of: result.output, form) == [], "\(arguments)")
        }
      }
    }

    /// What takes other speakers, or an election.
    @Test func whatIsRenderedIsValid() async throws {
      guard await Helper.schemas.isPresent() else { return }
      let status = StatusDocument(
        node: "node-1", programVersion: "1", pid: 1, startedAt: .now,
        source: SourceStatus(directory: "/m"))
      let answer = SpeakerAnswer(node: "node-1", pod: "a/b", outcome: .answered)
      func cluster<Node: NodeDocument>(_ node: Node) -> ClusterDocument<Node> {
        ClusterDocument(server: "https://a", askedAt: .now, speakers: [answer], nodes: [node])
      }
      let renderer = StatusRenderer(format: .json, now: .now)
      var merge = ClusterMerge()
      try merge.take(SpeakerSummary(status))
      for (form, text) in [
        ("cluster-peers", try renderer.clusterPeers(cluster(status))),
        ("cluster-members", try renderer.clusterMembers(cluster(status))),
        (
          "cluster-interfaces",
          try renderer.clusterInterfaces(
            cluster(InterfacesDocument(node: "node-1", interfaces: [])))
        ),
        (
          "cluster-routes",
          try renderer.clusterRoutes(cluster(RoutesDocument(node: "node-1", peers: [])))
        ),
        (
          "cluster-status",
          try renderer.cluster(
            merge.document(server: "https://a", askedAt: .now, speakers: [answer]))
        ),
        (
          "cluster-explain",
          try renderer.clusterExplain(
            ClusterExplainDocument(
              server: "https://a", subject: "a/b", speakers: [answer],
              told: [ExplainDocument(node: "node-1", subject: "a/b", services: [])]))
        ),
        (
          "rebalance",
          try renderer.rebalance(
            RebalanceDocument(
              node: "node-1", loads: ["node-1": 3], until: nil, intervalMilliseconds: 100))
        ),
      ] {
        #expect(try await Self.faults(of: text, form) == [], "\(form)")
      }
    }

    @Test(arguments: [
      (#"{"version":1,"node":"a","drain":null,"more":1}"#, "more"),
      (#"{"version":1}"#, "node"), (#"{"version":2,"node":"a"}"#, "1 was expected"),
      (#"{"version":1,"node":"a","drain":{"since":"2026-01-01T00:00:00Z"}}"#, "moved"),
    ])
    func whatTheSchemaDoesNotHaveIsAFault(_ text: String, _ fault: String) async throws {
      guard await Helper.schemas.isPresent() else { return }
      #expect(try await Self.faults(of: text, "drain").joined().contains(fault))
    }

    /// What of `text`, one document or one on each line, is not as the schema says.
    private static func faults(of text: String, _ form: String) async throws -> [String] {
      let path = FileManager.default.temporaryDirectory.path + "/bellman-\(UUID().uuidString)"
      try Data(text.utf8).write(to: URL(filePath: path))
      defer { try? FileManager.default.removeItem(atPath: path) }
      let script = """
        import json, sys, jsonschema
        schema = json.load(open(sys.argv[1]))
        jsonschema.Draft202012Validator.check_schema(schema)
        text = open(sys.argv[2]).read()
        try:
            documents = [json.loads(text)]
        except json.JSONDecodeError:
            documents = [json.loads(line) for line in text.splitlines()]
        for document in documents:
            for error in jsonschema.Draft202012Validator(schema).iter_errors(document):
                print(error.json_path, error.message)
        """
      let result = try await Command.output(
        Helper.schemaPython + ["-c", script, "\(DocumentForm.folder)/\(form).json", path])
      guard result.status == 0 else { return [result.error] }
      return result.output.split(separator: "\n").map(String.init)
    }
  }
}
