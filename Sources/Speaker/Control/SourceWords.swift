import Resources
import Status

/// What is wrong in a source, as documents show it: errors of objects apart from what cannot be read.
extension SourceState {
  /// All of it.
  var statusProblems: [Problem] {
    obstacles.map(Problem.init(obstacle:)) + (problemsOfObjects + diskProblems).map { Problem($0) }
  }

  /// What of it may be behind an announcement.
  var circumstances: [Circumstance] {
    obstacles.map {
      Circumstance(.sourceUnreachable, object: $0.file, sentence: $0.description)
    }
      + problemsOfObjects.map { problem in
        problem.severity == .error
          ? Circumstance(
            .configurationError, object: problem.subject, sentence: "in error: \(problem)")
          : Circumstance(.configurationWarning, object: problem.subject, sentence: "\(problem)")
      }
  }
}

extension Timestamp {
  /// What of objects from the disk the API was last known to be well at this moment, such as `objects of
  /// 12m ago, read from disk`.
  var objectsFromDisk: String { "objects of \(Age(from: self, to: .now)) ago, read from disk" }
}

extension Diagnostic {
  /// The object that it is about, also where that is a Secret that was never read.
  fileprivate var subject: String? {
    let words = file.split(separator: " ")
    return object ?? (words.count == 2 && words[0] == "secret" ? "Secret \(words[1])" : nil)
  }
}
