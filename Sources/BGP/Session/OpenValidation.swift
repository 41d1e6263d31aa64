import Addresses
import NIOCore

extension OpenMessage {
  /// The OPEN that a peer of this configuration sends, its capabilities in ascending order of their
  /// codes. `isRestarting` tells a neighbour that kept our routes that we are back.
  init(_ configuration: PeerConfiguration, isRestarting: Bool = false) {
    var capabilities = configuration.families.map {
      Capability.multiprotocol(RouteFamily(unicast: $0))
    }
    capabilities += [.routeRefresh, .fourOctetAS(configuration.localAS)]
    if configuration.extendedNextHop, configuration.families.contains(.ipv4) {
      capabilities.append(.extendedNextHop([.ipv4OverIPv6]))
    }
    if let role = configuration.role, !configuration.isInternal {
      capabilities.append(.role(role))
    }
    if let hostname = configuration.hostname {
      capabilities.append(.hostname(hostname, domain: configuration.domainName))
    }
    if configuration.enhancedRouteRefresh { capabilities.append(.enhancedRouteRefresh) }
    if configuration.extendedMessages { capabilities.append(.extendedMessage) }
    capabilities +=
      configuration.gracefulRestart?
      .capabilities(for: configuration.families, isRestarting: isRestarting) ?? []
    self.init(
      asField: UInt16(exactly: configuration.localAS) ?? Self.asTrans,
      holdTime: configuration.holdTime,
      routerID: configuration.routerID,
      capabilities: capabilities.enumerated()
        .sorted { ($0.element.code, $0.offset) < ($1.element.code, $1.offset) }
        .map(\.element))
  }

  /// What this OPEN of the neighbour and our own one agree on.
  ///
  /// - Throws: 2/6, 2/2, 2/3, 2/7 or 2/11, checked in this order.
  func negotiate(
    with configuration: PeerConfiguration
  ) throws(MessageError) -> NegotiatedSession {
    guard holdTime == 0 || holdTime >= 3 else {
      throw MessageError(
        .unacceptableHoldTime, detail: "the peer proposes a hold time of \(holdTime) s")
    }
    guard asField != 0, autonomousSystem != 0, configuration.accepts(remoteAS: autonomousSystem)
    else {
      throw MessageError(
        .badPeerAS,
        detail: "the peer is in AS \(asField == 0 ? 0 : autonomousSystem), "
          + "configured is \(configuration.remoteAS)")
    }
    let isInternal = autonomousSystem == configuration.localAS
    guard routerID.rawValue != 0, !isInternal || routerID != configuration.routerID else {
      throw MessageError(
        .badIdentifier, detail: "the peer's BGP identifier \(routerID) is zero or our own")
    }
    let offered = offeredFamilies
    let families = configuration.families.filter(offered.contains)
    guard !families.isEmpty else {
      var missing = ByteBuffer()
      for family in configuration.families {
        Capability.multiprotocol(RouteFamily(unicast: family)).write(into: &missing)
      }
      throw MessageError(
        .unsupportedCapability, data: Array(missing.readableBytesView),
        detail: "the peer offers none of "
          + configuration.families.map(\.rawValue).joined(separator: ", "))
    }
    let remoteRole = isInternal ? nil : try role(towards: configuration)
    return NegotiatedSession(
      remoteAS: autonomousSystem, remoteRouterID: routerID, isInternal: isInternal,
      holdTime: min(holdTime, configuration.holdTime), fourOctetAS: fourOctetAS != nil,
      remoteRole: remoteRole, routeRefresh: capabilities.contains(.routeRefresh),
      enhancedRouteRefresh: configuration.enhancedRouteRefresh
        && capabilities.contains(.enhancedRouteRefresh),
      extendedNextHop: configuration.extendedNextHop && families.contains(.ipv4)
        && offersExtendedNextHop,
      extendedMessages: configuration.extendedMessages && capabilities.contains(.extendedMessage),
      gracefulRestart: configuration.gracefulRestart != nil && gracefulRestart != nil,
      gracefulNotification: configuration.gracefulRestart?.notification == true
        && gracefulRestart?.notification == true,
      families: families,
      remoteCapabilities: capabilities)
  }

  /// The neighbour's role.
  ///
  /// - Throws: 2/11 when it does not fit ours, when there are several, or when there must be one
  ///   (RFC 9234 §4.2). Without a role of our own none is wrong.
  private func role(towards configuration: PeerConfiguration) throws(MessageError) -> Role? {
    // Roles that we have no name for are unknown capabilities; they fit none of ours.
    let offers = Set(capabilities.filter { $0.code == 9 })
    guard let ours = configuration.role else {
      return if offers.count == 1, case .role(let role)? = offers.first { role } else { nil }
    }
    if offers.isEmpty {
      guard configuration.requiresRole else { return nil }
      throw MessageError(
        .roleMismatch, detail: "the peer tells no role, required is \(ours.counterpart)")
    }
    guard offers == [.role(ours.counterpart)] else {
      let names = offers.map(\.description).sorted().joined(separator: ", ")
      throw MessageError(
        .roleMismatch, detail: "the peer has \(names), but our \(ours) needs \(ours.counterpart)")
    }
    return ours.counterpart
  }

  private var offersExtendedNextHop: Bool {
    capabilities.contains { capability in
      if case .extendedNextHop(let pairs) = capability {
        pairs.contains(.ipv4OverIPv6)
      } else {
        false
      }
    }
  }

  /// Of several graceful restart capabilities the last one counts (RFC 4724 §3).
  private var gracefulRestart: GracefulRestartCapability? {
    var last: GracefulRestartCapability?
    for case .gracefulRestart(let value) in capabilities { last = value }
    return last
  }

  /// The families of the multiprotocol capabilities; IPv4 where there are none (RFC 4760 §8).
  private var offeredFamilies: Set<AddressFamily> {
    var families: Set<AddressFamily> = []
    var offersAny = false
    for case .multiprotocol(let family) in capabilities {
      offersAny = true
      if let unicast = family.unicast { families.insert(unicast) }
    }
    return offersAny ? families : [.ipv4]
  }
}
