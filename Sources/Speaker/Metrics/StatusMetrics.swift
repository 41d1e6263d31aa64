import Addresses
import CoreMetrics
import Status

/// The metrics that say what the status document says.
struct StatusMetrics {
  private var table: SeriesTable
  /// Whether MetalLB's names are there too.
  private let hasMetalLBNames: Bool

  init(factory: any MetricsFactory, hasMetalLBNames: Bool) {
    table = SeriesTable(factory: factory)
    self.hasMetalLBNames = hasMetalLBNames
  }

  /// Brings all series to what `document` says; those of what is gone end.
  ///
  /// - Parameters:
  ///   - isReady: whether the speaker is ready.
  ///   - pulseAge: how long ago the control loop turned, in seconds.
  mutating func update(_ document: StatusDocument, isReady: Bool, pulseAge: Double) {
    table.set(SpeakerMetrics.build, [document.programVersion, document.node], 1)
    table.set(SpeakerMetrics.started, Double(document.startedAt.secondsSince1970))
    table.set(SpeakerMetrics.ready, isReady)
    table.set(SpeakerMetrics.draining, document.drain != nil)
    table.set(SpeakerMetrics.pulseAge, pulseAge)
    for severity in Problem.Severity.allCases {
      table.set(
        SpeakerMetrics.problems, [severity.rawValue],
        Double(document.problems.count { $0.severity == severity }))
      table.set(
        SpeakerMetrics.configurationErrors, [severity.rawValue],
        Double(document.problems.count { $0.severity == severity && $0.file != nil }))
    }
    updateAddresses(document)
    if let election = document.election { update(election) }
    for interface in document.interfaces where interface.takesPart { update(interface) }
    for peer in document.peers { update(peer) }
    for listener in document.listeners ?? [] { update(listener) }
    updateSource(document)
    if hasMetalLBNames { updateMetalLB(document, isReady: isReady) }
    table.endOthers()
  }

  // MARK: Addresses

  private mutating func updateAddresses(_ document: StatusDocument) {
    var decisions: [[String]: Int] = [:]
    var owned = 0
    var withoutOwner = 0
    for address in document.addresses {
      decisions[["layer2", address.layer2.verdict.rawValue, address.layer2.reason], default: 0] += 1
      decisions[["bgp", address.bgp.verdict.rawValue, address.bgp.reason], default: 0] += 1
      if address.layer2.verdict == .owner { owned += 1 }
      if address.layer2.verdict == .candidate, address.layer2.owner == nil { withoutOwner += 1 }
      for protocolName in address.announcingProtocols {
        for service in address.services {
          table.set(SpeakerMetrics.announced, [service, "\(address.address)", protocolName], 1)
        }
      }
      if let count = address.layer2.requestsReceived {
        table.count(SpeakerMetrics.addressRequests, ["\(address.address)"], total: count)
      }
      if let count = address.layer2.repliesSent {
        table.count(SpeakerMetrics.addressReplies, ["\(address.address)"], total: count)
      }
      if let count = address.layer2.gratuitousSent {
        table.count(SpeakerMetrics.addressGratuitous, ["\(address.address)"], total: count)
      }
      for conflict in address.layer2.conflicts where conflict.claims > 0 {
        table.set(
          SpeakerMetrics.conflicts,
          ["\(address.address)", conflict.interface, "\(conflict.mac)"], 1)
      }
    }
    for (labels, count) in decisions { table.set(SpeakerMetrics.decisions, labels, Double(count)) }
    table.set(SpeakerMetrics.owned, Double(owned))
    table.set(SpeakerMetrics.withoutOwner, Double(withoutOwner))
    let refused = Dictionary(grouping: document.servicesWithoutAddress, by: \.reason)
    for (reason, services) in refused {
      table.set(SpeakerMetrics.servicesWithoutAddress, [reason], Double(services.count))
    }
  }

  // MARK: Election

