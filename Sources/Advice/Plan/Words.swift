import Resources
import Status

// The types of the objects in the words of the documents.

extension TrafficPolicy {
  init(_ policy: Service.TrafficPolicy) { self = policy == .cluster ? .cluster : .local }
}

extension Problem {
  init(_ diagnostic: Diagnostic) {
    self.init(
      severity: diagnostic.severity == .error ? .error : .warning, file: diagnostic.file,
      line: diagnostic.line, object: diagnostic.object, fieldPath: diagnostic.fieldPath,
      message: diagnostic.message)
  }
}
