public import NIOCore
public import Status

/// What a reader asks of a speaker's events.
public struct EventQuestion: Sendable {
  /// How far the reader has come.
  public var position = EventPosition()
  /// Events before this moment are left out.
  public var since: Moment?
  /// At first, of those that are kept, only so many of the last ones; nil for all.
  public var tail: Int?
  /// How long the speaker may wait for the next event where there is none yet; zero for not at all.
  public var patience = TimeAmount.zero

  /// All events that are kept.
  public init() {}

  /// The same as parameters of HTTP.
  var query: [(String, String)] {
    var query: [(String, String)] = []
    if !position.life.isEmpty {
      query += [("life", position.life), ("after", "\(position.sequence)")]
    }
    if let since { query.append(("since", "\(since)")) }
    if let tail { query.append(("tail", "\(tail)")) }
    if patience > .zero { query.append(("wait", "\(patience.nanoseconds / 1_000_000)")) }
    return query
  }
}

/// What is heard of those whose events are followed.
public enum EventNews: Sendable {
  /// Events in the order in which one speaker told them.
  case events([SpeakerEvent])
  /// So many events of a speaker were lost before they could be read.
  case lost(UInt64, speaker: String)
  /// A speaker is not heard any more, and why.
  case silent(speaker: String, reason: String)
  /// A speaker is heard again, or one that was not there at first.
  case heard(speaker: String)
}

/// Follows the events of one speaker: asks again and again for what comes next.
struct EventFollower: Sendable {
  /// Who is followed, for people.
  let speaker: String
  let question: EventQuestion
  /// Asks the speaker.
  let ask: @Sendable (EventQuestion) async throws -> EventsDocument
  let deliver: @Sendable (EventNews) async -> Void

  /// How long a speaker may wait for its next event: less than connections may be idle.
  static let patience = TimeAmount.seconds(20)
  /// Between two answers, so that many events need few questions.
  private static let pause = Duration.milliseconds(200)
  /// After a failure.
  private static let longPause = Duration.seconds(2)

  /// Runs until the task is cancelled.
  func run() async {
    var question = question
    question.patience = Self.patience
    var isSilent = false
    while !Task.isCancelled {
      do {
        let document = try await ask(question)
        if isSilent { await deliver(.heard(speaker: speaker)) }
        isSilent = false
        if document.lost > 0 { await deliver(.lost(document.lost, speaker: speaker)) }
        if !document.events.isEmpty { await deliver(.events(document.events)) }
        question.position = EventPosition(after: document)
        if !document.hasMore { try? await Task.sleep(for: Self.pause) }
      } catch {
        if Task.isCancelled { return }
        if !isSilent { await deliver(.silent(speaker: speaker, reason: "\(error)")) }
        isSilent = true
        try? await Task.sleep(for: Self.longPause)
      }
    }
  }
}

extension StatusClient {
  /// Follows the events of the speaker until the task is cancelled.
  public func followEvents(
    _ question: EventQuestion, deliver: @escaping @Sendable (EventNews) async -> Void
  ) async {
    await EventFollower(
      speaker: "the speaker", question: question, ask: { try await events($0) }, deliver: deliver
    ).run()
  }
}

extension SpeakerSurvey {
  /// How often it is looked whether there are other pods.
  private static let podInterval = Duration.seconds(15)

  /// Follows the events of all speakers, or of that of `node`, until the task is cancelled: also of those
  /// that come later.
  ///
  /// - Throws: ``Failure`` or `KubernetesError` where there are no speakers at first, or they cannot be
  ///   found
  public func followEvents(
    _ question: EventQuestion, of node: String? = nil,
    deliver: @escaping @Sendable (EventNews) async -> Void
  ) async throws {
    var followed: [SpeakerPod: Task<Void, Never>] = [:]
    defer { for task in followed.values { task.cancel() } }
    func follow(_ pods: [SpeakerPod], _ question: EventQuestion) async throws {
      let wanted = pods.filter { node == nil || $0.node == node }
      let token = try await audience(wanted).token
      for (pod, task) in followed where !wanted.contains(pod) {
        task.cancel()
        followed[pod] = nil
      }
      for pod in wanted where followed[pod] == nil {
        let follower = EventFollower(
          speaker: "\(pod.node) (\(pod.name))", question: question,
          ask: { try await events($0, of: pod, token) }, deliver: deliver)
        followed[pod] = Task { await follower.run() }
      }
    }
    let first = try await pods()
    if let node, !first.contains(where: { $0.node == node }) {
      throw Failure(description: "no speaker runs on node \(node)", isAboutSubject: true)
    }
    try await follow(first, question)
    while !Task.isCancelled {
      try? await Task.sleep(for: Self.podInterval)
      // Of a speaker that is new, all is news. While the API server is away, those known are followed.
      if let pods = try? await pods() { try? await follow(pods, EventQuestion()) }
    }
  }

  private func events(
    _ question: EventQuestion, of pod: SpeakerPod,
    _ token: Result<SpeakerToken, NoSpeakerToken>?
  ) async throws -> EventsDocument {
    var survey = self
    survey.options.deadline = options.deadline + question.patience
    let octets: [UInt8]
    do throws(SpeakerFailure) {
      octets = try await survey.octets(of: pod, token, "events", question.query)
    } catch {
      throw Failure(description: error.detail)
    }
    return try StatusRenderer.parse(String(decoding: octets, as: UTF8.self))
  }
}
