import Advice
import BGP
import Resources
import Status

// How connections with a peer are made, for the status.
extension PeerConnection {
  init(_ configuration: PeerConfiguration, _ endpoint: PeerEndpoint) {
    let protection: Protection =
      switch endpoint.authentication {
      case nil: .none
      case .md5: .md5
      case .ao: .ao
      }
    self.init(
      isPassive: configuration.isPassive, protection: protection, source: endpoint.source,
      device: endpoint.device, timeToLive: endpoint.timeToLive,
      minimumTimeToLive: endpoint.minimumTimeToLive)
  }

  /// Of a peer that has no endpoint yet.
  init(_ peer: BGPPeer) {
    let wanted = NodeDuties.Peer(peer, password: nil, profile: nil)
    let protection: Protection =
      switch wanted.protection {
      case .none: .none
      case .md5: .md5
      case .tcpAO: .ao
      }
    self.init(
      isPassive: wanted.isPassive, protection: protection, source: wanted.source,
      device: wanted.device, timeToLive: wanted.timeToLive,
      minimumTimeToLive: wanted.minimumTimeToLive)
  }
}
