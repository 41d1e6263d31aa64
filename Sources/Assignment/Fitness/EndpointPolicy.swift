import Addresses
import Resources

/// What a policy says about one service on one node.
enum EndpointVerdict: Equatable {
  case usable(EndpointClass)
  case unusable(Refusal)

  var isUsable: Bool {
    if case .usable = self { return true }
    return false
  }
}

/// Applies a service's `externalTrafficPolicy`. `internalTrafficPolicy` decides nothing (row S3).
enum EndpointPolicy {
  /// Whether `node` may announce for `claimant`, judged by its endpoints of one family.
  static func verdict(for claimant: Claimant, on node: String) -> EndpointVerdict {
    switch claimant.service.externalTrafficPolicy {
    case .cluster: ClusterPolicy.verdict(for: claimant)
    case .local: LocalPolicy.verdict(for: claimant, on: node)
    }
  }
}
