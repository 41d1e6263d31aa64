import Addresses
import NIOCore
import NIOHTTP1
import NIOPosix

#if canImport(Glibc)
  import Glibc
#endif

/// One question to a health check node port: `GET /healthz`, answered by kube-proxy, or what stands in
/// for it, with 200 where the node has endpoints.
enum HealthRequest {
  /// Asks; takes `patience` at most.
  static func outcome(
    at address: IPAddress, port: Int, host: String, patience: TimeAmount
  ) async -> HealthOutcome {
    let channel: NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>
    let deadline = NIODeadline.now() + patience
    do {
      channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connectTimeout(patience)
        .connect(host: "\(address)", port: port) { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHTTPClientHandlers()
            return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
          }
        }
    } catch {
      return refused(error) ? .refused : .silent
    }
    // Whoever answers one octet now and then must not hold the question up.
    let end = channel.channel.eventLoop.scheduleTask(deadline: deadline) { [channel] in
      channel.channel.close(promise: nil)
    }
    defer { end.cancel() }
    let status = try? await channel.executeThenClose { inbound, outbound -> HTTPResponseStatus? in
      var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/healthz")
      head.headers.add(name: "host", value: host)
      head.headers.add(name: "connection", value: "close")
      try await outbound.write(contentsOf: [.head(head), .end(nil)])
      for try await case .head(let response) in inbound { return response.status }
      return nil
    }
    guard let status else { return .silent }
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
