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
  }

  let testDescription: String
  /// Brings it about.
  let arrange: @Sendable (Lab) async throws -> Question
  /// Ends it.
  let restore: @Sendable (Lab) async throws -> Void

  /// A situation that the manifests of the lab have from the start.
  init(_ name: String, _ subject: String, on node: String = "node-1", _ expected: String...) {
    testDescription = name
    arrange = { _ in Question(subject: subject, node: node, expected: expected) }
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

  private func expectCause(_ question: Question, in lab: Lab) async throws {
    let deadline = NIODeadline.now() + .seconds(15)
    while true {
      let line = try await Self.firstLine(question, in: lab)
      let missing = question.expected.filter { !line.contains($0) }
      if missing.isEmpty { return }
      guard NIODeadline.now() < deadline else {
        Issue.record("\(missing) not in: \(line)")
        return
      }
      try await Task.sleep(for: .milliseconds(100))
    }
  }

  private static func firstLine(_ question: Question, in lab: Lab) async throws -> String {
    let answer = try await lab.bellman(["explain", question.subject], node: question.node)
    let text = answer.status == 0 ? answer.output : answer.error
    return text.split(separator: "\n").first.map(String.init) ?? ""
  }
}
