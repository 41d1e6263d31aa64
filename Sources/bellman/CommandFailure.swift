import KubernetesClient
import Speaker
import Status

/// A failure that is told to the user as one message.
struct CommandFailure: Error, CustomStringConvertible {
  let description: String
  let status: ExitStatus

  init(_ description: String, _ status: ExitStatus = .failure) {
    self.description = description
    self.status = status
  }

  init(_ failure: StatusClient.Failure) {
    let status: ExitStatus =
      switch failure {
      case .noSpeaker, .forbidden, .late: .unreachable
      case .notFound: .notFound
      case .unexpected, .refused: .failure
      }
    self.init(failure.description, status)
  }

  init(_ failure: SpeakerSurvey.Failure) {
    self.init(failure.description, failure.isAboutSubject ? .notFound : .unreachable)
  }

  init(_ error: KubernetesError, server: String) {
    let status: ExitStatus =
      switch error.failure {
      case .connection, .stalled: .unreachable
      default: .failure
      }
    self.init("\(server): \(error)", status)
  }
}

/// Runs `question` and turns a speaker's silence into a failure that names the remedy.
func asking<Answer>(_ question: () async throws -> Answer) async throws -> Answer {
  do {
    return try await question()
  } catch let failure as StatusClient.Failure {
    throw CommandFailure(failure)
  } catch let error as StatusRenderer.ParseError {
    throw CommandFailure(error.description)
  }
}
