import Addresses
import Lab
import NIOCore
import Testing

/// Something that is the matter with an address, and what the first line of `bellman explain` must
/// say of it.
struct Situation: Sendable, CustomTestStringConvertible {
  /// Who is asked about what, and what the answer must have in it.
  struct Question: Sendable {
    let subject: String
    var node = "node-1"
    let expected: [String]
    /// What the answer of all speakers together must have in it, where that is something else.
    var expectedOfAll: [String]?
  }

  let testDescription: String
  /// Brings it about.
  let arrange: @Sendable (Lab) async throws -> Question
  /// Ends it.
  let restore: @Sendable (Lab) async throws -> Void

  /// A situation that the manifests of the lab have from the start.
  init(
    _ name: String, _ subject: String, on node: String = "node-1", _ expected: String...,
    ofAll: [String]? = nil
  ) {
    testDescription = name
    arrange = { _ in
      Question(subject: subject, node: node, expected: expected, expectedOfAll: ofAll)
    }
    restore = { _ in }
  }

  /// A situation that comes and goes.
  init(
    _ name: String, _ arrange: @escaping @Sendable (Lab) async throws -> Question,
    restore: @escaping @Sendable (Lab) async throws -> Void
  ) {
    testDescription = name
    self.arrange = arrange
    self.restore = restore
  }

  /// Expects that the first line comes to name the cause, and ends the situation in any case.
  func check(in lab: Lab) async throws {
    do {
      try await expectCause(try await arrange(lab), in: lab)
    } catch {
      try? await restore(lab)
      throw error
    }
    try await restore(lab)
  }

  /// One speaker names the cause, and so do all of them together.
  private func expectCause(_ question: Question, in lab: Lab) async throws {
    let ask = ["explain", question.subject]
    try await Self.expect(question.expected) { try await lab.bellman(ask, node: question.node) }
    try await Self.expect(question.expectedOfAll ?? question.expected) {
      try await Command.output([Program.path] + ask + ["--socket", lab.directory.path])
    }
  }

  private static func expect(
    _ expected: [String], in answer: () async throws -> CommandOutput
  ) async throws {
    let deadline = NIODeadline.now() + .seconds(15)
    while true {
      let answer = try await answer()
      let text = answer.output.isEmpty ? answer.error : answer.output
      let line = text.split(separator: "\n").first.map(String.init) ?? ""
      let missing = expected.filter { !line.contains($0) }
      if missing.isEmpty { return }
      guard NIODeadline.now() < deadline else {
        Issue.record("\(missing) not in: \(line)")
        return
      }
      try await Task.sleep(for: .milliseconds(100))
    }
  }
}
