import Addresses
import Lab
import NIOCore
import Testing

extension InteropTests {
  /// `bellman announce` in the place of the speakers.
  @Suite(.lab(speakers: .none)) struct AnnounceCommand {
    @Test func prefixesAreAnnouncedUntilItIsStopped() async throws {
      let lab = try lab()
      let node = lab.topology.nodes[0]
      let process = try await ChildProcess(
        name: "bellman announce",
        [
          Program.path, "announce", "--local-as", "64512", "--peer", "\(lab.topology.router.ipv4)",
          "--peer-as", "64513", "--community", "64512:300", "--community", "large:64512:3:300",
          "203.0.113.0/25", "203.0.113.200/32",
        ], in: node.namespace, logPath: lab.directory.log("announce"))
      let expected = try Set(
        ["203.0.113.0/25", "203.0.113.200/32"].map { text in
          ExpectedRoute(
            prefix: try #require(IPPrefix(text)), source: "node_1_v4", nextHop: .v4(node.ipv4),
            asPath: [64512], localPreference: 100, communities: [.init(64512, 300)],
            largeCommunities: [.init(64512, 3, 300)])
        })
      try await eventually(equals: expected) { try await lab.routes() }
      #expect(await process.exitStatus == nil)
      await process.send(.interrupt)
      #expect(try await process.waitForExit(within: .seconds(3)) == 0)
      try await eventually(equals: []) { try await lab.routes() }
      #expect(lab.router.log().contains("node_1_v4: Received: Administrative shutdown"))
      #expect(process.log().contains("established"))
    }
  }
}
