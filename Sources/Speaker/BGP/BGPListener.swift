import Addresses
import BGP
import LinuxIO
import Logging
import NIOCore
import NIOPosix
import Status

#if canImport(Glibc)
  import Glibc
#endif

/// Takes the connections that neighbours open, from configured ones only.
///
/// A connection of anybody else is closed before a byte of it is read, and counted. Passwords and keys
/// are on the listening sockets, so that the kernel drops segments which are not signed; they change
/// without touching any connection. An instance belongs to one event loop.
final class BGPListener {
  /// Who may connect, and what is done about it.
  struct Neighbour {
    var name: String
    var transport: PeerTransport
  }

  /// The most connections of one neighbour beside its session.
  static let pendingPerNeighbour = 4
  /// The most connections of all neighbours beside their sessions.
  static let pendingInTotal = 256
  /// How many finished handshakes the kernel keeps for us.
  private static let backlog: Int32 = 64

  /// One listening socket.
  private struct Socket {
    let address: ListenAddress
    let channel: any Channel
    let isIPv6Only: Bool
    /// The keys that the socket has, by neighbour.
    var keys: [IPAddress: TCPOptions] = [:]
    /// The neighbours whose keys it refused, and why.
    var failures: [IPAddress: String] = [:]
    var minimumTimeToLive: UInt8 = 0
    var accepted: UInt64 = 0
    var refused: [Refusal: UInt64] = [:]
  }

  /// Why a connection was closed at once.
  enum Refusal: String, Hashable, CaseIterable {
    case notConfigured = "from an address that no peer has"
    case tooMany = "too many of one peer, or of all"
    case unprotected = "the socket cannot have the password or the options of the peer"
  }

  private let addresses: [ListenAddress]
  private let eventLoop: any EventLoop
  private let logger: Logger
  private var sockets: [Socket] = []
  private var neighbours: [Neighbour] = []
  /// The passive peers that were logged because nothing listens.
  private var unreachable: Set<String> = []

  /// A listener that does not listen yet.
  init(addresses: [ListenAddress], eventLoop: any EventLoop, logger: Logger) {
    self.addresses = addresses
    self.eventLoop = eventLoop
    self.logger = logger
  }

  /// Whether neighbours can connect at all.
  var isConfigured: Bool { !addresses.isEmpty }

  // MARK: Listening

  /// Opens all sockets; fails with ``SpeakerStartError`` that names the address and the remedy. The
  /// kernel completes handshakes from now on, but nothing is accepted before ``reconcile(_:)``.
  func open() -> EventLoopFuture<Void> {
    eventLoop.preconditionInEventLoop()
    let opened = addresses.enumerated().map { index, address in
      listen(on: address, index: index).assumeIsolated().map { channel in
        self.logger.info("listening for BGP", metadata: ["address": "\(address)"])
        return channel
      }.nonisolated()
    }
    return EventLoopFuture.whenAllComplete(opened, on: eventLoop).assumeIsolated()
      .flatMapThrowing { results in
        for (address, result) in zip(self.addresses, results) {
          guard case .success(let channel) = result else { continue }
          self.sockets.append(
            Socket(
              address: address, channel: channel,
              isIPv6Only: address.address.family == .ipv6 && !self.takesIPv4(address)))
        }
        for (address, result) in zip(self.addresses, results) {
          guard case .failure(let error) = result else { continue }
          _ = self.close()
          throw Self.startError(error, address)
        }
      }.nonisolated()
  }

  /// Stops listening; connections stay.
  func close() -> EventLoopFuture<Void> {
    let closing = sockets.map { $0.channel.close() }
    sockets = []
    neighbours = []
    return EventLoopFuture.andAllComplete(closing, on: eventLoop)
  }

