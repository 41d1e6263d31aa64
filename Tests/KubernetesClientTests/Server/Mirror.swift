import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Resources
import TestAPIServer
import Testing

@testable import KubernetesClient

/// What a reader makes of the changes that are delivered.
final class Mirror: Sendable {
  private struct State {
    var view: [ObjectName: String] = [:]
    var isComplete = false
    var upserts = 0
    var removals = 0
    var conditions: [Reflector.Condition] = []
    var problems: [String] = []
  }

  private let state = NIOLockedValueBox(State())

  var view: [ObjectName: String] { state.withLockedValue { $0.view } }
  var isComplete: Bool { state.withLockedValue { $0.isComplete } }
  var upserts: Int { state.withLockedValue { $0.upserts } }
  var removals: Int { state.withLockedValue { $0.removals } }
  var conditions: [Reflector.Condition] { state.withLockedValue { $0.conditions } }
  /// Changes that were none.
  var problems: [String] { state.withLockedValue { $0.problems } }

  func take(_ changes: ReflectedChanges) {
    state.withLockedValue { state in
      for change in changes.changes {
        switch change {
        case .upserted(let object):
          let old = state.view.updateValue(object.resourceVersion, forKey: object.name)
          if old == object.resourceVersion { state.problems.append("\(object.name) is the same") }
          state.upserts += 1
        case .removed(let name):
          if state.view.removeValue(forKey: name) == nil {
            state.problems.append("\(name) was not there")
          }
          state.removals += 1
        }
      }
      state.isComplete = changes.isComplete
    }
  }

  func note(_ condition: Reflector.Condition) {
    state.withLockedValue { $0.conditions.append(condition) }
  }

  /// Whether the reader sees exactly the objects of the server.
  func shows(_ type: ServedType, of server: TestAPIServer) -> Bool {
    state.withLockedValue { $0.isComplete && $0.view == server.store.versions(of: type) }
  }
}

/// Waits until `condition` holds.
func eventually(
  _ comment: Comment? = nil, within limit: Duration = .seconds(20),
  sourceLocation: Testing.SourceLocation = #_sourceLocation, _ condition: () async -> Bool
) async throws {
  let end = ContinuousClock.now + limit
  while ContinuousClock.now < end {
    if await condition() { return }
    try await Task.sleep(for: .milliseconds(5))
  }
  let holds = await condition()
  #expect(holds, comment ?? "not within \(limit)", sourceLocation: sourceLocation)
}

extension TestAPIServer {
  /// A way to this server.
  func endpoint(
    _ verification: Endpoint.Verification = .trust(nil), tlsServerName: String? = nil,
    clientCertificate: Endpoint.ClientCertificate? = nil, credentials: Endpoint.Credentials = .none
  ) -> Endpoint {
    Endpoint(
      server: url, tlsServerName: tlsServerName, verification: verification,
      clientCertificate: clientCertificate, credentials: credentials, origin: "test")
  }

  /// Puts so many services.
  func putServices(_ numbers: Range<Int>) {
    for number in numbers { store.put(Self.service("web-\(number)"), .services) }
  }

  static func service(_ name: String, labels: [String: JSONValue] = [:]) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "Service",
      "metadata": [
        "name": .string(name), "namespace": "default", "labels": .object(labels),
      ],
      "spec": ["type": "LoadBalancer", "ports": [["port": 80]]],
      "status": ["loadBalancer": ["ingress": [["ip": "192.0.2.1"]]]],
    ]
  }
}

/// Runs `body` with a client.
func withClient<Result: Sendable>(
  _ endpoint: Endpoint, _ body: (KubernetesClient) async throws -> Result
) async throws -> Result {
  var logger = Logger(label: "test")
  logger.logLevel = .critical
  let client = try KubernetesClient(
    endpoint: endpoint, group: MultiThreadedEventLoopGroup.singleton, logger: logger)
  do {
    let result = try await body(client)
    await client.shutdown()
    return result
  } catch {
    await client.shutdown()
    throw error
  }
}

/// Runs `body` while a mirror follows a selection.
func following<Result: Sendable>(
  _ selection: Selection, of endpoint: Endpoint, _ configuration: Reflector.Configuration = .quick,
  _ body: (Mirror) async throws -> Result
) async throws -> Result {
  try await withClient(endpoint) { client in
    let mirror = Mirror()
    let task = Task {
      await client.follow(
        selection, configuration: configuration, deliver: { mirror.take($0) },
        report: { mirror.note($0) })
    }
    do {
      let result = try await body(mirror)
      task.cancel()
      await task.value
      #expect(mirror.problems.isEmpty)
      return result
    } catch {
      task.cancel()
      await task.value
      throw error
    }
  }
}
