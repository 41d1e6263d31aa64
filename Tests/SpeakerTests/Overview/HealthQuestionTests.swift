import Addresses
import Advice
import Hummingbird
import Logging
import Resources
import Testing

@testable import Speaker

/// Health check node ports, asked on real sockets.
@Suite("Health check node ports", .serialized)
struct HealthQuestionTests {
  private static let name = ObjectName(namespace: "shop", name: "web")

  private static func snapshot(
    port: UInt16, policy: Service.TrafficPolicy = .local
  ) throws -> Snapshot {
    let node = Node(
      metadata: ObjectMetadata(name: ObjectName(namespace: "", name: "node-1")),
      internalAddresses: [try #require(IPAddress("127.0.0.1"))])
    return Snapshot(
      source: "test",
      services: [
        Service(
          metadata: ObjectMetadata(name: name), type: .loadBalancer,
          externalTrafficPolicy: policy, healthCheckNodePort: port)
      ], nodes: [node])
  }

  private static func answers(_ status: HTTPResponse.Status?) async throws -> [HealthAnswer] {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let (ports, running) = AsyncStream<Int>.makeStream()
    let application = Application(
      responder: CallbackResponder<BasicRequestContext> { _, _ in
        guard let status else {
          try await Task.sleep(for: .seconds(3600))
          return Response(status: .ok)
        }
        return Response(status: status)
      },
      configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { running.yield($0.localAddress?.port ?? 0) }, logger: logger)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await application.run() }
      var iterator = ports.makeAsyncIterator()
      let port = try #require(await iterator.next())
      let found = await HealthQuestions(try snapshot(port: UInt16(port))).ask()
      group.cancelAll()
      return found
    }
  }

  @Test func aNodeWithEndpointsAnswers200() async throws {
    #expect(try await Self.answers(.ok).map(\.outcome) == [.healthy])
  }

  @Test func aNodeWithoutAnswers503() async throws {
    let answers = try await Self.answers(.serviceUnavailable)
    #expect(answers.map(\.outcome) == [.unhealthy(status: 503)])
    #expect(answers.map(\.node) == ["node-1"] && answers.map(\.service) == [Self.name])
  }

  @Test func silenceIsTold() async throws {
    #expect(try await Self.answers(nil).map(\.outcome) == [.silent])
  }

  @Test func whereNobodyListensThatIsSaid() async throws {
    // No service has port 1, and nothing may listen there without being root.
    let answers = await HealthQuestions(try Self.snapshot(port: 1)).ask()
    #expect(answers.map(\.outcome) == [.refused])
  }

  @Test func onlyServicesWithPolicyLocalHaveOne() throws {
    #expect(HealthQuestions(try Self.snapshot(port: 1, policy: .cluster)).questions == [])
  }
}
