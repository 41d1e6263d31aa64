import Addresses
public import Advice
import NIOCore
import NIOHTTP1
import NIOPosix
import Resources

#if canImport(Glibc)
  import Glibc
#endif

/// Asks the nodes, on the health check node port of each service with policy Local, whether their
/// kube-proxy has endpoints of it. What cannot be reached says nothing.
public struct HealthQuestions: Sendable {
  /// One node and port.
  struct Question: Hashable {
    let service: ObjectName
    let node: String
    let address: IPAddress
    let port: Int
  }

  let questions: [Question]

  private static let patience: TimeAmount = .seconds(2)
  private static let atOnce = 64

  /// The questions that a snapshot gives cause to.
  public init(_ snapshot: Snapshot) {
    questions = snapshot.services.flatMap { service -> [Question] in
      guard service.type == .loadBalancer, service.externalTrafficPolicy == .local,
        let port = service.healthCheckNodePort
      else { return [] }
      return snapshot.nodes.compactMap { node in
        node.internalAddresses.first.map {
          Question(
            service: service.metadata.name, node: node.name, address: $0, port: Int(port))
        }
      }
    }
  }

  /// The answers, by service and node.
  public func ask() async -> [HealthAnswer] {
    await withTaskGroup(of: HealthAnswer?.self) { group in
      var rest = questions[...]
      var answers: [HealthAnswer] = []
      for _ in 0..<Self.atOnce {
        guard let question = rest.popFirst() else { break }
        group.addTask { await Self.ask(question) }
      }
      for await answer in group {
        if let answer { answers.append(answer) }
        if let question = rest.popFirst() { group.addTask { await Self.ask(question) } }
      }
      return answers.sorted { ($0.service, $0.node) < ($1.service, $1.node) }
    }
  }

  private static func ask(_ question: Question) async -> HealthAnswer? {
    guard let outcome = await outcome(question) else { return nil }
    return HealthAnswer(service: question.service, node: question.node, outcome: outcome)
  }

  private static func outcome(_ question: Question) async -> HealthAnswer.Outcome? {
    let channel: NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>
    do {
      channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connectTimeout(patience)
        .connect(host: "\(question.address)", port: question.port) { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHTTPClientHandlers()
            try channel.pipeline.syncOperations.addHandler(
              IdleStateHandler(readTimeout: patience), position: .first)
            try channel.pipeline.syncOperations.addHandler(CloseWhenIdle())
            return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
          }
        }
    } catch {
      return refused(error) ? .refused : nil
    }
    let status = try? await channel.executeThenClose { inbound, outbound -> HTTPResponseStatus? in
      var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/healthz")
      head.headers.add(name: "host", value: question.node)
      head.headers.add(name: "connection", value: "close")
      try await outbound.write(contentsOf: [.head(head), .end(nil)])
      for try await case .head(let response) in inbound { return response.status }
      return nil
    }
    guard let status else { return nil }
    return status == .ok ? .healthy : .unhealthy(status: Int(status.code))
  }

  private static func refused(_ error: any Error) -> Bool {
    func isRefusal(_ error: any Error) -> Bool {
      (error as? IOError)?.errnoCode == ECONNREFUSED
    }
    guard let error = error as? NIOConnectionError else { return isRefusal(error) }
    return !error.connectionErrors.isEmpty
      && error.connectionErrors.allSatisfy { isRefusal($0.error) }
  }
}

/// Closes a connection on which nothing comes.
private final class CloseWhenIdle: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias InboundOut = HTTPClientResponsePart

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is IdleStateHandler.IdleStateEvent {
      context.close(promise: nil)
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }
}
