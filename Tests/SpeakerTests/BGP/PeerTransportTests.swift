import Addresses
import BGP
import NIOCore
import NIOPosix
import Testing

@testable import Speaker

/// The transport against a listener on the loopback interface that plays the neighbour.
@Suite struct PeerTransportTests {
  /// Answers our OPEN with `reply`, and keeps all that it gets.
  private final class Neighbour: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let reply: [UInt8]
    private let received: EventLoopPromise<[UInt8]>
    private var bytes: [UInt8] = []
    private var hasReplied = false

    init(reply: [UInt8], received: EventLoopPromise<[UInt8]>) {
      self.reply = reply
      self.received = received
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      bytes += unwrapInboundIn(data).readableBytesView
      guard !hasReplied else { return }
      hasReplied = true
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: reply)), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { received.succeed(bytes) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }
  }

  static let marker = [UInt8](repeating: 0xFF, count: 16)

  /// An OPEN of AS 64513 with hold time 90 and identifier 192.0.2.1, and a KEEPALIVE.
  static let goodReply: [UInt8] =
    marker + [0, 37, 1, 4, 0xFC, 0x01, 0, 90, 192, 0, 2, 1, 8, 2, 6, 1, 4, 0, 1, 0, 1]
    + marker + [0, 19, 4]

  /// Runs a session with a neighbour that says `reply`; stops it once `isDone` likes its state.
  /// Returns all that the neighbour got until the connection was closed.
  func session(
    reply: [UInt8], until isDone: @escaping @Sendable (SessionState, SessionStatistics) -> Bool
  ) async throws -> [UInt8] {
    let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    let received = eventLoop.makePromise(of: [UInt8].self)
    let listener = try await ServerBootstrap(group: eventLoop)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            Neighbour(reply: reply, received: received))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(listener.localAddress?.port)
    let transport = try await eventLoop.submit {
      var configuration = PeerConfiguration(
        localAS: 64512, remoteAS: .number(64513), routerID: IPv4Address(192, 0, 2, 11))
      configuration.families = [.ipv4]
      let transport = PeerTransport(
        configuration: configuration,
        endpoint: PeerEndpoint(
          address: .v4(IPv4Address(127, 0, 0, 1)), port: UInt16(clamping: port)),
        seed: 1, eventLoop: eventLoop, report: { _ in })
      transport.handle(.start)
      return NIOLoopBound(transport, eventLoop: eventLoop)
    }.get()
    while try await !eventLoop.submit({
      isDone(transport.value.state, transport.value.statistics)
    }).get() {
      try await Task.sleep(for: .milliseconds(5))
    }
    try await eventLoop.flatSubmit { transport.value.stop(.shutdown("the test is over")) }.get()
    try await listener.close()
    #expect(try await eventLoop.submit { transport.value.state }.get() == .idle)
    return try await received.futureResult.get()
  }

  @Test func theGoodbyeIsTheLastThingThatTheNeighbourGets() async throws {
    let bytes = try await session(reply: Self.goodReply) { state, _ in state == .established }
    let text = Array("the test is over".utf8)
    let goodbye =
      Self.marker + [0, UInt8(22 + text.count), 3, 6, 2, UInt8(text.count)] + text
    #expect(bytes.suffix(goodbye.count) == goodbye[...])
  }

  /// The session ends with a NOTIFICATION, is counted, and the process lives on.
  @Test func randomBytesEndInANotification() async throws {
    var generator = SystemRandomNumberGenerator()
    let noise = (0..<4096).map { _ in UInt8.random(in: 0..<255, using: &generator) }
    let bytes = try await session(reply: noise) { _, statistics in
      statistics.sent.notification > 0
    }
    #expect(bytes.suffix(21) == (Self.marker + [0, 21, 3, 1, 1])[...])
  }
}
