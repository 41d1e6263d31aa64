import Addresses
import Status

/// What one speaker of a large cluster says: half of its addresses are at layer 2, each with an owner
/// among all nodes, and half go by BGP from every node to two routers.
struct SimulatedSpeaker {
  let number: Int
  let speakers: Int
  let services: Int

  private static let start: Int64 = 1_767_225_600

  init(number: Int, of speakers: Int, services: Int) {
    self.number = number
    self.speakers = speakers
    self.services = services
  }

  private func node(_ number: Int) -> String { "node-\(number % speakers + 1)" }

  var document: StatusDocument {
    StatusDocument(
      node: node(number), programVersion: "0.1.0", pid: 4242,
      startedAt: Timestamp(secondsSince1970: Self.start),
      source: SourceStatus(
        directory: "https://192.0.2.1:6443",
        objects: ["Service": services, "EndpointSlice": services, "Node": speakers]),
      addresses: (0..<services).map(address), peers: ["router-a", "router-b"].map(peer))
  }

  private func address(_ place: Int) -> AddressStatus {
    let isSegment = place.isMultiple(of: 2)
    let address = IPAddress(
      family: .ipv6,
      number: (UInt128(0x2001_0db8) << 96) + (isSegment ? 0 : UInt128(1) << 64) + UInt128(place))
    let service = "team-\(place % 50)/service-\(place)"
    // Services are made one after the other, so that no two begin at once.
    let since = Timestamp(secondsSince1970: Self.start + Int64(place * 7))
    return AddressStatus(
      address: address, services: [service],
      externalTrafficPolicy: place.isMultiple(of: 3) ? .local : .cluster,
      pool: isSegment ? "segment" : "routed",
      layer2: isSegment ? segment(place, address, since) : Self.noSegment(service, since),
      bgp: isSegment ? Self.noRoute(service, since) : route(address, since), since: since,
      lastChange: AddressChange(
        at: since, what: isSegment ? "layer 2: no to candidate" : "BGP: no to announced",
        why: "Service \(service) is new"))
  }

  private func segment(
    _ place: Int, _ address: IPAddress, _ since: Timestamp
  ) -> Layer2Status {
    let owner = place / 2 % speakers
    let isOwner = owner == number
    let move = MoveStatus(
      at: since, from: node(owner + 1), to: node(owner), cause: "ownerSilent",
      sentence: "\(node(owner + 1)) was silent for 500 ms, and 4 of its 6 witnesses promised")
    return Layer2Status(
      verdict: isOwner ? .owner : .candidate, reason: isOwner ? "owner" : "candidate",
      sentence: isOwner
        ? "Node \(node(owner)) owns \(address): the nodes elected it"
        : "Node \(node(owner)) owns \(address), and Node \(node(number)) takes it when that node is "
          + "gone",
      owner: node(owner), interfaces: isOwner ? ["eth0"] : [], since: since,
      claim: ClaimStatus(
        epoch: 14, since: since, lastMove: move, activity: isOwner ? "answering" : "candidate",
        leaseMarginMilliseconds: isOwner ? 412 : nil,
        obstacle: isOwner
          ? nil : ObstacleStatus(reason: "notOwner", sentence: "\(node(owner)) owns it")))
  }

  private func route(_ address: IPAddress, _ since: Timestamp) -> BGPStatus {
    BGPStatus(
      verdict: .announced, reason: "announced",
      sentence: "Node \(node(number)) announces \(address)/128 to BGPPeer router-a, "
        + "\(address)/128 to BGPPeer router-b",
      peers: ["router-a", "router-b"],
      prefixes: [IPPrefix(address, length: 128)].compactMap(\.self), since: since)
  }

  private static func noSegment(_ service: String, _ since: Timestamp) -> Layer2Status {
    Layer2Status(
      verdict: .no, reason: "noMatchingAdvertisement",
      sentence: "no L2Advertisement selects both IPAddressPool routed and Service \(service)",
      since: since)
  }

  private static func noRoute(_ service: String, _ since: Timestamp) -> BGPStatus {
    BGPStatus(
      verdict: .no, reason: "noMatchingAdvertisement",
      sentence: "no BGPAdvertisement selects both IPAddressPool segment and Service \(service)",
      since: since)
  }

  private func peer(_ name: String) -> PeerStatus {
    PeerStatus(
      name: name, address: IPAddress(name == "router-a" ? "192.0.2.1" : "192.0.2.2"), port: 179,
      localAS: 64512, remoteAS: 64513, state: .established,
      since: Timestamp(secondsSince1970: Self.start))
  }
}
