import Addresses
import BGP
import Logging
import NIOCore
import NIOPosix
import Status
import Testing

@testable import Speaker

#if canImport(Glibc)
  import Glibc
#endif

/// A neighbour on the loopback interface that takes our connection and opens one of its own before
/// it says anything on either (RFC 4271 §6.8).
@Suite struct CollisionTests {
  /// Keeps what a connection of the neighbour gets.
  private final class Recorder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    var bytes: [UInt8] = []
    var channel: (any Channel)?
    var isClosed = false

    func channelActive(context: ChannelHandlerContext) { channel = context.channel }
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      bytes += unwrapInboundIn(data).readableBytesView
    }
    func channelInactive(context: ChannelHandlerContext) { isClosed = true }
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }

    func send(_ bytes: [UInt8]) {
      channel?.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    }
  }

  /// All that a test looks at; it stays on the event loop.
  private final class Scene {
    let ours = Recorder()
    let theirs = Recorder()
    let listener: BGPListener
    var transport: PeerTransport?

    init(listener: BGPListener) { self.listener = listener }
  }

  /// An OPEN of AS 64513 with hold time 90 and this identifier.
  private static func open(_ identifier: UInt8) -> [UInt8] {
    PeerTransportTests.marker
      + [0, 37, 1, 4, 0xFC, 0x01, 0, 90, 192, 0, 2, identifier, 8, 2, 6, 1, 4, 0, 1, 0, 1]
  }
  private static let keepalive = PeerTransportTests.marker + [0, 19, 4]
  private static let rejection = PeerTransportTests.marker + [0, 21, 3, 6, 7]

  private let eventLoop = MultiThreadedEventLoopGroup.singleton.next()

  private func wait(
    _ scene: NIOLoopBound<Scene>, for what: String, _ condition: @escaping @Sendable (Scene) -> Bool
  ) async throws {
    for _ in 0..<4000 {
      if try await eventLoop.submit({ condition(scene.value) }).get() { return }
      try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record("not so within 20 s: \(what)")
  }

  /// The side with the higher identifier keeps the connection that it opened; ours is 192.0.2.11.
  @Test(
    arguments: [(neighbour: 1, keepsOurs: true), (200, false)] as [(UInt8, Bool)], [true, false])
  func oneConnectionStays(_ rule: (neighbour: UInt8, keepsOurs: Bool), oursFirst: Bool) async throws
  {
    // An address of its own, and no port that was free a moment ago: a process that another test is
    // just starting has copies of all sockets, also of those that were closed here.
    let pid = UInt16(truncatingIfNeeded: getpid())
    let listenAddress = IPv4Address(
      127, 64 + UInt8(pid >> 8 & 63), UInt8(truncatingIfNeeded: pid),
      (rule.keepsOurs ? 1 : 2) + (oursFirst ? 4 : 8))
    let port: UInt16 = 1790
    let eventLoop = eventLoop
    let scene = try await eventLoop.submit {
      let listener = BGPListener(
        addresses: [ListenAddress(address: .v4(listenAddress), port: port)],
        eventLoop: eventLoop, logger: Logger(label: "test"))
      return NIOLoopBound(Scene(listener: listener), eventLoop: eventLoop)
    }.get()
    try await eventLoop.flatSubmit { scene.value.listener.open() }.get()
    let neighbour = try await ServerBootstrap(group: eventLoop)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(scene.value.ours)
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let neighbourPort = try #require(neighbour.localAddress?.port)
    try await eventLoop.submit {
      let transport = PeerTransport(
        configuration: PeerConfiguration(
          localAS: 64512, remoteAS: .number(64513), routerID: IPv4Address(192, 0, 2, 11)),
        endpoint: PeerEndpoint(
          address: .v4(IPv4Address(127, 0, 0, 1)), port: UInt16(clamping: neighbourPort)),
        seed: 1, eventLoop: eventLoop, report: { _ in })
      scene.value.transport = transport
      scene.value.listener.reconcile([.init(name: "neighbour", transport: transport)])
      transport.handle(.start)
    }.get()
    try await wait(scene, for: "our OPEN on our connection") { $0.ours.bytes.count >= 29 }
    _ = try await ClientBootstrap(group: eventLoop)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(scene.value.theirs)
        }
      }
      .connect(host: "\(listenAddress)", port: Int(port)).get()
    try await wait(scene, for: "our OPEN on theirs") { $0.theirs.bytes.count >= 29 }

    let open = Self.open(rule.neighbour)
    for isOurs in oursFirst ? [true, false] : [false, true] {
      try await eventLoop.submit {
        (isOurs ? scene.value.ours : scene.value.theirs).send(open)
      }.get()
    }
    try await wait(scene, for: "one connection is rejected") { scene in
      let loser = rule.keepsOurs ? scene.theirs : scene.ours
      return loser.isClosed && loser.bytes.suffix(21) == Self.rejection[...]
    }
    try await eventLoop.submit {
      (rule.keepsOurs ? scene.value.ours : scene.value.theirs).send(Self.keepalive)
    }.get()
    try await wait(scene, for: "the session is established on the other") {
      $0.transport?.state == .established
    }
    try await eventLoop.submit {
      #expect(scene.value.transport?.statistics.collisions == 1)
      #expect(!(rule.keepsOurs ? scene.value.ours : scene.value.theirs).isClosed)
      #expect(scene.value.listener.status().first?.accepted == 1)
    }.get()
    try await eventLoop.flatSubmit {
      _ = scene.value.listener.close()
      return scene.value.transport?.stop(.shutdown("the test is over"))
        ?? eventLoop.makeSucceededVoidFuture()
    }.get()
    try await neighbour.close()
  }
}
