import Addresses
import BGP
import NIOCore

/// What a neighbour of ours would believe: it decodes our bytes and keeps the routes.
struct Collector {
  struct Route: Hashable {
    let nextHop: IPAddress?
    let attributes: PathAttributes?
  }

  private(set) var routes: [IPPrefix: Route] = [:]
  private(set) var updates: [UpdateMessage] = []
  private(set) var messageLengths: [Int] = []
  private(set) var types: [MessageType] = []
  /// The number of routes known when each End-of-RIB came.
  private(set) var endOfRIBs: [AddressFamily: Int] = [:]
  private var framer = MessageFramer()
  private let context: UpdateContext

  init(isInternal: Bool = false, fourOctetAS: Bool = true, extendedMessages: Bool = false) {
    framer.allowsExtendedMessages = extendedMessages
    context = UpdateContext(isInternal: isInternal, fourOctetAS: fourOctetAS)
  }

  mutating func receive(_ bytes: ByteBuffer) throws {
    framer.append(bytes)
    while let frame = try framer.next() {
      types.append(frame.type)
      messageLengths.append(19 + frame.body.readableBytes)
      if frame.type == .update { try apply(UpdateMessage(body: frame.body, context: context)) }
    }
  }

  private mutating func apply(_ update: UpdateMessage) throws {
    updates.append(update)
    for prefix in update.withdrawn { routes[prefix] = nil }
    for prefix in update.unreach?.prefixes ?? .empty(.ipv6) { routes[prefix] = nil }
    let attributes = update.attributes.pathAttributes
    for prefix in update.announced {
      let nextHop = attributes?.nextHop.map { IPAddress.v4($0) }
      routes[prefix] = Route(nextHop: nextHop, attributes: attributes)
    }
    for prefix in update.reach?.prefixes ?? .empty(.ipv6) {
      routes[prefix] = Route(nextHop: update.reach?.nextHop, attributes: attributes)
    }
    if let family = update.endOfRIB?.unicast { endOfRIBs[family] = routes.count }
  }
}
