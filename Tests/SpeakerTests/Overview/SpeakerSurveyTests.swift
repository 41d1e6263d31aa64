import Addresses
import Hummingbird
import KubernetesClient
import Logging
import NIOCore
import NIOPosix
import Resources
import Status
@testable import TestAPIServer
import Testing

@testable import Speaker

/// `bellman status` of a cluster: an API server with a pod proxy, and speakers behind it.
@Suite("Asking all speakers", .serialized)
struct SpeakerSurveyTests {
  /// What a simulated speaker does with a question.
  enum Behaviour: Sendable {
    case summary
    /// It knows no summaries.
    case whole
    case silence
    case nonsense
    case refusal
  }

  private static func status(_ node: String) throws -> StatusDocument {
    StatusDocument(
      node: node, programVersion: "0.1.0", pid: 1, startedAt: .now,
      source: SourceStatus(directory: "test"),
      addresses: [
        AddressStatus(
          address: try #require(IPAddress("192.0.2.130")), services: ["shop/web"],
          externalTrafficPolicy: .cluster, pool: "pool",
          layer2: Layer2Status(
            verdict: node == "node-1" ? .owner : .candidate, reason: "owner", sentence: "",
            owner: "node-1"),
          bgp: BGPStatus(verdict: .no, reason: "noMatchingAdvertisement", sentence: ""),
          since: .now)
      ])
  }

  private static func explanation(_ node: String) throws -> ExplainDocument {
    ExplainDocument(
      node: node, subject: "shop/web", services: [],
      addresses: [
        AddressExplanation(
          address: try #require(IPAddress("192.0.2.130")), services: ["shop/web"],
          externalTrafficPolicy: .cluster, pool: "pool", owner: "node-1",
          nodes: ["node-1", "node-2"].map { name in
            NodeExplanation(
              node: name, rank: 1,
              layer2: ExplainedVerdict(
                name == "node-1" ? .owner : .candidate, reason: "owner", sentence: "by \(node)"),
              bgp: ExplainedVerdict(.no, reason: "noMatchingAdvertisement", sentence: "none"),
              readyEndpoints: 1, terminatingEndpoints: 0)
          })
      ])
  }

  /// Each speaker tells two events, and after them none: those of node-2 lie between those of node-1.
  private static func events(_ number: Int, _ after: String?) -> EventsDocument? {
    guard (after ?? "0") == "0" else { return nil }
    let node = "node-\(number + 1)"
    let events = (1...2).map { count in
      SpeakerEvent(
        node: node, sequence: UInt64(count),
        at: Moment(millisecondsSince1970: Int64(count * (number == 0 ? 100 : 110))),
        kind: .decision, object: "192.0.2.130", what: "\(count)", why: "")
    }
    return EventsDocument(node: node, life: "1", events: events, last: 2)
  }

