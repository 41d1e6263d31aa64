public import NIOCore
import NIOHTTP1
import NIOPosix
public import Status

#if canImport(Glibc)
  import Glibc
#endif

/// Asks a speaker of this machine over its status socket.
public struct StatusClient: Sendable {
  /// Why no answer came.
  public enum Failure: Error, CustomStringConvertible {
    /// Nobody listens on the socket.
    case noSpeaker(path: String)
    /// The socket belongs to another user.
    case forbidden(path: String)
    /// The speaker does not know what was asked for.
    case notFound(String)
    /// The socket is there, but what it said is not an answer of this version.
    case unexpected(String)
    /// The speaker does not do what it was told, and says why.
    case refused(String)
    /// The socket is there, and no answer came in time.
    case late(path: String, seconds: Double)

    public var description: String {
      switch self {
      case .noSpeaker(let path):
        "no speaker answers on \(path). Start one with\n"
          + "  bellman speaker --manifests DIR --node NAME\n"
          + "or name another one with --node or --socket."
      case .forbidden(let path):
        "\(path) may not be opened by this user: run the command as root, or as the user of the speaker"
      case .notFound(let text), .unexpected(let text), .refused(let text): text
      case .late(let path, let seconds):
        "the speaker on \(path) did not answer within \(seconds) s: it is stopped, or it hangs. See\n"
          + "  ss -lxp src \(path)   # names its process, as root\n"
          + "  ps -o pid,stat,wchan:20,cmd -p PID   # STAT T: stopped; 'kill -CONT PID' goes on"
      }
    }
  }

  private let path: String
  private let deadline: TimeAmount

  /// A client of the speaker that listens on the unix socket `path`.
  ///
  /// - Parameter deadline: how long an answer may take, beside what the speaker is asked to wait.
  public init(socketPath path: String, deadline: TimeAmount = .seconds(10)) {
    self.path = path
    self.deadline = deadline
  }

  /// The status of the speaker; throws ``Failure``.
  public func status() async throws -> StatusDocument {
    try StatusRenderer.parse(await get("/status"))
  }

  /// Why `target`, an address or `namespace/name` of a service, is announced or not, node by node;
  /// throws ``Failure``.
  public func explain(_ target: String) async throws -> ExplainDocument {
    try StatusRenderer.parse(await get("/explain?target=\(Self.percentEncoded(target))"))
  }

  /// The interfaces of the node and what each is used for; throws ``Failure``.
  public func interfaces() async throws -> InterfacesDocument {
    try StatusRenderer.parse(await get("/interfaces"))
  }

  /// What each peer is told; throws ``Failure``.
  public func routes() async throws -> RoutesDocument {
    try StatusRenderer.parse(await get("/routes"))
  }

  /// What a reader of events has not seen yet; throws ``Failure``.
  public func events(_ question: EventQuestion) async throws -> EventsDocument {
    try StatusRenderer.parse(
      await get("events", question.query, within: deadline + question.patience))
  }

  /// What the speaker answers to a question with parameters.
  ///
  /// - Parameter time: how long that may take; nil for the client's deadline.
  func get(
    _ path: String, _ query: [(String, String)], within time: TimeAmount? = nil
  ) async throws -> String {
    let parameters = query.map { "\($0.0)=\(Self.percentEncoded($0.1))" }
    return try await ask(
      "/\(path)" + (parameters.isEmpty ? "" : "?\(parameters.joined(separator: "&"))"), .GET,
      within: time)
  }

  /// What a probe of a speaker answers.
  public struct ProbeAnswer: Sendable {
    /// Whether all is as it should be.
    public let isGood: Bool
    /// The answer in words.
    public let text: String
  }

  /// Whether the control loop answers, or the speaker is ready; throws ``Failure`` where nobody is
  /// there.
  public func probe(readiness: Bool) async throws -> ProbeAnswer {
    do {
      return ProbeAnswer(isGood: true, text: try await get(readiness ? "/readyz" : "/healthz"))
    } catch Failure.unexpected(let text) {
      return ProbeAnswer(isGood: false, text: text)
    }
  }

