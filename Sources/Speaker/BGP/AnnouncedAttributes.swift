import Addresses
import struct Assignment.RouteAttributes
import BGP
import Resources

extension BGP.RouteAttributes {
  /// The attributes that were decided on, in the form that the wire has for them. `localAS` stands in
  /// the link bandwidth.
  init(_ decided: RouteAttributes, localAS: UInt32) {
    let communities = AnnouncedCommunities(decided.communities)
    var extended = decided.extendedCommunities.map { ExtendedCommunity(rawValue: $0.rawValue) }
    if let count = decided.endpointCount {
      extended.append(
        .linkBandwidth(localAS, bytesPerSecond: Float(count) * Self.bytesPerSecondOfEndpoint))
    }
    self.init(
      prependCount: decided.prependCount ?? 0,
      multiExitDiscriminator: decided.multiExitDiscriminator,
      localPreference: decided.localPreference, communities: communities.standard,
      largeCommunities: communities.large, extendedCommunities: extended,
      nextHopIPv4: decided.nextHopIPv4, nextHopIPv6: decided.nextHopIPv6)
  }

  /// What one endpoint adds to the link bandwidth: 1 Gbit/s, so that the number of endpoints can be
  /// read off what routers show. They look at ratios only.
  private static var bytesPerSecondOfEndpoint: Float { 125_000_000 }
}

extension Configuration {
  /// The AS that a BGPPeer sees in us.
  func localAS(towards peer: String) -> UInt32 {
    peers.first { $0.name == peer }.map { $0.localASN ?? $0.myASN } ?? 0
  }
}
