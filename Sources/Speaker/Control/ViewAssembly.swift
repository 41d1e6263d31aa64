import Addresses
import BGP
import LinuxIO
import NIOCore
import Status

/// Makes the documents of `bellman status interfaces`, `bellman status routes` and `bellman events`.
extension ControlLoop {
  /// Why events are not told.
  struct TooManyReaders: Error, CustomStringConvertible {
    var description: String {
      "\(EventJournal.waiterLimit) readers follow the events already; try again later"
    }
  }

  /// The interfaces of the node and what each is used for.
  func interfacesDocument() -> InterfacesDocument {
    InterfacesDocument(node: options.node, interfaces: links.uses(peers: peers(over:)))
  }

  /// What each peer is told.
  func routesDocument() -> RoutesDocument {
    RoutesDocument(
      node: options.node,
      peers: peers.entries.map { name, entry in
        PeerRoutes(
          name: name, address: entry.endpoint.address,
          state: PeerStatus.State(entry.transport.state), since: entry.stateSince,
          routes: entry.transport.routeOverview().flatMap { groups(of: $0, for: name) })
      }
        + peers.waiting.map { name, waiting in
          PeerRoutes(
            name: name, address: nil, state: .idle, since: Timestamp(waiting.since), routes: [])
        })
  }

  /// The events that a reader asks for; where there are none, what comes within `patience`. Throws
  /// ``TooManyReaders``.
  func events(
    _ question: EventJournal.Question, patience: TimeAmount
  ) async throws -> EventsDocument {
    let document = journal.document(question)
    guard document.events.isEmpty, document.lost == 0, patience > .zero else { return document }
    guard let news = journal.wait(patience) else { throw TooManyReaders() }
    try? await news.get()
    var question = question
    question.position = EventPosition(after: document)
    return journal.document(question)
  }

  /// The peers on the link of an interface.
  private func peers(over interface: NetworkInterface) -> [String] {
    peers.entries.compactMap { name, entry in
      if let scope = entry.endpoint.scope { return scope.name == interface.name ? name : nil }
      let isNear = interface.addresses.contains {
        IPPrefix($0.address, length: $0.prefixLength)?.contains(entry.endpoint.address) ?? false
      }
      return isNear ? name : nil
    }
  }

  /// Routes with the same attributes, by the time since which the peer has them.
  private func groups(of overview: RouteOverview, for peer: String) -> [RouteGroup] {
    guard let attributes = overview.attributes else {
      return [RouteGroup(isSent: false, prefixes: overview.prefixes)]
    }
    let ages = Dictionary(grouping: overview.prefixes) { peers.sentSince($0, to: peer) }
    return ages.map { since, prefixes in
      RouteGroup(
        isSent: true, since: since,
        asPath: "\(attributes.as4Path ?? attributes.asPath)", nextHops: overview.nextHops,
        localPreference: attributes.localPreference,
        multiExitDiscriminator: attributes.multiExitDiscriminator,
        communities: attributes.communities.map(\.description)
          + attributes.largeCommunities.map { "large:\($0)" }
          + attributes.extendedCommunities.map(\.description),
        prefixes: prefixes)
    }
  }
}
