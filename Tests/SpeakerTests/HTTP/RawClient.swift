import NIOCore
import NIOPosix
import NIOSSL

/// A client that says what it is told and gives back what comes, for tests of a server.
enum RawClient {
  /// What a server said.
  struct Answer: Sendable {
    let status: Int
    let head: String
    let body: String
  }

  /// The port of a server, and how it is reached.
  struct Place: Sendable {
    var port: Int
    var source: String?
    var authority: String?
    /// Octets that the kernel takes for a client that does not read; nil for as many as it likes.
    var receiveBuffer: SocketOptionValue?
  }

  /// Opens a connection and leaves it to the caller.
  static func connect(_ place: Place) async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
    var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
    if let source = place.source {
      bootstrap = bootstrap.bind(to: try SocketAddress(ipAddress: source, port: 0))
    }
    if let size = place.receiveBuffer {
      bootstrap = bootstrap.channelOption(
        ChannelOptions.socketOption(.so_rcvbuf), value: size)
    }
    let authority = place.authority
    return try await bootstrap.connect(host: "127.0.0.1", port: place.port) { channel in
      channel.eventLoop.makeCompletedFuture {
        if let authority {
          var configuration = TLSConfiguration.makeClientConfiguration()
          configuration.trustRoots = .certificates(
            try NIOSSLCertificate.fromPEMBytes(Array(authority.utf8)))
          try channel.pipeline.syncOperations.addHandler(
            NIOSSLClientHandler(
              context: try NIOSSLContext(configuration: configuration), serverHostname: nil))
        }
        return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
      }
    }
  }

  /// Asks once.
  static func ask(
    _ place: Place, _ path: String, method: String = "GET", host: String = "127.0.0.1",
    headers: [String] = []
  ) async throws -> Answer {
    let lines = ["\(method) \(path) HTTP/1.1", "host: \(host)", "connection: close"] + headers
    let text = try await connect(place).executeThenClose { inbound, outbound in
      try await outbound.write(ByteBuffer(string: lines.joined(separator: "\r\n") + "\r\n\r\n"))
      var bytes = ByteBuffer()
      do {
        for try await part in inbound { bytes.writeImmutableBuffer(part) }
      } catch {
        // A server that closes without the end of TLS has said what it had to say.
        if bytes.readableBytes == 0 { throw error }
      }
      return String(buffer: bytes)
    }
    let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
    let status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    return Answer(
      status: status ?? 0, head: String(parts.first ?? ""),
      body: parts.count > 1 ? String(parts[1]) : "")
  }
}
