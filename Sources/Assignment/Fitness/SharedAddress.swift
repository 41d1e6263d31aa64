import Addresses
import Resources

/// Addresses of several services (row S1): a node has to serve all of them. Where no node can, for
/// want of endpoints, the nodes that serve the most keep the address alive.
extension ClusterState {
  /// The claimants, as indices, that a node has to serve to be fit: all of them if any node can;
  /// otherwise the largest set that any node serves, of equally large ones that with the first
  /// services by name; empty if no node serves any.
  ///
  /// Every node computes the same from the same objects, so that no two elect by different rules.
  func requiredClaimants(of subject: Subject, by kind: AdvertisementKind) -> [Int] {
    let all = Array(subject.claimants.indices)
    guard all.count > 1, subject.refusal == nil else { return all }
    var best: [Int] = []
    for profile in profiles.values where isAdmitted(profile, to: subject, by: kind) {
      let served = servedClaimants(of: subject, on: profile.name)
      if served == all { return all }
      if served.count > best.count
        || served.count == best.count && served.lexicographicallyPrecedes(best)
      {
        best = served
      }
    }
    return best
  }

  private func isAdmitted(
    _ profile: NodeProfile, to subject: Subject, by kind: AdvertisementKind
  ) -> Bool {
    do throws(Refusal) {
      _ = try admit(profile.name, to: subject, by: kind)
      if kind == .layer2 { _ = try selectInterfaces(for: subject, on: profile) }
      return true
    } catch {
      return false
    }
  }

  private func servedClaimants(of subject: Subject, on node: String) -> [Int] {
    subject.claimants.indices.filter {
      EndpointPolicy.verdict(for: subject.claimants[$0], on: node).isUsable
    }
  }

  /// The rows of endpoints: the worst class among the required claimants, or the refusal of the
  /// first one that the node cannot serve.
  func endpointClass(
    of subject: Subject, on node: String, required: [Int]
  ) throws(Refusal) -> EndpointClass {
    var worst = EndpointClass.ready
    var failure: Refusal?
    var servesAny = false
    for (number, claimant) in subject.claimants.enumerated() {
      switch EndpointPolicy.verdict(for: claimant, on: node) {
      case .usable(let found):
        servesAny = true
        if required.contains(number) { worst = max(worst, found) }
      case .unusable(let refusal):
        if required.isEmpty || required.contains(number) { failure = failure ?? refusal }
      }
    }
    guard let failure else { return worst }
    if servesAny, required.count < subject.claimants.count {
      throw .sharedUnserviceable(
        subject.address, all: subject.claimants.count,
        chosen: required.map { subject.claimants[$0].name }, node: node)
    }
    throw failure
  }

  /// The claimants that are left without announcement.
  func unserved(of subject: Subject, required: [Int]) -> [ObjectName] {
    required.count == subject.claimants.count
      ? []
      : subject.claimants.indices.filter { !required.contains($0) }
        .map { subject.claimants[$0].name }
  }
}
