/// A node that may take an address, with the first two criteria of its rank: what the election of an
/// owner needs to know of it.
public struct FitNode: Hashable, Sendable {
  /// The name of the node.
  public let node: String
  /// The place of its fitness class; lower is better.
  public let fitness: UInt8
  /// The weight of `preferredNodeSelectors`; higher is better.
  public let weight: Int32

  init(_ key: RankKey) {
    node = key.node
    fitness = key.fitness.order
    weight = Int32(clamping: key.weight)
  }
}

/// Whether this node may take an address by layer 2, or keep it (column "if owner now" of the tables).
public enum Eligibility: Hashable, Sendable {
  /// It may.
  case fit
  /// It may not take it any more. If it has it, it hands it over, and stops in any case after this
  /// many milliseconds; nil gives it the time that it takes.
  case leaving(milliseconds: Int?)
  /// It must not, and stops at once.
  case unfit
}

extension Eligibility {
  /// What a refusal means for a node that has the address.
  init(_ refusal: Refusal) {
    switch refusal {
    case .gate(let gate, _):
      switch gate {
      case .excluded, .beingDeleted, .toBeDeleted, .draining: self = .leaving(milliseconds: nil)
      case .networkUnavailable: self = .leaving(milliseconds: 1000)
      case .outOfService: self = .unfit
      }
    case .noLocalEndpoint(_, _, _, let onlyTerminating):
      // Terminating endpoints still take what comes; without any, what comes is lost anyway.
      self = .leaving(milliseconds: onlyTerminating ? nil : 150)
    // The proxy's rules outlive its word: there is time for a hand-over, and an end to it.
    case .healthCheckFailing: self = .leaving(milliseconds: 1000)
    case .noAdvertisementForNode, .noCommonInterface: self = .leaving(milliseconds: nil)
    case .endpointsOnDeadNode, .sharedUnserviceable: self = .leaving(milliseconds: 150)
    case .noService, .notLoadBalancer, .otherClass, .noAddress, .addressInNoPool, .nodeUnknown,
      .noAdvertisement, .noMatchingInterface, .noEndpoint, .endpointsOnDeadNodes, .routeNotShared,
      .attributeConflict,
      .sourcesIncomplete:
      self = .unfit
    }
  }
}

/// What the election says about one address.
public struct Ownership: Hashable, Sendable {
  /// The node that has it; nil when nobody has.
  public var owner: String?
  /// Whether this node answers for it.
  public var answersHere: Bool

  /// What the election says.
  public init(owner: String?, answersHere: Bool) {
    self.owner = owner
    self.answersHere = answersHere
  }
}
