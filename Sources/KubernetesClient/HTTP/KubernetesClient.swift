import AsyncHTTPClient
public import Logging
public import NIOCore
import NIOHTTP1
import Resources

/// Speaks with a Kubernetes API server.
///
/// Requests go straight to the server: proxies of the environment are left alone.
/// Call ``shutdown()`` before letting go of a client.
public final class KubernetesClient: Sendable {
  /// How the server is reached.
  public let endpoint: Endpoint
  let logger: Logger
  private let address: ServerAddress
  private let connections: Connections
  private let credentials: CredentialSource
  /// Who is to hear that the server is well again.
  let outages = Outages()

  /// How long an answer may take, its body included for all but watches.
  static let patience = TimeAmount.seconds(30)
  /// The largest answer that is read as a whole, in octets.
  private static let maximumBody = 256 << 20

  /// A client of the server at `endpoint`, whose connections live on `group`.
  ///
  /// - Throws: where the URL of the server is none.
  public init(
    endpoint: Endpoint, group: any EventLoopGroup, logger: Logger
  ) throws(KubernetesConfigurationError) {
    guard let address = ServerAddress(endpoint.server) else {
      throw KubernetesConfigurationError(
        place: endpoint.origin,
        message: "server: expected a URL such as https://192.0.2.1:6443, found "
          + "\"\(endpoint.server)\"")
    }
    self.endpoint = endpoint
    self.address = address
    self.logger = logger
    connections = Connections(endpoint: endpoint, group: group)
    credentials = CredentialSource(endpoint: endpoint, logger: logger)
  }

  /// Ends all requests and closes the connections. Nothing can be asked afterwards.
  public func shutdown() async { await connections.close() }

  /// Makes new connections for what is asked from now on; what is under way fails.
  func renewConnections() { connections.renew() }

  /// Forgets the credentials that the server refused.
  func renewCredentials() async { await credentials.renew() }

  /// The whole answer to a request. A refusal of the credentials is answered once with others.
  func fetch(
    _ request: APIRequest, patience: TimeAmount = KubernetesClient.patience
  ) async throws(KubernetesError) -> [UInt8] {
    do {
      return try await fetchInTime(request, patience)
    } catch RequestFailure.status(let status)
      where status.code == 401 && !(request.isForPod && status.isForeign)
    {
      await credentials.renew()
    } catch {
      throw KubernetesError(request: request.summary, failure: error)
    }
    do {
      return try await fetchInTime(request, patience)
    } catch {
      throw KubernetesError(request: request.summary, failure: error)
    }
  }

  /// The whole answer to a request, if it comes in time.
  private func fetchInTime(
    _ request: APIRequest, _ patience: TimeAmount
  ) async throws(RequestFailure) -> [UInt8] {
    let result = await withTaskGroup(of: Result<[UInt8], RequestFailure>.self) { group in
      group.addTask {
        do throws(RequestFailure) {
          return .success(try await self.fetchOnce(request, patience: patience))
        } catch {
          return .failure(error)
        }
      }
      group.addTask {
        try? await Task.sleep(for: .nanoseconds(patience.nanoseconds))
        return .failure(.stalled)
      }
      defer { group.cancelAll() }
      return await group.next() ?? .failure(.stalled)
    }
    return try result.get()
  }

  /// The whole answer to a request, without a second try and however slowly it comes.
  ///
  /// - Parameter patience: how long its head may take.
  func fetchOnce(
    _ request: APIRequest, patience: TimeAmount = KubernetesClient.patience,
    activity: (@Sendable () async -> Void)? = nil
  ) async throws(RequestFailure) -> [UInt8] {
    let response = try await open(request, patience: patience)
    return try await read(response, limit: Self.maximumBody, activity: activity)
  }

  /// Sends a request and waits for the head of an answer that is a success.
  func open(
    _ request: APIRequest, patience: TimeAmount = KubernetesClient.patience
  ) async throws(RequestFailure) -> HTTPClientResponse {
    do {
      let response = try await send(request, patience: patience)
      outages.noteSuccess()
      return response
    } catch {
      // What a pod could not answer says nothing of the server, nor what nobody waited for.
      if !request.isForPod, !Task.isCancelled { outages.note(error) }
      throw error
    }
  }

  private func send(
    _ request: APIRequest, patience: TimeAmount
  ) async throws(RequestFailure) -> HTTPClientResponse {
    guard let client = connections.client else { throw .connection("the client was shut down") }
    let response: HTTPClientResponse
    do {
      response = try await client.execute(
        try await prepare(request), deadline: .now() + patience, logger: logger)
    } catch let error as KubernetesConfigurationError {
      throw .credentials(error.description)
    } catch {
      throw Self.failure(error, server: endpoint.server)
    }
    guard !(200..<300).contains(response.status.code) else { return response }
    let body = (try? await read(response, limit: 1 << 20)) ?? []
    var status = APIStatus(parsing: body, code: Int(response.status.code))
    if let text = response.headers.first(name: "Retry-After"), let seconds = Int64(text),
      (0...86_400).contains(seconds)
    {
      status.retryAfter = .seconds(seconds)
    }
    throw .status(status)
  }

  private func prepare(_ request: APIRequest) async throws -> HTTPClientRequest {
    let current = try await credentials.current()
    let url =
      address.url(host: endpoint.tlsServerName) + request.path + PathText.query(request.query)
    var prepared = HTTPClientRequest(url: url)
    prepared.method = request.method
    prepared.tlsConfiguration = current.tls
    prepared.headers.add(name: "User-Agent", value: "bellman")
    prepared.headers.add(name: "Accept", value: "application/json")
    if let token = current.bearerToken {
      prepared.headers.add(name: "Authorization", value: "Bearer \(token)")
    }
    for (name, value) in request.headers { prepared.headers.add(name: name, value: value) }
    if let type = request.contentType {
      prepared.headers.add(name: "Content-Type", value: type)
    }
    if let body = request.body { prepared.body = .bytes(ByteBuffer(bytes: body)) }
    return prepared
  }

  private func read(
    _ response: HTTPClientResponse, limit: Int, activity: (@Sendable () async -> Void)? = nil
  ) async throws(RequestFailure) -> [UInt8] {
    var octets: [UInt8] = []
    do {
      for try await chunk in response.body {
        octets += chunk.readableBytesView
        guard octets.count <= limit else {
          throw RequestFailure.malformed("an answer of more than \(limit) octets")
        }
        await activity?()
      }
    } catch let failure as RequestFailure {
      throw failure
    } catch {
      throw Self.failure(error, server: endpoint.server)
    }
    return octets
  }

  /// What an error of the HTTP client means.
  static func failure(_ error: any Error, server: String) -> RequestFailure {
    if let failure = error as? RequestFailure { return failure }
    guard let error = error as? HTTPClientError else { return .connection("\(server): \(error)") }
    switch error {
    case .deadlineExceeded, .readTimeout: return .stalled
    case .remoteConnectionClosed: return .connection("\(server) closed the connection")
    case .connectTimeout:
      return .connection("\(server) did not answer; see that the address and the network are right")
    default: return .connection("\(server): \(error.shortDescription)")
    }
  }
}
