public import Addresses
import BGP
import LinuxIO
import Logging
import NIOCore
import NIOPosix
public import Resources
import ServiceLifecycle
import Synchronization
import UnixSignals

/// What `bellman announce` is told.
public struct AnnounceOptions: Sendable {
  /// Our AS number, 1...4,294,967,295.
  public var localAS: UInt32
  /// The neighbour's address.
  public var peer: IPAddress
  /// The neighbour's AS number, 1...4,294,967,295.
  public var peerAS: UInt32
  /// The neighbour's TCP port.
  public var port: UInt16
  /// The local address of the session; nil lets the kernel choose.
  public var source: IPAddress?
  /// The BGP identifier; nil makes it from a local address.
  public var routerID: IPv4Address?
  /// The hold time in seconds, 0 or 3...65,535.
  public var holdTime: UInt16
  /// Next hops, at most one of each family.
  public var nextHops: [IPAddress]
  /// LOCAL_PREF for internal neighbours.
  public var localPreference: UInt32?
  /// Communities of every prefix.
  public var communities: [CommunityValue]
  /// A file whose first line is the TCP MD5 password.
  public var passwordFile: String?
  /// Whether the neighbour is more than one hop away.
  public var multihop: Bool
  /// What to announce.
  public var prefixes: [IPPrefix]
  /// A file of further prefixes to announce, one on each line.
  public var prefixesFile: String?
  /// Where the neighbour connects; with any, we do not dial.
  public var listen: [ListenAddress]

  /// Options with these values.
  public init(
    localAS: UInt32, peer: IPAddress, peerAS: UInt32, port: UInt16, source: IPAddress?,
    routerID: IPv4Address?, holdTime: UInt16, nextHops: [IPAddress], localPreference: UInt32?,
    communities: [CommunityValue], passwordFile: String?, multihop: Bool, prefixes: [IPPrefix],
    prefixesFile: String? = nil, listen: [ListenAddress] = []
  ) {
    self.localAS = localAS
    self.peer = peer
    self.peerAS = peerAS
    self.port = port
    self.source = source
    self.routerID = routerID
    self.holdTime = holdTime
    self.nextHops = nextHops
    self.localPreference = localPreference
    self.communities = communities
    self.passwordFile = passwordFile
    self.multihop = multihop
    self.prefixes = prefixes
    self.prefixesFile = prefixesFile
    self.listen = listen
  }
}

/// Peers with one neighbour and announces the given prefixes until it gets a stop signal.
public struct AnnounceProcess: Sendable {
  private let configuration: PeerConfiguration
  private let endpoint: PeerEndpoint
  private let listen: [ListenAddress]
  private let attributes: RouteAttributes
  private let named: [IPPrefix]
  private let prefixes: PrefixSupply

  /// Checks the options; throws ``SpeakerStartError`` that names what is wrong.
  public init(options: AnnounceOptions) throws {
    let communities = AnnouncedCommunities(options.communities)
    let local = options.source ?? LocalAddress.toward(options.peer)
    let nextHops = SessionAddresses(
      local: local, nextHops: options.nextHops, interfaces: (try? NetworkInterfaces.list()) ?? [])
    var configuration = PeerConfiguration(
      localAS: options.localAS, remoteAS: .number(options.peerAS),
      routerID: options.routerID ?? nextHops.routerID(node: "announce"))
    configuration.holdTime = options.holdTime
    let file = try options.prefixesFile.map(PrefixFile.init(path:))
    configuration.families = Set(options.prefixes.map(\.family)).union(file?.families ?? [])
      .sorted()
    configuration.nextHopIPv4 = nextHops.ipv4
    configuration.nextHopIPv6 = nextHops.ipv6
    configuration.description = options.peer.description
    configuration.isPassive = !options.listen.isEmpty
    for family in configuration.families
    where local.map({ $0.family != family }) ?? true && !nextHops.has(family) {
      throw SpeakerStartError(
        "no \(family.rawValue) next hop is known for a session with \(options.peer); "
          + "give one with --next-hop")
    }
    self.configuration = configuration
    let isExternal = options.localAS != options.peerAS
    endpoint = PeerEndpoint(
      address: options.peer, port: options.port, source: options.source,
      authentication: try options.passwordFile.map {
        .md5(password: try Self.password(inFile: $0))
      },
      timeToLive: isExternal && !options.multihop ? 1 : nil)
    attributes = RouteAttributes(
      localPreference: options.localPreference, communities: communities.standard,
      largeCommunities: communities.large)
    listen = options.listen
    named = options.prefixes
    prefixes = PrefixSupply([options.prefixes] + (file?.batches ?? []))
  }

