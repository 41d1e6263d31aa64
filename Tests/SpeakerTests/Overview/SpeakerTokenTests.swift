import FoundationEssentials
import KubernetesClient
import Logging
import NIOCore
import NIOPosix
import Resources
import Status
import TestAPIServer
import Testing

@testable import Speaker

/// A speaker that listens as in `Examples/kubernetes`, with TLS and a token, and those who ask it
/// through an API server.
@Suite("Asking speakers that want a token", .serialized)
struct SpeakerTokenTests {
  private static let token = "0123456789abcdef"
  private static let secret = ObjectName(namespace: "bellman-system", name: "bellman-status-token")

  /// What of an installation can be otherwise.
  struct Installation {
    /// The token in the Secret; nil where there is none.
    var secret: String? = SpeakerTokenTests.token
    var isTLS = true
    var access: RBAC?
  }

  private static func run(
    _ installation: Installation = Installation(),
    options asked: SpeakerSurvey.Options = SpeakerSurvey.Options(),
    _ body: @escaping @Sendable (SpeakerSurvey) async throws -> Void
  ) async throws {
    let directory = TemporaryDirectory()
    let pair = try TestCertificates().server
    try directory.write("key.pem", pair.key)
    try directory.write("cert.pem", pair.chain)
    try directory.write("token", token + "\n")
    var listen = ListenOptions.loopback
    listen.tokenFile = directory.path + "/token"
    if installation.isTLS {
      listen.tls = .init(
        certificate: directory.path + "/cert.pem", key: directory.path + "/key.pem")
    }
    var server = TestAPIServer.Options()
    server.authorization = installation.access
    try await ListenRig.run(listen) { rig in
      let pod = Self.pod(port: rig.place.port, isTLS: installation.isTLS)
      let stored = installation.secret
      try await TestAPIServer.run(server) { server in
        server.store.put(pod, .pods)
        if let stored { server.store.put(Self.secret(holding: stored), .secrets) }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let client = try KubernetesClient(
          endpoint: Endpoint(server: server.url, origin: "test"),
          group: MultiThreadedEventLoopGroup.singleton, logger: logger)
        do {
          try await body(SpeakerSurvey(client: client, options: asked))
        } catch {
          await client.shutdown()
          throw error
        }
        await client.shutdown()
      }
    }
  }

