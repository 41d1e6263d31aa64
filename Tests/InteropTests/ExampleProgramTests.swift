import Addresses
import Lab
import NIOCore
import Testing

extension InteropTests {
  /// `Examples/announce-prefix` in the place of the speakers.
  @Suite(.lab(speakers: .none)) struct ExampleProgram {
    @Test func thePrefixIsAnnouncedUntilItIsInterrupted() async throws {
      let lab = try lab()
      let node = lab.topology.nodes[0]
      let process = try await ChildProcess(
        name: "announce-prefix",
        [
          Program.announcePrefix, "64512", "\(node.ipv4)", "203.0.113.0/25",
          "\(lab.topology.router.ipv4)", "64513",
        ], in: node.namespace, logPath: lab.directory.log("announce-prefix"))
      let expected = ExpectedRoute(
        prefix: try #require(IPPrefix("203.0.113.0/25")), source: "node_1_v4",
        nextHop: .v4(node.ipv4), asPath: [64512], localPreference: 100,
        communities: [.init(64512, 100)], largeCommunities: [])
      try await eventually(equals: [expected]) { try await lab.routes() }
      #expect(await process.exitStatus == nil)
      await process.send(.interrupt)
      #expect(try await process.waitForExit(within: .seconds(5)) == 0)
      try await eventually(equals: []) { try await lab.routes() }
      #expect(lab.router.log().contains("node_1_v4: Received: Administrative shutdown"))
      #expect(process.log().contains("established"))
    }
  }
}
