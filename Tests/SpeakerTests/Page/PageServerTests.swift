import Addresses
import Logging
import ServiceLifecycle
import Status
import Testing

@testable import Speaker

/// `bellman ui`.
@Suite(.serialized) struct PageServerTests {
  /// Runs `body` with the URL of a page of `source`.
  static func run(_ source: PageSource, _ body: @Sendable (String) async throws -> Void)
    async throws
  {
    let server = try PageServer(source: source)
    let (urls, running) = AsyncStream<String>.makeStream()
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let application = server.application(logger) { running.yield($0) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await application.run() }
      var iterator = urls.makeAsyncIterator()
      try await body(try #require(await iterator.next()))
      group.cancelAll()
    }
  }

  static let empty = PageSource(
    overview: {
      PageDocument(
        StatusDocument(
          node: "node-1", programVersion: "0.1.0", pid: 1, startedAt: .now,
          source: SourceStatus(directory: "/m")), askedAt: .now)
    }, explain: { throw PageSource.Unknown(description: "nothing is known about '\($0)'") })

  @Test func theKeyOfTheURLOpensThePage() async throws {
    try await Self.run(Self.empty) { url in
      let match = try #require(
        url.wholeMatch(of: /http:\/\/127\.0\.0\.1:(\d+)\/#session=([0-9a-f]{32})/))
      let place = RawClient.Place(port: try #require(Int(match.1)))
      #expect(try await RawClient.ask(place, "/").status == 200)
      let closed = try await RawClient.ask(place, "/page/overview")
      #expect(closed.status == 401 && !closed.body.contains("node-1"))
      let key = ["authorization: Bearer \(match.2)"]
      #expect(try await RawClient.ask(place, "/page/overview", headers: key).status == 200)
      let unknown = try await RawClient.ask(place, "/page/explain?target=a/b", headers: key)
      #expect(unknown.status == 404 && unknown.body == "nothing is known about 'a/b'")
      let rebound = try await RawClient.ask(
        place, "/page/overview", host: "rebound.example", headers: key)
      #expect(rebound.status == 421)
      #expect(try await RawClient.ask(place, "/", method: "POST", headers: key).status == 404)
    }
  }

  @Test func everyServerHasAKeyOfItsOwn() async throws {
    var urls: [String] = []
    for _ in 0..<2 {
      let (found, finding) = AsyncStream<String>.makeStream()
      try await Self.run(Self.empty) { finding.yield($0) }
      var iterator = found.makeAsyncIterator()
      urls.append(try #require(await iterator.next()))
    }
    let keys = Set(urls.compactMap { $0.split(separator: "=").last })
    #expect(keys.count == 2)
  }

  @Test(arguments: ["0.0.0.0:8080", "192.0.2.1:8080", "[::]:8080"])
  func otherHostsAreNotServed(place: String) throws {
    let listen = try #require(ListenAddress(place))
    let error = #expect(throws: SpeakerStartError.self) {
      _ = try PageServer(source: Self.empty, listen: listen)
    }
    #expect(error?.description.contains("ssh -L") == true)
  }
}
