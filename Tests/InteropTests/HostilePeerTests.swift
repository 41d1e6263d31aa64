import Addresses
import Lab
import NIOCore
import Status
import TestSupport
import Testing

extension InteropTests {
  /// Peers that do not speak BGP.
  @Suite(.lab(from: .manifests, .cluster)) struct HostilePeers {
    struct Case: Sendable, CustomTestStringConvertible {
      var testDescription: String
      var port: UInt16
      /// What the peer sends as soon as it is connected.
      var bytes: [UInt8]
      /// How the session must end, as `bellman status peers` tells it.
      var error: String
    }

    private static let marker = [UInt8](repeating: 0xFF, count: 16)

    static let cases: [Case] = {
      var random = SeededGenerator(4271)
      return [
        Case(
          testDescription: "random bytes", port: 179,
          bytes: (0..<4096).map { _ in UInt8.random(in: 0...254, using: &random) },
          error: "sent 1/1 Message Header Error/Connection Not Synchronized"),
        Case(
          testDescription: "a header of 5000 octets", port: 1791,
          bytes: marker + [0x13, 0x88, 1] + [UInt8](repeating: 0, count: 4981),
          error: "sent 1/2 Message Header Error/Bad Message Length"),
        Case(
          testDescription: "a message of type 77", port: 1792, bytes: marker + [0, 19, 77],
          error: "sent 1/3 Message Header Error/Bad Message Type"),
        Case(
          testDescription: "an OPEN of version 3", port: 1793,
          bytes: marker + [0, 29, 1, 3, 0xFC, 1, 0, 90, 192, 0, 2, 10, 0],
          error: "sent 2/1 OPEN Message Error/Unsupported Version Number"),
      ]
    }()

    @Test(arguments: cases) func nonsenseEndsThatSessionAlone(_ test: Case) async throws {
      let lab = try lab()
      let before = try await lab.sessions()
      let listener = try await HostileListener.start(
        namespace: lab.topology.client.namespace, port: test.port, bytes: test.bytes)
      let name = "hostile-\(test.port)"
      try await lab.edit { manifests, topology in
        manifests.configuration.additions = """
          ---
          apiVersion: metallb.io/v1beta2
          kind: BGPPeer
          metadata:
            name: \(name)
            namespace: metallb-system
          spec:
            myASN: 64512
            peerASN: 64514
            peerAddress: \(topology.client.ipv4)
            peerPort: \(test.port)
            nodeSelectors:
            - matchLabels:
                kubernetes.io/hostname: node-1

          """
      }
      try await eventually("the session with \(name) ends with \(test.error)") {
        let peers = try await lab.status("node-1").peers
        return peers.contains {
          $0.name == name && $0.lastError?.text.hasPrefix(test.error) == true
        }
      }
      #expect(try await lab.peer(name, of: "node-1").state != .established)
      #expect(try await lab.routes() == lab.expectedRoutes())
      try await lab.expectSameSessions(before)
      try await lab.edit { manifests, _ in manifests.configuration.additions = "" }
      try await eventually("the peer is gone") {
        try await lab.status("node-1").peers.count == 2
      }
      try await listener.stop()
      try await lab.expectSameSessions(before)
    }
  }
}
