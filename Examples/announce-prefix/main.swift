import Addresses
import BGP
import Dispatch
import Glibc
import NIOCore
import NIOPosix

let arguments = CommandLine.arguments.dropFirst().map { String($0) }
guard arguments.count == 5, let localAS = UInt32(arguments[0]),
  let routerID = IPv4Address(arguments[1]), let prefix = IPPrefix(arguments[2]),
  let neighbour = try? SocketAddress(ipAddress: arguments[3], port: 179),
  let remoteAS = UInt32(arguments[4])
else {
  print("usage: announce-prefix LOCAL-AS ROUTER-ID PREFIX NEIGHBOUR REMOTE-AS")
  exit(64)
}
var configuration = PeerConfiguration(
  localAS: localAS, remoteAS: .number(remoteAS), routerID: routerID)
configuration.families = [prefix.family]
var peer = Peer(configuration: configuration, seed: .random(in: .min ... .max))

// What happens, in its order: the network and the clock hand it in, and the loop below takes it out.
let (events, queue) = AsyncStream.makeStream(of: PeerEvent.self)
queue.yield(.start)
queue.yield(.announce([prefix: RouteAttributes(communities: [Community(64512, 100)])]))
queue.yield(.initialTableComplete)

signal(SIGINT, SIG_IGN)
let interrupt = DispatchSource.makeSignalSource(signal: SIGINT, queue: .main)
interrupt.setEventHandler {
  queue.yield(.stop(.shutdown("interrupted")))
  queue.finish()
}
interrupt.resume()

let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
var channels: [ConnectionID: EventLoopFuture<any Channel>] = [:]
var timer: Scheduled<Void>?

for await event in events {
  for action in peer.handle(event, now: .now()) {
    switch action {
    case .connect(let id, let timeout):
      channels[id] = ClientBootstrap(group: eventLoop).connectTimeout(timeout)
        .channelInitializer { $0.pipeline.addHandler(ConnectionHandler(id, queue)) }
        .connect(to: neighbour)
      channels[id]?.whenFailure { queue.yield(.connectFailed(id, reason: "\($0)")) }
    case .send(let id, let bytes):
      channels[id]?.flatMap { $0.writeAndFlush(bytes) }
        .whenSuccess { queue.yield(.written(id, byteCount: bytes.readableBytes)) }
    case .close(let id):
      channels.removeValue(forKey: id)?.whenSuccess { channel in
        // What was sent last still goes out.
        channel.close(mode: .output, promise: nil)
        eventLoop.scheduleTask(in: Peer.closeGracePeriod) { channel.close(promise: nil) }
      }
    case .report(let report):
      print(report)
    }
  }
  timer?.cancel()
  timer = peer.nextDeadline.map { deadline in
    eventLoop.scheduleTask(deadline: deadline) { _ = queue.yield(.deadlineReached) }
  }
}
try await eventLoop.scheduleTask(in: Peer.closeGracePeriod) {}.futureResult.get()
