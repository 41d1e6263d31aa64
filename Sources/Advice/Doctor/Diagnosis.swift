public import Status

/// What the facts about a node mean for the duties of its speaker.
public struct Diagnosis: Sendable {
  let duties: NodeDuties
  let facts: NodeFacts

  /// A diagnosis of these facts.
  public init(of facts: NodeFacts, for duties: NodeDuties) {
    self.facts = facts
    self.duties = duties
  }

  /// What is wrong, and what could not be looked at.
  public var document: DoctorDocument {
    let findings =
      capabilityFindings + kernelFindings + interfaceFindings + portFindings + answerFindings
      + firewallFindings + clockFindings + mtuFindings + serviceProxyFindings + peerFindings
    return DoctorDocument(
      node: duties.node, findings: findings, omissions: facts.omissions)
  }

  /// The interfaces that the speaker would use: the named ones, or those with an address that are not
  /// left out by default.
  var usedInterfaces: [NodeFacts.Interface] {
    facts.interfaces.filter { interface in
      duties.interfaces.isEmpty
        ? interface.isUsedByDefault
        : duties.interfaces.contains(interface.name)
    }
  }
}