  private static func pod(port: Int, isTLS: Bool) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "Pod",
      "metadata": [
        "name": "speaker-1", "namespace": "bellman-system",
        "labels": [
          "app.kubernetes.io/name": "bellman", "app.kubernetes.io/component": "speaker",
        ],
      ],
      "spec": [
        "nodeName": "node-1",
        "containers": [
          [
            "name": "speaker",
            "ports": [
              ["name": "metrics", "containerPort": 1],
              [
                "name": .string(isTLS ? "status-tls" : "status"),
                "containerPort": .integer(Int64(port)),
              ],
            ],
          ]
        ],
      ],
      "status": ["phase": "Running", "podIP": "127.0.0.1"],
    ]
  }

  private static func secret(holding text: String) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "Secret",
      "metadata": [
        "name": .string(secret.name), "namespace": .string(secret.namespace),
      ],
      "data": ["token": .string(Data(text.utf8).base64EncodedString())],
    ]
  }

  /// What came of asking, and why.
  private struct Told: Equatable {
    var outcome: SpeakerAnswer.Outcome
    var detail: String
  }

  private static func answer(_ survey: SpeakerSurvey) async throws -> Told {
    let answer = try #require(try await survey.status().speakers.first)
    return Told(outcome: answer.outcome, detail: answer.detail ?? "")
  }

  @Test func theTokenOfTheSecretIsTaken() async throws {
    try await Self.run { survey in
      let told = try await Self.answer(survey)
      #expect(told == Told(outcome: .answered, detail: ""))
      let document = try await survey.status(of: "node-1")
      #expect(document.node == "node-1")
    }
  }

  @Test func theTokenOfAFileIsTaken() async throws {
    let directory = TemporaryDirectory()
    try directory.write("token", Self.token + "\n")
    var options = SpeakerSurvey.Options()
    options.tokenFile = directory.path + "/token"
    try await Self.run(Installation(secret: nil), options: options) { survey in
      let told = try await Self.answer(survey)
      #expect(told == Told(outcome: .answered, detail: ""))
    }
  }

  @Test func anotherTokenIsRefusedAndTheRemedyNamed() async throws {
    try await Self.run(Installation(secret: "fedcba9876543210")) { survey in
      let told = try await Self.answer(survey)
      let (outcome, detail) = (told.outcome, told.detail)
      #expect(outcome == .refused)
      #expect(
        detail
          == "it does not take the token of the Secret bellman-system/bellman-status-token; give the "
          + "one of its --listen-token-file with --speaker-token-file")
      let failure = await #expect(throws: SpeakerSurvey.Failure.self) {
        _ = try await survey.status(of: "node-1")
      }
      #expect(failure?.description.contains("--speaker-token-file") == true)
      #expect(failure?.description.contains("fedcba9876543210") == false)
    }
  }

  @Test func withoutATokenItIsSaidWhereOneWasLookedFor() async throws {
    try await Self.run(Installation(secret: nil)) { survey in
      let told = try await Self.answer(survey)
      let (outcome, detail) = (told.outcome, told.detail)
      #expect(outcome == .refused)
      #expect(detail.hasPrefix("it wants a token, and there is no Secret \(Self.secret)"))
      #expect(detail.contains("--speaker-token-secret"))
    }
    try await Self.run(Installation(secret: " ")) { survey in
      let told = try await Self.answer(survey)
      let (outcome, detail) = (told.outcome, told.detail)
      #expect(outcome == .refused && detail.contains("has no token under token"))
    }
  }

  @Test(arguments: [nil, "", "two\u{7}bells"] as [String?])
  func aFileThatWasNamedMustHoldAToken(_ text: String?) async throws {
    let directory = TemporaryDirectory()
    if let text { try directory.write("token", text) }
    let path = directory.path + "/token"
    var options = SpeakerSurvey.Options()
    options.tokenFile = path
    try await Self.run(options: options) { survey in
      let failure = await #expect(throws: SpeakerSurvey.Failure.self) {
        _ = try await survey.status()
      }
      #expect(failure?.description.hasPrefix("--speaker-token-file") == true)
      #expect(failure?.description.contains(path) == true)
    }
  }

  @Test func inClearTextNoTokenIsSent() async throws {
    try await Self.run(Installation(isTLS: false)) { survey in
      let told = try await Self.answer(survey)
      let (outcome, detail) = (told.outcome, told.detail)
      #expect(outcome == .refused && detail.contains("by TLS only: name its port status-tls"))
    }
  }

  @Test func theTokenShowsItselfInNoText() throws {
    let token = try #require(SpeakerToken(Array("\(Self.token)\n".utf8), origin: "here"))
    #expect(token.secret == Self.token)
    #expect("\(token)" == "the token of here" && String(reflecting: token) == "the token of here")
  }

  /// `Examples/kubernetes/operator/rbac.yaml` is enough, and no part of it is idle.
  @Test func theExampleRoleOfOperatorsSufficesAndAllOfItIsNeeded() async throws {
    let objects = try YAMLObjects.read(Example.text("kubernetes/operator/rbac.yaml"))
    let grants = RBAC.grants(
      of: objects, to: ObjectName(namespace: "bellman-system", name: "bellman-operator"))
    let survey = grants.filter {
      ["pods", "pods/proxy", "secrets", "nodes"].contains($0.resource)
    }
    #expect(
      survey.map(\.description).sorted() == [
        "get pods/proxy", "get secrets [\"bellman-status-token\"]", "list nodes", "list pods",
      ])
    let access = RBAC(grants)
    try await Self.run(Installation(access: access)) { survey in
      let document = try await survey.status()
      #expect(document.isComplete)
    }
    #expect(access.denied == [])
    #expect(access.used == Set(survey))
    func denied(_ resource: String) async throws -> SpeakerAnswer {
      let access = RBAC(grants.filter { $0.resource != resource })
      let answers = Answers()
      try await Self.run(Installation(access: access)) { survey in
        await answers.take(try await survey.status().speakers)
      }
      #expect(access.denied.count == 1)
      return try #require(await answers.taken.first)
    }
    let unasked = try await denied("pods/proxy")
    #expect(unasked.outcome == .failed)
    // Who may not list nodes is told of the speakers all the same.
    let answered = try await denied("nodes")
    #expect(answered.outcome == .answered)
    let refused = try await denied("secrets")
    #expect(refused.outcome == .refused)
    #expect(refused.detail?.contains("Examples/kubernetes/operator") == true)
  }
}

/// What a survey said.
private actor Answers {
  var taken: [SpeakerAnswer] = []

  func take(_ answers: [SpeakerAnswer]) { taken = answers }
}
