import Addresses
import LinkLayer
import LinuxIO
import Logging
import NIOCore
import Resources
import Status

/// Finds the peers that are configured by an interface: each is the router that advertises itself
/// there. An instance belongs to the event loop of the control state.
final class NeighbourTable {
  /// Discovery on one interface.
  private final class Link {
    let interface: NetworkInterface
    var discovery = RouterDiscovery()
    var socket: RouterSocket?
    var timer: Scheduled<Void>?
    /// Whom a session may still be with while nobody is heard.
    var lastNeighbour: IPv6Address?
    var failure: String?

    init(_ interface: NetworkInterface) { self.interface = interface }
  }

  /// Hears that a neighbour appeared, went, or changed its address.
  var onChange: () -> Void = {}

  private let eventLoop: any EventLoop
  private let logger: Logger
  private var links: [String: Link] = [:]

  /// A table that looks for nobody.
  init(eventLoop: any EventLoop, logger: Logger) {
    self.eventLoop = eventLoop
    self.logger = logger
  }

  /// Says where `peers` are. On their interfaces it looks for them from now on, on others no longer.
  ///
  /// - Parameter isEstablished: whether the peer of this name has a session: it is not given up for
  ///   the silence of the router, which hold timer and BFD judge better.
  func locate(
    _ peers: [BGPPeer], interfaces: [NetworkInterface], isEstablished: (String) -> Bool
  ) -> [LocatedPeer] {
    var wanted: Set<String> = []
    let located = peers.map { peer -> LocatedPeer in
      switch peer.endpoint {
      case .address(let address):
        return LocatedPeer(peer, at: address, interfaces: interfaces)
      case .interface(let name):
        guard let interface = interfaces.first(where: { $0.name == name }) else {
          return LocatedPeer(
            peer: peer, place: .unknown("this node has no interface \(name)"))
        }
        wanted.insert(name)
        return LocatedPeer(
          peer: peer, place: place(on: interface, keepsSilent: isEstablished(peer.name)))
      }
    }
    for name in links.keys where !wanted.contains(name) { close(name) }
    return located
  }

  /// Ends all discovery.
  func close() {
    for name in Array(links.keys) { close(name) }
  }

  /// What is doubtful about the interfaces.
  func problems() -> [Problem] {
    links.sorted { $0.key < $1.key }.compactMap { name, link in
      guard let rival = link.discovery.rival, let neighbour = link.discovery.neighbour else {
        return nil
      }
      return Problem(
        severity: .warning, object: "interface \(name)",
        message: "two routers advertise themselves, and a peer on an interface is one: the session "
          + "is with \(neighbour), which was heard first, and not with \(rival)")
    }
  }

  private func place(on interface: NetworkInterface, keepsSilent: Bool) -> LocatedPeer.Place {
    if let link = links[interface.name], link.interface.index != interface.index {
      close(interface.name)
    }
    let link = links[interface.name] ?? Link(interface)
    links[interface.name] = link
    if link.socket == nil { open(link) }
    if let failure = link.failure { return .unknown(failure) }
    let silent = keepsSilent ? link.lastNeighbour : nil
    guard let neighbour = link.discovery.neighbour ?? silent else {
      return .unknown(
        "no router has advertised itself on \(interface.name) yet"
          + (interface.isUp ? "" : ", which is down"))
    }
    return .known(.v6(neighbour), .init(name: interface.name, index: interface.index))
  }

  private func open(_ link: Link) {
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    let name = link.interface.name
    let index = link.interface.index
    do {
      link.socket = try RouterSocket(interface: link.interface, eventLoop: eventLoop) {
        message, source in
        guard let link = bound.value.links[name], link.interface.index == index else { return }
        bound.value.perform(
          link.discovery.received(message, from: source, now: .now()), on: link)
      }
      link.failure = nil
      perform(link.discovery.start(now: .now()), on: link)
    } catch {
      if link.failure == nil {
        logger.error(
          "no peer can be found", metadata: ["interface": "\(name)", "error": "\(error)"])
      }
      link.failure = "\(error)"
    }
  }

  private func close(_ name: String) {
    guard let link = links.removeValue(forKey: name) else { return }
    link.timer?.cancel()
    link.socket?.close()
  }

  private func perform(_ actions: [RouterDiscovery.Action], on link: Link) {
    let name = link.interface.name
    for action in actions {
      switch action {
      case .advertise:
        send(
          .advertisement(
            RouterAdvertisement(sourceLinkLayerAddress: link.interface.macAddress)), on: link)
      case .solicit:
        send(
          .solicitation(RouterSolicitation(sourceLinkLayerAddress: link.interface.macAddress)),
          on: link)
      case .neighbourChanged(let neighbour):
        link.lastNeighbour = neighbour ?? link.lastNeighbour
        logger.info(
          neighbour == nil ? "the router is gone" : "found a router",
          metadata: [
            "interface": "\(name)", "address": "\(link.lastNeighbour?.description ?? "-")",
          ])
        onChange()
      }
    }
    link.timer?.cancel()
    let bound = NIOLoopBound(link, eventLoop: eventLoop)
    let table = NIOLoopBound(self, eventLoop: eventLoop)
    link.timer = link.discovery.nextDeadline.map { deadline in
      eventLoop.scheduleTask(deadline: deadline) {
        let link = bound.value
        table.value.perform(link.discovery.deadlineReached(now: .now()), on: link)
      }
    }
  }

  private func send(_ message: RouterMessage, on link: Link) {
    do {
      try link.socket?.send(message)
    } catch {
      // The interface may be down, or its address still be checked for duplicates; the next one is
      // due soon.
      logger.debug(
        "a message to routers was not sent",
        metadata: ["interface": "\(link.interface.name)", "error": "\(error)"])
    }
  }
}
