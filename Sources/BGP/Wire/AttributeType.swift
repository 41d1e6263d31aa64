/// The path attributes that we know enough of to validate them.
enum AttributeType: UInt8 {
  case origin = 1
  case asPath = 2
  case nextHop = 3
  case multiExitDiscriminator = 4
  case localPreference = 5
  case atomicAggregate = 6
  case aggregator = 7
  case communities = 8
  case originatorID = 9
  case clusterList = 10
  case multiprotocolReach = 14
  case multiprotocolUnreach = 15
  case extendedCommunities = 16
  case as4Path = 17
  case as4Aggregator = 18
  case largeCommunities = 32
  case onlyToCustomer = 35

  /// The Optional and the Transitive bit that the attribute must bear.
  var flags: AttributeFlags {
    switch self {
    case .origin, .asPath, .nextHop, .localPreference, .atomicAggregate: .transitive
    case .multiExitDiscriminator, .originatorID, .clusterList, .multiprotocolReach,
      .multiprotocolUnreach:
      .optional
    case .aggregator, .communities, .extendedCommunities, .as4Path, .as4Aggregator,
      .largeCommunities, .onlyToCustomer:
      [.optional, .transitive]
    }
  }
}

/// The high bits of an attribute's first octet (RFC 4271 §4.3); the low four mean nothing.
struct AttributeFlags: OptionSet {
  let rawValue: UInt8

  static let optional = AttributeFlags(rawValue: 0x80)
  static let transitive = AttributeFlags(rawValue: 0x40)
  static let extendedLength = AttributeFlags(rawValue: 0x10)
}