  private mutating func update(_ election: ElectionStatus) {
    let lease = election.lease
    table.set(SpeakerMetrics.leaseHeld, lease.isHeld)
    if let margin = lease.marginMilliseconds {
      table.set(SpeakerMetrics.leaseMargin, Double(margin) / 1000)
    }
    table.set(SpeakerMetrics.witnesses, ["all"], Double(lease.witnesses))
    table.set(SpeakerMetrics.witnesses, ["acknowledging"], Double(lease.acknowledging))
    table.set(SpeakerMetrics.witnesses, ["needed"], Double(lease.needed))
    for (reason, found) in Dictionary(grouping: election.disagreements, by: \.reason) {
      table.set(SpeakerMetrics.disagreements, [reason], Double(found.count))
    }
    for (name, count) in election.counters {
      table.count(SpeakerMetrics.electionEvents, [name], total: count)
    }
    for state in MemberStatus.State.allCases {
      table.set(
        SpeakerMetrics.members, [state.rawValue],
        Double(election.members.count { $0.state == state }))
    }
    for member in election.members where !member.suspectedBy.isEmpty {
      table.set(SpeakerMetrics.suspicions, [member.name], Double(member.suspectedBy.count))
    }
    let packets = election.packets
    table.count(SpeakerMetrics.peerPackets, ["sent"], total: packets.sent)
    table.count(SpeakerMetrics.peerPackets, ["received"], total: packets.received)
    table.count(SpeakerMetrics.peerPackets, ["sendFailed"], total: packets.sendFailures)
    table.count(SpeakerMetrics.peerBytes, ["sent"], total: packets.octetsSent)
    table.count(SpeakerMetrics.peerBytes, ["received"], total: packets.octetsReceived)
    for (reason, count) in packets.dropped {
      table.count(SpeakerMetrics.peerDrops, [reason], total: count)
    }
    table.count(SpeakerMetrics.late, total: election.lateness.count)
    table.set(SpeakerMetrics.latest, Double(election.lateness.longestMilliseconds) / 1000)
  }

  // MARK: Edges

  private mutating func update(_ interface: InterfaceStatus) {
    let name = interface.name
    let counters = interface.counters
    table.set(SpeakerMetrics.interfaces, [name], interface.up)
    table.count(SpeakerMetrics.requests, [name], total: counters.requestsReceived)
    table.count(SpeakerMetrics.replies, [name], total: counters.repliesSent)
    table.count(SpeakerMetrics.gratuitous, [name], total: counters.gratuitousSent)
    table.count(SpeakerMetrics.foreignClaims, [name], total: counters.foreignClaims)
    for (reason, count) in counters.drops {
      table.count(SpeakerMetrics.drops, [name, reason], total: count)
    }
  }

  private mutating func update(_ peer: PeerStatus) {
    let name = peer.name
    table.set(SpeakerMetrics.sessionUp, [name], peer.state == .established)
    for state in PeerStatus.State.allCases {
      table.set(SpeakerMetrics.sessionState, [name, state.rawValue], peer.state == state)
    }
    table.set(SpeakerMetrics.sessionSince, [name], Double(peer.since.secondsSince1970))
    if let error = peer.lastError {
      table.set(SpeakerMetrics.sessionError, [name, String(error.text.prefix(200))], 1)
      table.set(SpeakerMetrics.sessionErrorTime, [name], Double(error.at.secondsSince1970))
    }
    table.count(SpeakerMetrics.flaps, [name], total: peer.flaps)
    table.count(SpeakerMetrics.messages, [name, "sent"], total: peer.messagesSent)
    table.count(SpeakerMetrics.messages, [name, "received"], total: peer.messagesReceived)
    table.set(SpeakerMetrics.prefixes, [name, "ipv4"], Double(peer.prefixesAnnounced.ipv4))
    table.set(SpeakerMetrics.prefixes, [name, "ipv6"], Double(peer.prefixesAnnounced.ipv6))
    table.count(SpeakerMetrics.withdrawn, [name], total: peer.prefixesWithdrawn)
    table.count(SpeakerMetrics.routesReceived, [name], total: peer.routesReceived)
    if let bfd = peer.bfd { table.set(SpeakerMetrics.bfdUp, [name], bfd.isUp) }
  }

