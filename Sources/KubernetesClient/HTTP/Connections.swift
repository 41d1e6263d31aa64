import AsyncHTTPClient
import Glibc
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// The HTTP connections to the API server, which can be made anew as a whole.
///
/// One HTTP/2 connection may carry all watches; if it dies without a word, as behind a load
/// balancer, a new request would go over the same dead connection.
final class Connections: Sendable {
  private struct State {
    var client: HTTPClient?
    var renewedAt: NIODeadline?
  }

  private let group: any EventLoopGroup
  private let configuration: HTTPClient.Configuration
  private let state: NIOLockedValueBox<State>

  /// Several watches that find the same connection dead ask for new ones only once.
  private static let renewalInterval = TimeAmount.seconds(10)

  init(endpoint: Endpoint, group: any EventLoopGroup) {
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration = .disallow
    configuration.timeout.connect = .seconds(10)
    configuration.connectionPool.idleTimeout = .seconds(60)
    // HTTP/1 needs a connection for each watch; waiting for a free one would be forever.
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.http1_1ConnectionDebugInitializer = Self.keepAlive
    configuration.http2ConnectionDebugInitializer = Self.keepAlive
    if let name = endpoint.tlsServerName, let address = ServerAddress(endpoint.server) {
      configuration.dnsOverride = [name: address.host]
    }
    self.group = group
    self.configuration = configuration
    let client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
    state = NIOLockedValueBox(State(client: client))
  }

  /// The client for the next request; nil after ``close()``.
  var client: HTTPClient? { state.withLockedValue { $0.client } }

  /// Makes new connections; requests on the old ones fail, for they are on the same dead one.
  func renew() {
    let old: HTTPClient? = state.withLockedValue { state in
      let now = NIODeadline.now()
      if let last = state.renewedAt, now < last + Self.renewalInterval { return nil }
      guard let old = state.client else { return nil }
      state.client = HTTPClient(
        eventLoopGroupProvider: .shared(group), configuration: configuration)
      state.renewedAt = now
      return old
    }
    if let old { Task { try? await old.shutdown() } }
  }

  /// How long a server may take to answer the goodbye of TLS.
  private static let closingTime = TimeAmount.milliseconds(250)

  /// Ends all requests and connections.
  func close() async {
    let old = state.withLockedValue { state in
      defer { state.client = nil }
      return state.client
    }
    guard let old else { return }
    let eventLoop = group.next()
    let ended = eventLoop.makePromise(of: Void.self)
    ended.completeWithTask { try await old.shutdown() }
    // The client waits seconds for a server that does not close its side; a process that ends and
    // has handed everything over must not be held up by that.
    let limit = eventLoop.scheduleTask(in: Self.closingTime) { ended.succeed() }
    try? await ended.futureResult.get()
    limit.cancel()
  }

  /// Has the kernel find out within half a minute that the other side is gone.
  @Sendable
  private static func keepAlive(_ channel: any Channel) -> EventLoopFuture<Void> {
    let options: [(ChannelOptions.Types.SocketOption, SocketOptionValue)] = [
      (.init(level: .socket, name: .so_keepalive), 1),
      (.init(level: .tcp, name: .init(rawValue: TCP_KEEPIDLE)), 10),
      (.init(level: .tcp, name: .init(rawValue: TCP_KEEPINTVL)), 5),
      (.init(level: .tcp, name: .init(rawValue: TCP_KEEPCNT)), 4),
      // In milliseconds: the same for what was sent and not acknowledged.
      (.init(level: .tcp, name: .init(rawValue: TCP_USER_TIMEOUT)), 30_000),
    ]
    return EventLoopFuture.andAllSucceed(
      options.map { channel.setOption($0.0, value: $0.1) }, on: channel.eventLoop)
  }
}
