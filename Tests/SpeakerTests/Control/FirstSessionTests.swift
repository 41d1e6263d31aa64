import LinuxIO
import Logging
import NIOPosix
import Status
import Testing

@testable import Speaker

/// When the first sessions begin. The router is a closed port of the loopback interface.
@Suite struct FirstSessionTests {
  private let manifests = TemporaryDirectory()

  private func controlThatHasRead() async throws -> ControlLoop {
    try manifests.write(
      "cluster.yaml",
      """
      apiVersion: v1
      kind: Node
      metadata: {name: node-1}
      ---
      apiVersion: metallb.io/v1beta2
      kind: BGPPeer
      metadata: {name: router, namespace: metallb-system}
      spec: {myASN: 64512, peerASN: 64513, peerAddress: 127.0.0.1, peerPort: 1}
      """)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let control = ControlLoop(
      options: SpeakerOptions(
        node: "node-1", source: .manifests(manifests.path), socketPath: "/none"),
      plane: nil, eventLoop: MultiThreadedEventLoopGroup.singleton.next(), logger: logger)
    try await control.start()
    var reader = ManifestReader(directory: manifests.path)
    await control.sourceChanged(reader.read())
    return control
  }

  /// A session that begins without the next hop of a family does not offer it, and a router that
  /// keeps routes over a restart would then drop those of the family.
  @Test func theyWaitForTheInterfaces() async throws {
    let control = try await controlThatHasRead()
    #expect(await control.statusDocument().peers.isEmpty)
    await control.interfacesChanged(try NetworkInterfaces.list(), moved: [])
    #expect(await control.statusDocument().peers.map(\.name) == ["router"])
    await control.stop(reason: "test")
  }

  @Test func theyBeginWhereInterfacesCannotBeListed() async throws {
    let control = try await controlThatHasRead()
    await control.interfacesFailed()
    #expect(await control.statusDocument().peers.map(\.name) == ["router"])
    await control.stop(reason: "test")
  }
}
