import Assignment
import Resources
import Status

extension Layer2Verdict {
  /// What a decision of the assignment means on a layer-2 segment.
  init(_ decision: Decision) {
    switch decision.verdict {
    case .announces: self = .owner
    case .standsBy: self = .candidate
    case .unfit: self = .no
    }
  }
}

extension BGPVerdict {
  /// What a decision of the assignment means for BGP, where every fit node announces; a node that
  /// has nobody to tell does not.
  init(_ decision: Decision) {
    switch decision.verdict {
    case .announces where decision.reason == .noSessionToPeer: self = .fit
    case .announces: self = .announced
    case .standsBy: self = .fit
    case .unfit: self = .no
    }
  }
}

extension TrafficPolicy {
  /// The policy of a service.
  init(_ policy: Service.TrafficPolicy) {
    self = policy == .cluster ? .cluster : .local
  }
}

extension Problem {
  /// What the source cannot read, as the status shows it: it stands in no file.
  init(obstacle: Diagnostic) {
    self.init(
      severity: obstacle.severity == .error ? .error : .warning, object: obstacle.file,
      message: obstacle.message)
  }

  /// A diagnostic of the source as the status shows it.
  init(_ diagnostic: Diagnostic) {
    self.init(
      severity: diagnostic.severity == .error ? .error : .warning, file: diagnostic.file,
      line: diagnostic.line, object: diagnostic.object, fieldPath: diagnostic.fieldPath,
      message: diagnostic.message)
  }
}
