import Addresses
public import Advice
import NIOCore
import Resources

/// Asks the nodes, on the health check node port of each service with policy Local, whether their
/// kube-proxy has endpoints of it.
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
    await withTaskGroup(of: HealthAnswer.self) { group in
      var rest = questions[...]
      var answers: [HealthAnswer] = []
      for _ in 0..<Self.atOnce {
        guard let question = rest.popFirst() else { break }
        group.addTask { await Self.ask(question) }
      }
      for await answer in group {
        answers.append(answer)
        if let question = rest.popFirst() { group.addTask { await Self.ask(question) } }
      }
      return answers.sorted { ($0.service, $0.node) < ($1.service, $1.node) }
    }
  }

  private static func ask(_ question: Question) async -> HealthAnswer {
    let found = await HealthRequest.outcome(
      at: question.address, port: question.port, host: question.node, patience: patience)
    let outcome: HealthAnswer.Outcome
    switch found {
    case .healthy: outcome = .healthy
    case .unhealthy(let status): outcome = .unhealthy(status: status)
    case .refused: outcome = .refused
    case .silent: outcome = .silent
    }
    return HealthAnswer(service: question.service, node: question.node, outcome: outcome)
  }
}