  /// Runs `body` with a survey of these speakers: node-1, node-2 and so on.
  static func withSpeakers(
    _ behaviours: [Behaviour], deadline: TimeAmount = .seconds(20), nodes: [String] = [],
    alter: @escaping @Sendable (Int, JSONValue) -> JSONValue = { $1 },
    _ body: @escaping @Sendable (SpeakerSurvey) async throws -> Void
  ) async throws {
    let documents = try behaviours.indices.map { try status("node-\($0 + 1)") }
    let (ports, running) = AsyncStream<Int>.makeStream()
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let application = Application(
      responder: CallbackResponder<BasicRequestContext> { request, _ in
        let host = request.head.authority?.split(separator: ":").first?.split(separator: ".").last
        let number = (host.flatMap { Int($0) } ?? 1) - 1
        let isSummary = request.uri.queryParameters.get("form") == "summary"
        let text: String
        switch behaviours[number] {
        case .silence:
          try await Task.sleep(for: .seconds(3600))
          text = ""
        case .nonsense: text = "<html>"
        case _ where request.uri.path == "/explain":
          guard request.uri.queryParameters.get("target") == "shop/web" else {
            return Response(
              status: .notFound, body: ResponseBody(byteBuffer: ByteBuffer(string: "unknown")))
          }
          text = try StatusRenderer.json(explanation("node-\(number + 1)"))
        case .refusal: return Response(status: .forbidden)
        case _ where request.uri.path == "/routes":
          text = try StatusRenderer.json(
            RoutesDocument(node: "node-\(number + 1)", peers: []))
        case _ where request.uri.path == "/interfaces":
          text = try StatusRenderer.json(
            InterfacesDocument(node: "node-\(number + 1)", interfaces: []))
        case _ where request.uri.path == "/events":
          guard let document = events(number, request.uri.queryParameters.get("after")) else {
            try await Task.sleep(for: .seconds(3600))
            return Response(status: .ok)
          }
          text = try StatusRenderer.json(document)
        case .summary where isSummary:
          text = String(decoding: try SpeakerSummary(documents[number]).wire(), as: UTF8.self)
        case .summary, .whole: text = try StatusRenderer.json(documents[number])
        }
        return Response(
          status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
      },
      configuration: ApplicationConfiguration(address: .hostname("0.0.0.0", port: 0)),
      onServerRunning: { running.yield($0.localAddress?.port ?? 0) }, logger: logger)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await application.run() }
      var iterator = ports.makeAsyncIterator()
      let port = try #require(await iterator.next())
      try await TestAPIServer.run { [logger] server in
        for index in behaviours.indices {
          server.store.put(alter(index, pod(index + 1, port: port)), .pods)
        }
        for node in nodes {
          server.store.put(
            ["apiVersion": "v1", "kind": "Node", "metadata": ["name": .string(node)]], .nodes)
        }
        // Speakers run on Linux only.
        server.store.put(
          [
            "apiVersion": "v1", "kind": "Node",
            "metadata": ["name": "other", "labels": ["kubernetes.io/os": "windows"]],
          ], .nodes)
        let client = try KubernetesClient(
          endpoint: Endpoint(server: server.url, origin: "test"),
          group: MultiThreadedEventLoopGroup.singleton, logger: logger)
        var asked = SpeakerSurvey.Options()
        asked.deadline = deadline
        do {
          try await body(SpeakerSurvey(client: client, options: asked))
        } catch {
          await client.shutdown()
          throw error
        }
        await client.shutdown()
      }
      group.cancelAll()
    }
  }

  private static func pod(_ number: Int, port: Int) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "Pod",
      "metadata": [
        "name": .string("speaker-\(number)"), "namespace": "bellman-system",
        "labels": [
          "app.kubernetes.io/name": "bellman", "app.kubernetes.io/component": "speaker",
        ],
      ],
      "spec": [
        "nodeName": .string("node-\(number)"),
        "containers": [
          [
            "name": "speaker",
            "ports": [["name": "status", "containerPort": .integer(Int64(port))]],
          ]
        ],
      ],
      "status": ["phase": "Running", "podIP": .string("127.0.1.\(number)")],
    ]
  }

  @Test func allAnswersAreMerged() async throws {
    try await Self.withSpeakers([.summary, .whole, .summary]) { survey in
      let document = try await survey.status()
      #expect(document.isComplete)
      #expect(document.speakers.map(\.node) == ["node-1", "node-2", "node-3"])
      #expect(document.addresses.map(\.layer2.owners) == [["node-1"]])
      #expect(document.addresses.map(\.layer2.candidates) == [2])
    }
  }

  @Test func whoDoesNotAnswerIsMarkedAndTheOthersAreShown() async throws {
    try await Self.withSpeakers(
      [.silence, .summary, .nonsense, .refusal], deadline: .seconds(8)
    ) { survey in
      let document = try await survey.status()
      #expect(document.speakers.map(\.outcome) == [.late, .answered, .malformed, .failed])
      #expect(document.speakers[0].detail == "no answer within 8.0 s")
      #expect(document.speakers[3].detail?.contains("403") == true)
      #expect(!document.isComplete)
      #expect(document.addresses.first?.layer2.ownersByHearsay == ["node-1"])
      #expect(
        document.addresses.first?.problems
          == ["node-1 owns it, as others say: it did not answer us"])
    }
  }

  @Test func interfacesAndRoutesOfAllNodesAreTold() async throws {
    try await Self.withSpeakers([.whole, .silence, .whole], deadline: .seconds(8)) {
      survey in
      let interfaces = try await survey.interfaces()
      #expect(interfaces.nodes.map(\.node) == ["node-1", "node-3"])
      #expect(!interfaces.isComplete)
      let routes = try await survey.routes()
      #expect(routes.nodes.map(\.node) == ["node-1", "node-3"])
      #expect(routes.speakers.map(\.outcome) == [.answered, .late, .answered])
      #expect(try await survey.routes(of: "node-3").node == "node-3")
    }
  }

  private static let merged = ["node-1", "node-2", "node-1", "node-2"]

  @Test func eventsOfAllNodesStandInTheOrderOfTime() async throws {
    try await Self.withSpeakers([.whole, .whole, .nonsense]) { survey in
      let told = try await survey.events(EventQuestion())
      #expect(told.events.map(\.node) == Self.merged && !told.isComplete)
      let one = try await survey.events(EventQuestion(), of: "node-2")
      #expect(one.events.map(\.node) == ["node-2", "node-2"] && one.isComplete)
    }
  }

  @Test func eventsOfAllNodesAreFollowed() async throws {
    try await Self.withSpeakers([.whole, .whole, .nonsense]) { survey in
      let (news, continuation) = AsyncStream.makeStream(of: EventNews.self)
      let following = Task {
        try await survey.followEvents(EventQuestion()) { continuation.yield($0) }
      }
      var heard: [String: Int] = [:]
      var silent: String?
      for await item in news {
        switch item {
        case .events(let events): for event in events { heard[event.node, default: 0] += 1 }
        case .silent(let speaker, _): silent = speaker
        case .heard, .lost: Issue.record("\(item)")
        }
        if heard.count == 2, silent != nil { break }
      }
      following.cancel()
      #expect(heard == ["node-1": 2, "node-2": 2])
      #expect(silent == "node-3 (bellman-system/speaker-3)")
    }
  }

  @Test func podsThatCannotBeAskedAreNamedWithTheCause() async throws {
    try await Self.withSpeakers(
      [.summary, .summary, .summary],
      alter: { index, pod in
        switch index {
        case 1: pod.merged(["status": ["phase": "Pending"]])
        case 2: pod.merged(["spec": ["containers": [["name": "speaker"]]]])
        default: pod
        }
      },
      { survey in
        let document = try await survey.status()
        #expect(document.speakers.map(\.outcome) == [.answered, .notRunning, .noPort])
        #expect(document.speakers[1].detail == "its pod is Pending")
        #expect(document.speakers[2].detail?.contains("--listen") == true)
      })
  }

  @Test func ofSeveralPodsOfANodeTheOneThatRunsIsAsked() async throws {
    try await Self.withSpeakers(
      [.summary, .summary],
      alter: { index, pod in
        index == 1
          ? pod.merged(["spec": ["nodeName": "node-1"], "status": ["phase": "Failed"]]) : pod
      },
      { survey in
        let document = try await survey.status()
        #expect(document.speakers.map(\.pod) == ["bellman-system/speaker-1"])
      })
  }

  @Test func oneSpeakerIsAskedForAllThatItKnows() async throws {
    try await Self.withSpeakers([.summary, .summary]) { survey in
      let status = try await survey.status(of: "node-2")
      #expect(status.node == "node-2")
      let failure = await #expect(throws: SpeakerSurvey.Failure.self) {
        _ = try await survey.status(of: "node-9")
      }
      #expect(failure?.description.contains("node-1, node-2") == true)
    }
  }

  @Test func everySpeakerExplainsItsOwnNode() async throws {
    try await Self.withSpeakers([.summary, .summary]) { survey in
      let document = try await survey.explain("shop/web")
      let nodes = try #require(document.addresses.first?.nodes)
      #expect(nodes.map(\.decision.layer2.sentence) == ["by node-1", "by node-2"])
      #expect(document.addresses.first?.conclusion == "node-1 owns it")
      let failure = await #expect(throws: SpeakerSurvey.Failure.self) {
        _ = try await survey.explain("shop/other")
      }
      #expect(failure?.description.contains("nothing is known about 'shop/other'") == true)
    }
  }

  /// Its answer is what the speaker says to those on its own machine.
  @Test func oneSpeakerExplainsAllNodes() async throws {
    try await Self.withSpeakers([.summary, .summary]) { survey in
      let document = try await survey.explain("shop/web", of: "node-2")
      #expect(document.node == "node-2")
      #expect(
        document.addresses.first?.nodes.map(\.layer2.sentence) == ["by node-2", "by node-2"])
      let failure = await #expect(throws: SpeakerSurvey.Failure.self) {
        _ = try await survey.explain("shop/web", of: "node-9")
      }
      #expect(failure?.isAboutSubject == true)
    }
  }

  /// Long before the usual patience with it is over.
  @Test func anAPIServerThatSaysNothingIsNotWaitedFor() async throws {
    try await TestAPIServer.run { server in
      server.faults.set(.silence, for: .list)
      server.faults.set(.silence, for: .get)
      var logger = Logger(label: "test")
      logger.logLevel = .critical
      let endpoint = Endpoint(server: server.url, origin: "test")
      try await SnapshotReader.withClient(ClusterOptions(endpoint: endpoint), logger: logger) {
        client in
        var options = SpeakerSurvey.Options()
        options.deadline = .milliseconds(300)
        let survey = SpeakerSurvey(client: client, options: options)
        let start = ContinuousClock.now
        let error = await #expect(throws: KubernetesError.self) { _ = try await survey.status() }
        #expect(error?.failure == .stalled)
        #expect(await survey.nodeNames() == [])
        let secret = SpeakerToken.Place.secret(ObjectName(namespace: "a", name: "b"))
        await #expect(throws: NoSpeakerToken.self) {
          _ = try await secret.token(client, within: options.deadline)
        }
        #expect(start.duration(to: .now) < .seconds(25))
      }
    }
  }

  @Test func nodesWithoutASpeakerAreListedAndTheAnswerIsWhole() async throws {
    try await Self.withSpeakers([.summary, .summary], nodes: ["node-1", "node-2", "node-3"]) {
      survey in
      let document = try await survey.status()
      #expect(document.isComplete)
      #expect(document.speakers.map(\.node) == ["node-1", "node-2", "node-3"])
      #expect(document.speakers.map(\.outcome) == [.answered, .answered, .missing])
      #expect(document.speakers[2].detail?.contains("nodeSelector") == true)
      let explanation = try await survey.explain("shop/web")
      #expect(explanation.speakers.map(\.outcome) == [.answered, .answered, .missing])
    }
  }

  @Test func withoutSpeakersItIsSaidWhatWasLookedFor() async throws {
    try await Self.withSpeakers(
      [.summary],
      alter: { _, pod in
        pod.merged(["metadata": ["labels": ["app.kubernetes.io/name": "other"]]])
      }
    ) { survey in
      let failure = await #expect(throws: SpeakerSurvey.Failure.self) {
        _ = try await survey.status()
      }
      #expect(failure?.description.contains("--speaker-labels") == true)
    }
  }
}
