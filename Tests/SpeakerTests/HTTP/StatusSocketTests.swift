import NIOCore
import NIOPosix
import Testing

@testable import Speaker

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct StatusSocketTests {
  @Test func aSocketIsInUseWhileSomebodyListens() async throws {
    let folder = TemporaryDirectory()
    defer { withExtendedLifetime(folder) {} }
    let path = "\(folder.path)/s.sock"
    #expect(await !StatusSocket.isInUse(path))
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .bind(unixDomainSocketPath: path).get()
    #expect(await StatusSocket.isInUse(path))
    try await server.close()
    #expect(await !StatusSocket.isInUse(path))
  }

  @Test func whoListensIsKnownByItsProcess() async throws {
    let folder = TemporaryDirectory()
    defer { withExtendedLifetime(folder) {} }
    let path = "\(folder.path)/s.sock"
    #expect(StatusSocket.process(at: path) == nil)
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .bind(unixDomainSocketPath: path).get()
    #expect(StatusSocket.process(at: path) == getpid())
    try await server.close()
    #expect(StatusSocket.process(at: path) == nil)
    #expect(StatusSocket.process(at: String(repeating: "a", count: 200)) == nil)
  }

  /// As a speaker that was stopped (SIGSTOP).
  @Test func whoTakesTheConnectionAndSaysNothingIsNotWaitedFor() async throws {
    let folder = TemporaryDirectory()
    defer { withExtendedLifetime(folder) {} }
    let path = "\(folder.path)/s.sock"
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .bind(unixDomainSocketPath: path).get()
    let client = StatusClient(socketPath: path, deadline: .milliseconds(200))
    for question in [
      { _ = try await client.status() }, { _ = try await client.explain("shop/web") },
      { _ = try await client.beginDrain() }, { _ = try await client.events(EventQuestion()) },
    ] as [() async throws -> Void] {
      do {
        try await question()
        Issue.record("it was answered")
      } catch let failure as StatusClient.Failure {
        #expect("\(failure)".hasPrefix("the speaker on \(path) did not answer within 0.2 s"))
      }
    }
    try await server.close()
  }
}
