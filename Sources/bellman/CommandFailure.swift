import Speaker

/// A failure that is told to the user as one message, with exit status 1.
struct CommandFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Runs `question` and turns a speaker's silence into a failure that names the remedy.
func asking<Answer>(_ question: () async throws -> Answer) async throws -> Answer {
  do {
    return try await question()
  } catch let failure as StatusClient.Failure {
    throw CommandFailure(failure.description)
  }
}
