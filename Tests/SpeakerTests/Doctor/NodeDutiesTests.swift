import Addresses
import Advice
import Resources
import Status
import Testing

@testable import Speaker

@Suite("What a speaker is to do, from its configuration and from itself")
struct NodeDutiesTests {
  private static let manifests = """
    apiVersion: metallb.io/v1beta2
    kind: BGPPeer
    metadata: {name: tor, namespace: metallb-system}
    spec: {myASN: 64500, peerASN: 64501, peerAddress: 192.0.2.254, password: confidential}
    ---
    apiVersion: metallb.io/v1beta2
    kind: BGPPeer
    metadata: {name: far, namespace: metallb-system}
    spec: {myASN: 64500, peerASN: 64501, peerAddress: 198.51.100.1, ebgpMultiHop: true, peerPort: 1179}
    ---
    apiVersion: metallb.io/v1beta2
    kind: BGPPeer
    metadata:
      name: guarded
      namespace: metallb-system
      annotations: {bellman.dev/ttl-security: "1"}
    spec: {myASN: 64500, peerASN: 64501, peerAddress: 192.0.2.253}
    ---
    apiVersion: metallb.io/v1beta2
    kind: BGPPeer
    metadata: {name: elsewhere, namespace: metallb-system}
    spec:
      myASN: 64500
      peerASN: 64501
      peerAddress: 192.0.2.252
      nodeSelectors: [{matchLabels: {rack: other}}]
    ---
    apiVersion: v1
    kind: Node
    metadata: {name: a, labels: {rack: own}}
    status: {addresses: [{type: InternalIP, address: 192.0.2.1}]}
    ---
    apiVersion: v1
    kind: Node
    metadata: {name: b}
    status: {addresses: [{type: InternalIP, address: 192.0.2.2}]}
    """

  private static var duties: NodeDuties {
    var duties = NodeDuties(node: "a")
    duties.add(
      Snapshot(
        source: "test", files: [ManifestDecoder.decode(manifests, file: "test.yaml")]))
    return duties
  }

  @Test func theConfigurationTellsTheTTLOfEachPeer() throws {
    let peers = Self.duties.peers.sorted { $0.name < $1.name }
    #expect(peers.map(\.name) == ["far", "guarded", "tor"])
    #expect(peers.map(\.timeToLive) == [nil, 255, 1])
    #expect(peers.map(\.minimumTimeToLive) == [nil, 255, nil])
    #expect(peers.map(\.mustBeOnLink) == [false, true, true])
    #expect(peers.map(\.isMultihop) == [true, false, false])
    #expect(peers.map(\.port) == [1179, 179, 179])
    #expect(peers.map(\.protection) == [.none, .none, .md5(password: "confidential")])
    #expect(
      Self.duties.nodes == [.init(name: "b", address: .v4(IPv4Address(192, 0, 2, 2)))])
    #expect(!Self.duties.announcesLayer2)
  }

  @Test func aRunningSpeakerTellsItsSessionsAndPorts() throws {
    var duties = Self.duties
    let status = StatusDocument(
      node: "a", programVersion: "1", pid: 77, startedAt: Timestamp(secondsSince1970: 0),
      source: SourceStatus(directory: "/manifests"),
      peers: [
        PeerStatus(
          name: "tor", address: .v4(IPv4Address(192, 0, 2, 254)), port: 179, localAS: 64500,
          remoteAS: 64501, state: .established, since: Timestamp(secondsSince1970: 0)),
        PeerStatus(
          name: "new", address: .v4(IPv4Address(192, 0, 2, 250)), port: 179, localAS: 64500,
          remoteAS: 64501, state: .active, since: Timestamp(secondsSince1970: 0)),
      ],
      listeners: [ListenerStatus(address: "[::]:1179")],
      interfaces: [
        InterfaceStatus(name: "eth0", mac: nil, up: true, takesPart: true, reason: "x"),
        InterfaceStatus(name: "eth1", mac: nil, up: true, takesPart: false, reason: "x"),
      ])
    duties.add(status, process: 4711)
    // Its own number may be that in a container.
    #expect(duties.isRunning && duties.speaker == 4711)
    #expect(duties.listenPorts == [1179])
    #expect(duties.interfaces == ["eth0"])
    let peers = duties.peers.sorted { $0.name < $1.name }
    #expect(peers.map(\.name) == ["far", "guarded", "new", "tor"])
    #expect(peers.map(\.isEstablished) == [false, false, false, true])
    // What the manifests said stays.
    #expect(peers.map(\.timeToLive) == [nil, 255, nil, 1])
    #expect(peers.map(\.isConnectionKnown) == [true, true, false, true])
  }

  @Test func aSpeakerTellsHowItConnects() throws {
    let source = IPAddress.v4(IPv4Address(192, 0, 2, 9))
    func peer(_ name: String, _ connection: PeerConnection) -> PeerStatus {
      PeerStatus(
        name: name, address: .v4(IPv4Address(192, 0, 2, 254)), port: 179, localAS: 64500,
        remoteAS: 64501, state: .active, since: Timestamp(secondsSince1970: 0),
        connection: connection)
    }
    var duties = NodeDuties(node: "a")
    duties.add(
      StatusDocument(
        node: "a", programVersion: "1", pid: 1, startedAt: Timestamp(secondsSince1970: 0),
        source: SourceStatus(directory: "/manifests"),
        peers: [
          peer("ao", PeerConnection(protection: .ao, source: source, device: "blue")),
          peer("far", PeerConnection(protection: .md5)),
          peer("near", PeerConnection(timeToLive: 1)),
          peer("passive", PeerConnection(isPassive: true, timeToLive: 255, minimumTimeToLive: 255)),
        ]), process: nil)
    let peers = duties.peers.sorted { $0.name < $1.name }
    #expect(peers.map(\.isPassive) == [false, false, false, true])
    #expect(peers.map(\.protection) == [.tcpAO, .md5(password: nil), .none, .none])
    #expect(peers.map(\.source) == [source, nil, nil, nil])
    #expect(peers.map(\.device) == ["blue", nil, nil, nil])
    #expect(peers.map(\.mustBeOnLink) == [false, false, true, true])
    #expect(peers.map(\.minimumTimeToLive) == [nil, nil, nil, 255])
    // None of them is dialled, but the one that may be.
    duties.peers.removeAll { $0.name == "near" }
    var facts = NodeFacts()
    NodeExamination(for: duties).peers(&facts)
    #expect(facts.peerAnswers.isEmpty && facts.omissions.count == 3)
  }

  @Test func theConfigurationSaysHowASpeakerConnects() throws {
    let snapshot = Snapshot(
      source: "test", files: [ManifestDecoder.decode(Self.manifests, file: "test.yaml")])
    let peers = Dictionary(
      uniqueKeysWithValues: snapshot.configuration.peers.map { ($0.name, PeerConnection($0)) })
    #expect(peers["tor"] == PeerConnection(protection: .md5, timeToLive: 1))
    #expect(peers["guarded"] == PeerConnection(timeToLive: 255, minimumTimeToLive: 255))
    #expect(peers["far"] == PeerConnection())
  }
}
