import ArgumentParser

/// What the exit status says, of every command the same; Documentation/exit-status.md tells users.
enum ExitStatus: Int32, CaseIterable {
  /// Done, or shown.
  case success = 0
  /// It could not be done, for a reason that has no number of its own.
  case failure = 1
  /// Shown, and there is something to act on: an error in a manifest, a finding of `advise` or `doctor`,
  /// a change of `plan`, a probe that fails.
  case found = 2
  /// Shown, but not all speakers answered.
  case partial = 3
  /// The address, service or node that was asked about is not known.
  case notFound = 4
  /// Nobody could be asked: no speaker answers, or no API server does.
  case unreachable = 5
  /// It is under way, and was not done before the deadline.
  case unfinished = 6
  /// The command line is wrong.
  case usage = 64

  /// What it means, for the man page and the documentation.
  var meaning: String {
    switch self {
    case .success: "done, or shown"
    case .failure: "it could not be done, for a reason that has no number of its own"
    case .found:
      "shown, and there is something to act on: an error in a manifest, a finding of advise or "
        + "doctor, a change of plan, a probe that fails"
    case .partial: "shown, but not all speakers answered"
    case .notFound: "the address, service or node that was asked about is not known"
    case .unreachable: "nobody could be asked: no speaker answers, or no API server does"
    case .unfinished: "it is under way, and was not done before the deadline"
    case .usage: "the command line is wrong"
    }
  }

  /// Ends the command with this status, without a message.
  var exit: ExitCode { ExitCode(rawValue) }
}