  /// Runs until SIGINT or SIGTERM, then closes the session and returns.
  public func run() async throws {
    let service = AnnounceService(
      configuration: configuration, endpoint: endpoint, listen: listen, attributes: attributes,
      named: named, prefixes: prefixes)
    var logger = Logger(label: "bellman")
    logger.logLevel = .warning
    let group = ServiceGroup(
      configuration: .init(
        services: [service], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
    try await group.run()
  }

  private static func password(inFile path: String) throws -> String {
    do {
      let text = try ManifestFiles.read(path)
      let password = String(text.prefix { !$0.isNewline })
      guard !password.isEmpty, password.utf8.count <= 80 else {
        throw SpeakerStartError(
          "\(path): the first line must hold a password of 1 to 80 octets (RFC 2385)")
      }
      return password
    } catch let error as ManifestFiles.ReadError {
      throw SpeakerStartError("\(path): \(error)")
    }
  }
}

/// Prefixes until the peer has taken them: it keeps them in less memory.
private final class PrefixSupply: Sendable {
  private let batches: Mutex<[[IPPrefix]]>

  init(_ batches: [[IPPrefix]]) { self.batches = Mutex(batches.reversed()) }

  /// Gives the next batch away.
  func next() -> [IPPrefix]? { batches.withLock { $0.popLast() } }
}

/// The session of one `announce` as a service.
private struct AnnounceService: ServiceLifecycle.Service {
  let configuration: PeerConfiguration
  let endpoint: PeerEndpoint
  let listen: [ListenAddress]
  let attributes: RouteAttributes
  /// The prefixes that the command line names, each of which is worth a line in the log.
  let named: [IPPrefix]
  let prefixes: PrefixSupply

  func run() async throws {
    let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    let logger = Logger(label: "bellman.bgp")
    for prefix in named.sorted() {
      let nextHop =
        prefix.family == .ipv4
        ? configuration.nextHopIPv4?.description : configuration.nextHopIPv6?.description
      logger.info(
        "announcing", metadata: ["prefix": "\(prefix)", "nextHop": "\(nextHop ?? "unknown")"])
    }
    let listener = try await eventLoop.submit {
      let listener = BGPListener(addresses: listen, eventLoop: eventLoop, logger: logger)
      return NIOLoopBound(listener, eventLoop: eventLoop)
    }.get()
    try await eventLoop.flatSubmit { listener.value.open() }.get()
    let transport = try await eventLoop.submit {
      let reporter = SessionReporter(peer: endpoint.address.description)
      let transport = PeerTransport(
        configuration: configuration, endpoint: endpoint, seed: .random(in: .min ... .max),
        eventLoop: eventLoop, report: reporter.log)
      while let batch = prefixes.next() {
        let routes = batch.map { ($0, attributes) }
        transport.handle(.announce(Dictionary(routes) { first, _ in first }))
      }
      transport.handle(.initialTableComplete)
      transport.handle(.start)
      listener.value.reconcile([.init(name: "\(endpoint.address)", transport: transport)])
      return NIOLoopBound(transport, eventLoop: eventLoop)
    }.get()
    try? await gracefulShutdown()
    try await eventLoop.flatSubmit {
      _ = listener.value.close()
      return transport.value.stop(.shutdown("bellman announce was stopped"))
    }.get()
  }
}