  /// How far the drain of the node is; throws ``Failure``.
  public func drain() async throws -> DrainDocument {
    try StatusRenderer.parse(await get("/drain"))
  }

  /// Begins to drain the node; throws ``Failure``.
  public func beginDrain() async throws -> DrainDocument {
    try StatusRenderer.parse(await ask("/drain", .POST))
  }

  /// Ends the drain of the node; throws ``Failure``.
  public func endDrain() async throws -> DrainDocument {
    try StatusRenderer.parse(await ask("/drain/undo", .POST))
  }

  /// Has the node give away addresses if it has clearly more than its share: one each `interval` for
  /// `duration`, in whole milliseconds. Throws ``Failure``.
  public func rebalance(
    for duration: TimeAmount, interval: TimeAmount
  ) async throws -> RebalanceDocument {
    let parts = [("duration", duration), ("interval", interval)].map {
      "\($0.0)=\($0.1.nanoseconds / 1_000_000)"
    }
    return try StatusRenderer.parse(await ask("/rebalance?\(parts.joined(separator: "&"))", .POST))
  }

  func get(_ uri: String) async throws -> String { try await ask(uri, .GET) }

  private func ask(
    _ uri: String, _ method: HTTPMethod, within time: TimeAmount? = nil
  ) async throws -> String {
    let time = time ?? deadline
    return try await withThrowingTaskGroup(of: String?.self) { group in
      group.addTask { try await exchange(uri, method, within: time) }
      group.addTask {
        try await Task.sleep(for: .nanoseconds(time.nanoseconds))
        return nil
      }
      defer { group.cancelAll() }
      guard let answer = try await group.next() ?? nil else {
        throw Failure.late(path: path, seconds: Double(time.nanoseconds / 100_000_000) / 10)
      }
      return answer
    }
  }

  /// Gives a command that nobody waits for longer than `time`.
  func command(_ uri: String, within time: TimeAmount) async throws -> String {
    try await exchange(uri, .POST, within: time)
  }

  private func exchange(
    _ uri: String, _ method: HTTPMethod, within time: TimeAmount
  ) async throws -> String {
    let channel: NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>
    do {
      channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connectTimeout(.seconds(5))
        .connect(unixDomainSocketPath: path) { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHTTPClientHandlers()
            return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
          }
        }
    } catch let error as IOError where error.errnoCode == EACCES {
      throw Failure.forbidden(path: path)
    } catch {
      throw Failure.noSpeaker(path: path)
    }
    return try await channel.executeThenClose { inbound, outbound in
      var head = HTTPRequestHead(version: .http1_1, method: method, uri: uri)
      head.headers.add(name: "host", value: "bellman")
      head.headers.add(name: "connection", value: "close")
      if method == .POST {
        head.headers.add(name: "content-length", value: "0")
        head.headers.add(name: CommandExpiry.name, value: CommandExpiry.value(after: time))
      }
      // In one piece: a speaker that has read the head may answer and close before an end follows.
      try await outbound.write(contentsOf: [.head(head), .end(nil)])
      var status = HTTPResponseStatus.ok
      var body = ByteBuffer()
      for try await part in inbound {
        switch part {
        case .head(let response): status = response.status
        case .body(var bytes): body.writeBuffer(&bytes)
        case .end:
          return try Self.text(of: body, status: status)
        }
      }
      throw Failure.unexpected("the speaker on \(path) closed the connection before its answer")
    }
  }

  private static func text(of body: ByteBuffer, status: HTTPResponseStatus) throws -> String {
    let text = String(buffer: body)
    switch status {
    case .ok: return text
    case .notFound: throw Failure.notFound(text)
    case .badRequest, .conflict: throw Failure.refused(text)
    default:
      throw Failure.unexpected("the speaker answered \(status.code): \(text)")
    }
  }

  private static func percentEncoded(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "/"), UInt8(ascii: ":"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        result += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return result
  }
}
