import Addresses
import Assignment
import BGP
import Resources
import Status

/// What the control loop tells those who write about it.
extension ControlLoop {
  /// How addresses are announced now: those whose announcement may have changed since they were last
  /// asked for, at most `limit`.
  func takeAnnouncements(limit: Int) -> [AddressAnnouncement] {
    let addresses = changedAddresses.prefix(limit)
    changedAddresses.subtract(addresses)
    return addresses.map(announcement)
  }

  /// Has `report` called, on the control loop, whenever ``takeAnnouncements(limit:)`` has something.
  func reportAnnouncements(to report: @escaping @Sendable () -> Void) {
    onAnnouncements = report
    noteAnnouncements(of: histories.keys)
  }

  /// Has all addresses looked at again.
  func reviewAnnouncements() { noteAnnouncements(of: histories.keys) }

  /// Why the speaker does not yet do what it is there for; nil where it does.
  var obstacleToReadiness: String? {
    guard isReady else {
      let problems = source.problems.filter { $0.severity == .error }.prefix(3).map(\.description)
      return (["the cluster was not read yet"] + problems).joined(separator: "; ")
    }
    if isStopping { return "the speaker is stopping" }
    if interfaces.isEmpty { return "the network interfaces are not known yet" }
    return nil
  }

  /// What the speaker says of itself.
  func speakerReport() async -> SpeakerReport {
    let plane = await planeView(includesAddresses: false)
    return SpeakerReport(
      node: options.node, version: speakerVersion, startedAt: startedAt, isReady: isReady,
      ownedCount: histories.values.count { $0.layer2 == .owner },
      announcedCount: histories.values.count { $0.bgp == .announced },
      sessions: peers.entries.sorted { $0.key < $1.key }.map { name, entry in
        SpeakerReport.Session(
          peer: name, address: "\(entry.endpoint.address)",
          state: entry.transport.state.rawValue, since: entry.stateSince,
          prefixes: entry.transport.advertisedCount(.ipv4)
            + entry.transport.advertisedCount(.ipv6),
          lastError: entry.transport.statistics.lastError.map { "\($0)" })
      },
      problems: problems(plane))
  }

  /// The members of the election, and whether each is alive as far as this node knows. Without an
  /// election: the nodes, and whether they are Ready.
  func livingMembers() async -> [String: Bool] {
    await planeView(includesAddresses: false)?.livingMembers ?? nodes
  }

  /// The errors in the configuration, sorted.
  func configurationErrors() -> [Diagnostic] { source.configurationErrors }

  private func announcement(of address: IPAddress) -> AddressAnnouncement {
    guard let summary = assignment.summary(of: address) else {
      return AddressAnnouncement(address: address)
    }
    let told = summary.routes.filter { peers.hasSent($0.prefix, to: $0.peer) }
    return AddressAnnouncement(
      address: address, services: summary.services,
      interfaces: Layer2Verdict(summary.layer2) == .owner ? links.names(holding: address) : nil,
      peers: Set(told.map(\.peer)).sorted())
  }
}
