import Assignment
import Resources
import Status

extension Layer2Verdict {
  /// What a decision of the assignment means on a layer-2 segment.
  init(_ verdict: Decision.Verdict) {
    switch verdict {
    case .announces: self = .owner
    case .standsBy: self = .candidate
    case .unfit: self = .no
    }
  }
}

extension BGPVerdict {
  /// What a decision of the assignment means for BGP, where every fit node announces.
  init(_ verdict: Decision.Verdict) {
    switch verdict {
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
  /// A diagnostic of the source as the status shows it.
  init(_ diagnostic: Diagnostic) {
    self.init(
      severity: diagnostic.severity == .error ? .error : .warning, file: diagnostic.file,
      line: diagnostic.line, object: diagnostic.object, fieldPath: diagnostic.fieldPath,
      message: diagnostic.message)
  }
}
