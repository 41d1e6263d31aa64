import FoundationEssentials
public import KubernetesClient
public import NIOCore
import Resources
public import Status

/// Asks all speakers of a cluster at once, through the pod proxy of the API server or by the sockets of a
/// folder, and puts their answers together. Who does not answer in time is marked as such, and holds up
/// nobody.
public struct SpeakerSurvey: Sendable {
  /// Whom to ask, and for how long.
  public struct Options: Sendable {
    /// The namespace of the speakers' pods.
    public var namespace = "bellman-system"
    /// The labels of the pods, in the syntax of `kubectl --selector`.
    public var labels = "app.kubernetes.io/name=bellman,app.kubernetes.io/component=speaker"
    /// How long a speaker may take for its answer; so long, too, the API server for the list of the
    /// pods, for that of the nodes, and for the token.
    public var deadline = TimeAmount.seconds(5)
    /// The file with the token that speakers ask for; nil for the Secret.
    public var tokenFile: String?
    /// The Secret with the token, in the namespace of the pods, under `token`.
    public var tokenSecret = "bellman-status-token"

    /// The names of the manifests in `Examples/kubernetes`, and 5 s.
    public init() {}
  }

  /// Why there is nothing to show.
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
    /// Whether speakers answered, and what was asked about is not there.
    public var isAboutSubject = false
  }

  /// How the speakers are reached.
  enum Way: Sendable {
    /// Through the pod proxy of the API server.
    case cluster(KubernetesClient)
    /// By all status sockets in a folder, as that of a lab.
    case sockets(folder: String)

    /// Where that is, for people.
    var place: String {
      switch self {
      case .cluster(let client): client.endpoint.server
      case .sockets(let folder): folder
      }
    }
  }

  let way: Way
  var options: Options

  /// A survey of the speakers of the cluster that `client` speaks with.
  public init(client: KubernetesClient, options: Options = Options()) {
    way = .cluster(client)
    self.options = options
  }

  /// A survey of the speakers whose status sockets are in `folder`.
  public init(socketsIn folder: String, options: Options = Options()) {
    way = .sockets(folder: folder)
    self.options = options
  }

  /// What all speakers say.
  ///
  /// - Throws: ``Failure`` or `KubernetesError` where there are no speakers, or they cannot be found
  public func status() async throws -> ClusterStatusDocument {
    let askedAt = Timestamp.now
    var merge = ClusterMerge()
    let answers = try await ask("status", [("form", "summary")]) {
      octets throws(StatusRenderer.ParseError) in
      try SpeakerSummary(parsing: octets)
    } take: { summary throws(StatusRenderer.ParseError) in
      try merge.take(summary)
      return Introduction(
        node: summary.node, programVersion: summary.programVersion, sessions: summary.sessions,
        peers: summary.peers)
    }
    return merge.document(server: way.place, askedAt: askedAt, speakers: answers)
  }

  /// What all speakers say of their peers and of each other.
  ///
  /// - Throws: ``Failure`` or `KubernetesError` where there are no speakers, or they cannot be found
  public func nodes() async throws -> ClusterNodes {
    let askedAt = Timestamp.now
    var nodes: [StatusDocument] = []
    let answers = try await ask("status", [("form", "node")]) {
      octets throws(StatusRenderer.ParseError) in
      try StatusRenderer.parse(String(decoding: octets, as: UTF8.self), as: StatusDocument.self)
        .ofTheNode
    } take: { document throws(StatusRenderer.ParseError) in
      nodes.append(document)
      return Introduction(
        node: document.node, programVersion: document.programVersion,
        sessions: document.peers.count { $0.state == .established }, peers: document.peers.count)
    }
    return ClusterNodes(
      server: way.place, askedAt: askedAt, speakers: answers, nodes: nodes)
  }

  /// The interfaces of all nodes.
  ///
  /// - Throws: ``Failure`` or `KubernetesError` where there are no speakers, or they cannot be found
  public func interfaces() async throws -> ClusterDocument<InterfacesDocument> {
    try await documents("interfaces")
  }

  /// What all speakers tell their peers.
  ///
  /// - Throws: ``Failure`` or `KubernetesError` where there are no speakers, or they cannot be found
  public func routes() async throws -> ClusterDocument<RoutesDocument> {
    try await documents("routes")
  }

  private func documents<Document: NodeDocument>(
    _ path: String
  ) async throws -> ClusterDocument<Document> {
    let askedAt = Timestamp.now
    var nodes: [Document] = []
    let answers = try await ask(path, []) { octets throws(StatusRenderer.ParseError) in
      try StatusRenderer.parse(String(decoding: octets, as: UTF8.self), as: Document.self)
    } take: { document throws(StatusRenderer.ParseError) in
      nodes.append(document)
      return Introduction(node: document.node)
    }
    return ClusterDocument(
      server: way.place, askedAt: askedAt, speakers: answers, nodes: nodes)
  }

  /// Why all speakers announce `subject`, an address or `namespace/name`, or do not.
  ///
  /// - Throws: ``Failure`` or `KubernetesError` where there are no speakers, they cannot be found, or
  ///   none knows of the subject
  public func explain(_ subject: String) async throws -> ClusterExplainDocument {
    var told: [ExplainDocument] = []
    let answers = try await ask("explain", [("target", subject)]) {
      octets throws(StatusRenderer.ParseError) in
      try StatusRenderer.parse(String(decoding: octets, as: UTF8.self), as: ExplainDocument.self)
    } take: { document throws(StatusRenderer.ParseError) in
      told.append(document)
      return Introduction(node: document.node)
    }
    guard !told.isEmpty else {
      let detail = answers.compactMap(\.detail).first ?? "no speaker answered"
      throw Failure(
        description: "nothing is known about '\(subject)': \(detail)",
        isAboutSubject: answers.contains {
          $0.detail?.contains(ReadRoutes.unknown) ?? false
        })
    }
    return ClusterExplainDocument(
      server: way.place, subject: subject, speakers: answers, told: told)
  }

  /// Why, as the speaker of `node` sees it, all nodes announce `subject`, an address or
  /// `namespace/name`, or do not.
  ///
  /// - Throws: ``Failure`` or `KubernetesError` where it does not answer, or does not know of it
  public func explain(_ subject: String, of node: String) async throws -> ExplainDocument {
    let octets = try await ask(node: node, "explain", [("target", subject)])
    return try StatusRenderer.parse(String(decoding: octets, as: UTF8.self))
  }

  /// What the speaker of `node` says, as it says it to those on its own machine.
  ///
  /// - Throws: ``Failure`` or `KubernetesError` where it does not answer
  public func status(of node: String) async throws -> StatusDocument {
    try await document("status", of: node)
  }

  /// The interfaces of `node`.
  ///
  /// - Throws: ``Failure`` or `KubernetesError` where its speaker does not answer
  public func interfaces(of node: String) async throws -> InterfacesDocument {
    try await document("interfaces", of: node)
  }

  /// What the speaker of `node` tells its peers.
  ///
  /// - Throws: ``Failure`` or `KubernetesError` where it does not answer
  public func routes(of node: String) async throws -> RoutesDocument {
    try await document("routes", of: node)
  }

  private func document<Document: VersionedDocument>(
    _ path: String, of node: String
  ) async throws -> Document {
    let octets = try await ask(node: node, path)
    return try StatusRenderer.parse(String(decoding: octets, as: UTF8.self))
  }

  /// All events of all speakers, or of `node`, that are kept, in the order of time, and who was heard.
  ///
  /// - Throws: ``Failure`` or `KubernetesError` where there are no speakers, or they cannot be found
  public func events(
    _ question: EventQuestion, of node: String? = nil
  ) async throws -> (events: [SpeakerEvent], isComplete: Bool) {
    if let node {
      let octets = try await ask(node: node, "events", question.query)
      let document: EventsDocument = try StatusRenderer.parse(
        String(decoding: octets, as: UTF8.self))
      return (document.events, true)
    }
    var merge = EventMerge(delayMilliseconds: 0)
    let answers = try await ask("events", question.query) {
      octets throws(StatusRenderer.ParseError) in
      try StatusRenderer.parse(String(decoding: octets, as: UTF8.self), as: EventsDocument.self)
    } take: { document throws(StatusRenderer.ParseError) in
      merge.add(document.events, now: 0)
      return Introduction(node: document.node)
    }
    return (merge.takeAll(), answers.allSatisfy { !$0.outcome.isSilence })
  }

  // MARK: Asking

  /// What an answer says of the speaker itself.
  private struct Introduction {
    let node: String
    var programVersion: String?
    var sessions: Int?
    var peers: Int?
  }

  private struct Reply<Answer: Sendable>: Sendable {
    let pod: SpeakerPod
    let result: Result<Answer, SpeakerFailure>
    let milliseconds: Int64
  }

  struct SpeakerFailure: Error {
    let outcome: SpeakerAnswer.Outcome
    let detail: String
  }

  /// Asks all speakers at once, reads their answers side by side, and has them taken one by one.
  private func ask<Answer: Sendable>(
    _ path: String, _ query: [(String, String)],
    read: @escaping @Sendable ([UInt8]) throws(StatusRenderer.ParseError) -> Answer,
    take: (Answer) throws(StatusRenderer.ParseError) -> Introduction
  ) async throws -> [SpeakerAnswer] {
    // Asked at once, so that no answer waits for it.
    async let nodes = nodeNames()
    let audience = try await audience(try await pods())
    var answers = await withTaskGroup(of: Reply<Answer>.self) { group in
      for pod in audience.pods {
        group.addTask { await ask(pod, audience.token, path, query, read) }
      }
      var answers: [SpeakerAnswer] = []
      for await reply in group { answers.append(answer(reply, take)) }
      return answers
    }
    answers += missing(await nodes, besides: audience.pods)
    return answers
  }

  private func ask(node: String, _ path: String, _ query: [(String, String)] = []) async throws
    -> [UInt8]
  {
    let all = try await pods()
    guard let pod = all.first(where: { $0.node == node }) else {
      let known = all.map(\.node).filter { !$0.isEmpty }.sorted()
      throw Failure(
        description: "no speaker runs on node \(node); there are speakers on "
          + known.prefix(20).joined(separator: ", ") + (known.count > 20 ? ", ..." : ""),
        isAboutSubject: true)
    }
    let token = try await audience([pod]).token
    do throws(SpeakerFailure) {
      return try await octets(of: pod, token, path, query)
    } catch {
      throw Failure(
        description: "\(node) (\(pod.name)): \(error.detail)",
        isAboutSubject: error.detail.contains(ReadRoutes.unknown))
    }
  }

  private func ask<Answer: Sendable>(
    _ pod: SpeakerPod, _ token: Result<SpeakerToken, NoSpeakerToken>?, _ path: String,
    _ query: [(String, String)],
    _ read: @Sendable ([UInt8]) throws(StatusRenderer.ParseError) -> Answer
  ) async -> Reply<Answer> {
    let start = NIODeadline.now()
    let result: Result<Answer, SpeakerFailure>
    do throws(SpeakerFailure) {
      let octets = try await octets(of: pod, token, path, query)
      do throws(StatusRenderer.ParseError) {
        result = .success(try read(octets))
      } catch {
        result = .failure(SpeakerFailure(outcome: .malformed, detail: error.description))
      }
    } catch {
      result = .failure(error)
    }
    return Reply(
      pod: pod, result: result, milliseconds: (NIODeadline.now() - start).nanoseconds / 1_000_000)
  }

  func octets(
    of pod: SpeakerPod, _ token: Result<SpeakerToken, NoSpeakerToken>?, _ path: String,
    _ query: [(String, String)]
  ) async throws(SpeakerFailure) -> [UInt8] {
    guard case .cluster(let client) = way else { return try await octets(of: pod, path, query) }
    guard pod.runs else {
      throw SpeakerFailure(outcome: .notRunning, detail: "its pod is \(pod.phase)")
    }
    guard let port = pod.port else {
      throw SpeakerFailure(
        outcome: .noPort,
        detail: "its pod has no container port named \(SpeakerPod.portNames.tls); give the speaker "
          + "--listen and name the port")
    }
    var headers: [(String, String)] = []
    // In clear text anybody between the API server and the node could read it.
    if port.isTLS, let token = try? token?.get() {
      headers.append((SpeakerToken.header, token.secret))
    }
    do throws(KubernetesError) {
      return try await client.ask(
        pod: pod.name, port: port, path: path, query: query, headers: headers,
        patience: options.deadline)
    } catch {
      if let status = error.status, status.code == 401, status.isForeign {
        throw SpeakerFailure(outcome: .refused, detail: Self.refusal(of: port.isTLS ? token : nil))
      }
      if error.failure == .stalled { throw late }
      throw SpeakerFailure(outcome: .failed, detail: "\(error.failure)")
    }
  }

  private var late: SpeakerFailure {
    let seconds = Double(options.deadline.nanoseconds / 100_000_000) / 10
    return SpeakerFailure(outcome: .late, detail: "no answer within \(seconds) s")
  }

  /// The answer of a speaker by its socket.
  private func octets(
    of pod: SpeakerPod, _ path: String, _ query: [(String, String)]
  ) async throws(SpeakerFailure) -> [UInt8] {
    let client = StatusClient(socketPath: pod.socket, deadline: options.deadline)
    do {
      return Array(try await client.get(path, query).utf8)
    } catch StatusClient.Failure.noSpeaker {
      throw SpeakerFailure(outcome: .failed, detail: "nobody listens on its socket")
    } catch StatusClient.Failure.late {
      throw late
    } catch {
      throw SpeakerFailure(outcome: .failed, detail: "\(error)")
    }
  }

  /// What to do about a speaker that wants another token.
  private static func refusal(
    of token: Result<SpeakerToken, NoSpeakerToken>?
  ) -> String {
    switch token {
    case .success(let token):
      "it does not take \(token); give the one of its --listen-token-file with --speaker-token-file"
    case .failure(let none): "it wants a token, and \(none.reason)"
    case nil:
      "it wants a token, which is sent by TLS only: name its port \(SpeakerPod.portNames.tls), not "
        + SpeakerPod.portNames.clear
    }
  }

  private func answer<Answer>(
    _ reply: Reply<Answer>, _ take: (Answer) throws(StatusRenderer.ParseError) -> Introduction
  ) -> SpeakerAnswer {
    let pod = reply.pod
    func silent(_ outcome: SpeakerAnswer.Outcome, _ detail: String) -> SpeakerAnswer {
      SpeakerAnswer(
        node: pod.node, pod: "\(pod.name)", outcome: outcome, detail: detail,
        milliseconds: reply.milliseconds)
    }
    switch reply.result {
    case .failure(let failure): return silent(failure.outcome, failure.detail)
    case .success(let told):
      do throws(StatusRenderer.ParseError) {
        let introduction = try take(told)
        return SpeakerAnswer(
          node: introduction.node, pod: "\(pod.name)", outcome: .answered,
          milliseconds: reply.milliseconds, programVersion: introduction.programVersion,
          sessions: introduction.sessions, peers: introduction.peers)
      } catch {
        return silent(.malformed, error.description)
      }
    }
  }
}
