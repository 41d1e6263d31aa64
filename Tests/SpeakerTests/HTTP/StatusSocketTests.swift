import NIOCore
import NIOPosix
import Testing

@testable import Speaker

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
}