  private func listen(on address: ListenAddress, index: Int) -> EventLoopFuture<any Channel> {
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    let isIPv6 = address.address.family == .ipv6
    let isIPv6Only: CInt = takesIPv4(address) ? 0 : 1
    var options = TCPOptions()
    options.trafficClass = .networkControl
    // A neighbour with TTL security takes nothing less; that of an accepted socket is the peer's own.
    options.timeToLive = 255
    return ServerBootstrap(group: eventLoop)
      .serverChannelOption(.backlog, value: Self.backlog)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelOption(.autoRead, value: false)
      .serverChannelInitializer { [options] channel in
        channel.eventLoop.makeCompletedFuture {
          if isIPv6, let socket = channel as? any SocketOptionProvider {
            socket.unsafeSetSocketOption(
              level: .ipv6, name: .init(rawValue: IPV6_V6ONLY), value: isIPv6Only
            ).whenFailure { _ in }
          }
          try TCPOptions.apply(options, to: channel)
        }
      }
      .childChannelOption(.writeBufferWaterMark, value: .init(low: 32 * 1024, high: 64 * 1024))
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try bound.value.take(channel, from: index) }
      }
      .bind(host: "\(address.address)", port: Int(address.port))
  }

  /// Whether connections over IPv4 come to this IPv6 address too.
  private func takesIPv4(_ address: ListenAddress) -> Bool {
    address.address.number == 0
      && !addresses.contains { $0.address.family == .ipv4 && $0.port == address.port }
  }

  private static func startError(
    _ error: any Error, _ address: ListenAddress
  ) -> SpeakerStartError {
    let code = (error as? IOError)?.errnoCode
    let cause = code.map { String(cString: strerror($0)) } ?? "\(error)"
    let remedy: String? =
      switch code {
      case EADDRINUSE:
        "another BGP speaker has the port, such as FRR, BIRD, Calico or Cilium: stop it, or give "
          + "another address or port"
      case EACCES:
        "ports below 1024 need CAP_NET_BIND_SERVICE: run as root, add it, or give a higher port"
      case EADDRNOTAVAIL: "no interface of this host has the address"
      case EAFNOSUPPORT: "the kernel has no IPv6"
      default: nil
      }
    return SpeakerStartError(
      "cannot listen for BGP on \(address): \(cause)" + (remedy.map { "; \($0)" } ?? ""))
  }

  // MARK: Neighbours

  /// Makes `neighbours` those who may connect, and gives the listening sockets their passwords.
  func reconcile(_ neighbours: [Neighbour]) {
    self.neighbours = neighbours
    var wanted: [IPAddress: TCPOptions] = [:]
    for neighbour in neighbours {
      let endpoint = neighbour.transport.endpoint
      guard endpoint.authentication != nil, wanted[endpoint.address] == nil else { continue }
      wanted[endpoint.address] = endpoint.keys
    }
    noteUnreachable()
    // The socket can demand no more than what all of them keep to; each connection demands its own.
    let minimum = neighbours.map { $0.transport.endpoint.minimumTimeToLive ?? 0 }.min() ?? 0
    for index in sockets.indices {
      reconcileKeys(wanted, of: &sockets[index])
      setMinimumTimeToLive(minimum, of: &sockets[index])
      sockets[index].channel.setOption(.autoRead, value: true).whenFailure { _ in }
    }
  }

  private func noteUnreachable() {
    let passive = isConfigured ? [] : neighbours.filter(\.transport.configuration.isPassive)
    for neighbour in passive where !unreachable.contains(neighbour.name) {
      logger.error("\(Self.nothingListens)", metadata: ["peer": "\(neighbour.name)"])
    }
    unreachable = Set(passive.map(\.name))
  }

  private func reconcileKeys(_ all: [IPAddress: TCPOptions], of socket: inout Socket) {
    let family = socket.address.address.family
    let takesIPv4 = family == .ipv4 || !socket.isIPv6Only
    let wanted = all.filter { $0.key.family == .ipv4 ? takesIPv4 : family == .ipv6 }
    for (address, keys) in socket.keys where wanted[address] != keys {
      // A password is replaced in place, without a moment in which there is none.
      if keys.ao != nil || wanted[address]?.md5 == nil {
        do {
          try TCPOptions.removeKeys(of: keys, from: socket.channel)
        } catch {
          logger.warning(
            "an old key stays on a listening socket",
            metadata: ["address": "\(socket.address)", "error": "\(error)"])
        }
      }
      socket.keys[address] = nil
    }
    socket.failures = socket.failures.filter { wanted[$0.key] != nil }
    for (address, keys) in wanted.sorted(by: { $0.key < $1.key })
    where socket.keys[address] != keys {
      do {
        try TCPOptions.apply(keys, to: socket.channel)
        socket.keys[address] = keys
        socket.failures[address] = nil
      } catch {
        if socket.failures.updateValue("\(error)", forKey: address) == nil {
          logger.error(
            "a peer cannot connect",
            metadata: ["address": "\(address)", "error": "\(error)"])
        }
      }
    }
  }

  private func setMinimumTimeToLive(_ minimum: UInt8, of socket: inout Socket) {
    guard socket.minimumTimeToLive != minimum else { return }
    var options = TCPOptions()
    options.minimumTimeToLive = minimum
    // Each connection is checked for itself, so that a failure opens nothing.
    if (try? TCPOptions.apply(options, to: socket.channel)) != nil {
      socket.minimumTimeToLive = minimum
    }
  }

  // MARK: Connections

  /// A connection was refused: it is closed.
  private struct Refused: Error {}

  private func take(_ channel: any Channel, from index: Int) throws {
    guard sockets.indices.contains(index) else { throw Refused() }
    guard let remote = channel.remoteAddress,
      let neighbour = neighbours.first(where: {
        $0.transport.endpoint.admits(remote, local: channel.localAddress)
      })
    else {
      try refuse(channel, from: index, because: .notConfigured)
      return
    }
    let pending = neighbours.reduce(0) { $0 + $1.transport.pendingConnections }
    guard neighbour.transport.pendingConnections < Self.pendingPerNeighbour,
      pending < Self.pendingInTotal
    else {
      try refuse(channel, from: index, because: .tooMany)
      return
    }
    let endpoint = neighbour.transport.endpoint
    guard endpoint.authentication == nil || sockets[index].keys[endpoint.address] == endpoint.keys
    else {
      try refuse(channel, from: index, because: .unprotected)
      return
    }
    do {
      // With the options comes the password: what was not signed with it is dropped from here on,
      // also where the handshake was over before the listening socket knew of the password.
      try neighbour.transport.adopt(channel)
    } catch {
      logger.error(
        "a connection cannot be taken",
        metadata: ["peer": "\(neighbour.name)", "error": "\(PeerTransport.text(of: error))"])
      try refuse(channel, from: index, because: .unprotected)
    }
    sockets[index].accepted += 1
  }

  private func refuse(
    _ channel: any Channel, from index: Int, because refusal: Refusal
  ) throws {
    sockets[index].refused[refusal, default: 0] += 1
    logger.debug(
      "connection refused",
      metadata: [
        "from": "\(channel.remoteAddress?.description ?? "unknown")",
        "reason": "\(refusal.rawValue)",
      ])
    throw Refused()
  }

  // MARK: What there is to see

  /// The listening sockets and their counters.
  func status() -> [ListenerStatus] {
    sockets.map { socket in
      ListenerStatus(
        address: socket.address.description, accepted: socket.accepted,
        refused: Dictionary(
          uniqueKeysWithValues: socket.refused.map { ("\($0.key)", $0.value) }))
    }
  }

  private static let nothingListens =
    "the annotation bellman.dev/passive has us wait for the peer, but nothing listens: start the "
    + "speaker with --bgp-listen, or remove the annotation"

  /// What keeps neighbours from connecting.
  func problems() -> [Problem] {
    var problems: [Problem] = []
    for neighbour in neighbours {
      let endpoint = neighbour.transport.endpoint
      for socket in sockets {
        if let failure = socket.failures[endpoint.address] {
          problems.append(
            Problem(
              severity: .error, object: "BGPPeer \(neighbour.name)",
              message: "the peer cannot connect to \(socket.address): \(failure)"))
        }
      }
      if neighbour.transport.configuration.isPassive, !isConfigured {
        problems.append(
          Problem(
            severity: .error, object: "BGPPeer \(neighbour.name)",
            message: Self.nothingListens))
      }
    }
    return problems
  }
}