  private mutating func update(_ listener: ListenerStatus) {
    table.count(
      SpeakerMetrics.connections, [listener.address, "accepted"], total: listener.accepted)
    for (reason, count) in listener.refused {
      table.count(SpeakerMetrics.connections, [listener.address, reason], total: count)
    }
  }

  private mutating func updateSource(_ document: StatusDocument) {
    for stream in document.source.streams ?? [] {
      table.set(SpeakerMetrics.sourceUp, [stream.name], stream.isFollowed)
      if let time = stream.lastEventAt {
        table.set(SpeakerMetrics.sourceEvent, [stream.name], Double(time.secondsSince1970))
      }
      table.count(SpeakerMetrics.sourceEvents, [stream.name], total: stream.events)
      table.count(SpeakerMetrics.sourceLists, [stream.name], total: stream.lists)
    }
    for (kind, count) in document.source.objects {
      table.set(SpeakerMetrics.sourceObjects, [kind], Double(count))
    }
    table.set(SpeakerMetrics.sourceReachable, document.source.isReachable ?? true)
    for (name, count) in document.counters {
      table.count(SpeakerMetrics.updates, [name], total: count)
    }
  }

  // MARK: MetalLB

  private mutating func updateMetalLB(_ document: StatusDocument, isReady: Bool) {
    for address in document.addresses {
      let name = "\(address.address)"
      for protocolName in address.announcingProtocols {
        for service in address.services {
          table.set(
            MetalLBMetrics.announced, [service, protocolName, document.node, name], 1)
        }
      }
      if let count = address.layer2.requestsReceived {
        table.count(MetalLBMetrics.requests, [name], total: count)
      }
      if let count = address.layer2.repliesSent {
        table.count(MetalLBMetrics.responses, [name], total: count)
      }
      if let count = address.layer2.gratuitousSent {
        table.count(MetalLBMetrics.gratuitous, [name], total: count)
      }
    }
    updateMetalLB(document.peers)
    let counters = document.counters
    table.count(MetalLBMetrics.clientUpdates, total: counters["updates"] ?? 0)
    table.count(
      MetalLBMetrics.clientErrors,
      total: counters["objectsInError"] ?? counters["filesInError"] ?? 0)
    table.set(MetalLBMetrics.loaded, isReady)
    table.set(MetalLBMetrics.stale, !document.source.complete)
  }
  /// Peers of one address and port, as in several VRFs or on several links, have one series: it adds up
  /// what they were told, and all of them have to be up.
  private mutating func updateMetalLB(_ peers: [PeerStatus]) {
    var sessions: [String: [PeerStatus]] = [:]
    var bfd: [String: [BFDSessionStatus]] = [:]
    for peer in peers {
      guard let address = peer.address else { continue }
      let host = address.family == .ipv6 ? "[\(address)]" : "\(address)"
      sessions["\(host):\(peer.port)", default: []].append(peer)
      if let session = peer.bfd { bfd["\(address)", default: []].append(session) }
    }
    for (name, peers) in sessions {
      table.set(
        MetalLBMetrics.sessionUp, [name], peers.allSatisfy { $0.state == .established })
      for peer in peers {
        table.count(MetalLBMetrics.updates, [name], of: peer.name, total: peer.updatesSent ?? 0)
      }
      let prefixes = peers.reduce(0) { $0 + $1.prefixesAnnounced.total }
      table.set(MetalLBMetrics.prefixes, [name], Double(prefixes))
    }
    for (address, sessions) in bfd {
      table.set(MetalLBMetrics.bfdUp, [address], sessions.allSatisfy(\.isUp))
    }
  }
}

extension AddressStatus {
  /// By what this node announces the address: an owner that may not answer does not.
  fileprivate var announcingProtocols: [String] {
    let isAnswering = layer2.verdict == .owner && layer2.claim?.obstacle == nil
    return (isAnswering ? ["layer2"] : []) + (bgp.verdict == .announced ? ["bgp"] : [])
  }
}

extension BFDSessionStatus {
  fileprivate var isUp: Bool { state == "Up" }
}
