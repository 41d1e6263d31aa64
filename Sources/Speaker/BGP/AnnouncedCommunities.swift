import BGP
import Resources

/// The communities of a configuration in the form that the wire has for them.
struct AnnouncedCommunities {
  private(set) var standard: [BGP.Community] = []
  private(set) var large: [LargeCommunity] = []

  init(_ values: [CommunityValue]) {
    for value in values {
      switch value {
      case .standard(let high, let low): standard.append(BGP.Community(high, low))
      case .large(let a, let b, let c): large.append(LargeCommunity(a, b, c))
      }
    }
  }
}
