import NIOCore
public import Status

/// Where the status page gets what it shows.
public struct PageSource: Sendable {
  /// Why there is nothing to say about a target.
  struct Unknown: Error, CustomStringConvertible {
    let description: String
  }

  /// What the page shows first; throws what says why there is nothing.
  public let overview: @Sendable () async throws -> PageDocument
  /// Why an address, or the addresses of `namespace/name`, are announced or not.
  let explain: @Sendable (_ target: String) async throws -> ClusterExplainDocument

  /// All speakers of a cluster.
  public static func cluster(_ survey: SpeakerSurvey) -> PageSource {
    PageSource(
      overview: {
        async let told = survey.nodes()
        let status = try await survey.status()
        return PageDocument(status: status, told: try await told)
      },
      explain: { try await survey.explain($0) })
  }

  /// A speaker of this machine.
  public static func speaker(_ client: StatusClient) -> PageSource {
    PageSource(
      overview: { PageDocument(try await client.status(), askedAt: .now) },
      explain: { target in
        do {
          return ClusterExplainDocument(try await client.explain(target))
        } catch StatusClient.Failure.notFound(let text) {
          throw Unknown(description: text)
        }
      })
  }

  /// The speaker of this process.
  static func control(_ control: ControlLoop) -> PageSource {
    PageSource(
      overview: { PageDocument(await control.statusDocument(), askedAt: .now) },
      explain: { target in
        guard let document = await control.explain(target) else {
          throw Unknown(
            description: "no service and no address '\(target)' \(ReadRoutes.unknown)")
        }
        return ClusterExplainDocument(document)
      })
  }
}

extension ClusterExplainDocument {
  /// What one speaker tells of all nodes.
  init(_ document: ExplainDocument) {
    self.init(
      server: document.node, subject: document.subject,
      speakers: [SpeakerAnswer(node: document.node, pod: "", outcome: .answered)], told: [document])
  }
}

/// Asks at most once at a time, and keeps the answer for a moment: many windows cost as much as one.
actor PageOverview {
  private let source: PageSource
  private let life: TimeAmount
  private var last: (octets: ByteBuffer, end: NIODeadline)?
  private var question: Task<ByteBuffer, any Error>?

  /// - Parameter life: for how long an answer is good.
  init(_ source: PageSource, life: TimeAmount = .seconds(2)) {
    self.source = source
    self.life = life
  }

  /// The document as JSON.
  func octets() async throws -> ByteBuffer {
    if let last, NIODeadline.now() < last.end { return last.octets }
    if let question { return try await question.value }
    let question = Task { [source] in
      ByteBuffer(string: try StatusRenderer.compactJSON(await source.overview()))
    }
    self.question = question
    defer { self.question = nil }
    let octets = try await question.value
    last = (octets, .now() + life)
    return octets
  }
}
