import Addresses
import Status

// The way to the peers.
extension Diagnosis {
  var peerFindings: [DoctorFinding] {
    duties.peers.flatMap { peer -> [DoctorFinding] in
      guard let address = peer.address, !peer.isEstablished else { return [] }
      if peer.mustBeOnLink, !isLinkLocal(address), !isOnLink(address) {
        return [notOnLink(peer, address)]
      }
      return facts.peerAnswers[peer.name].flatMap { finding(peer, address, $0) }.map { [$0] } ?? []
    }
  }

  private func isLinkLocal(_ address: IPAddress) -> Bool {
    if case .v6(let address) = address { address.isLinkLocal } else { false }
  }

  private func isOnLink(_ address: IPAddress) -> Bool {
    facts.interfaces.contains { interface in
      !interface.isLoopback && interface.addresses.contains { $0.isOnLink(address) }
    }
  }

  private func notOnLink(_ peer: NodeDuties.Peer, _ address: IPAddress) -> DoctorFinding {
    let links = facts.interfaces.filter { !$0.isLoopback }.flatMap { interface in
      interface.addresses.filter { $0.address.family == address.family }.compactMap { own in
        IPPrefix(own.address, length: own.prefixLength).map { "\($0) on \(interface.name)" }
      }
    }
    return DoctorFinding(
      .error, .peerNotOnLink, subject: "peer \(peer.name)",
      seen: "\(address) is on no link of this node, which has "
        + (links.isEmpty
          ? "no address of \(address.family == .ipv4 ? "IPv4" : "IPv6")"
          : links.sorted().joined(separator: ", ")) + ".",
      why: "The session is of neighbours: what is sent has TTL "
        + "\(peer.timeToLive.map(String.init) ?? "1"), and a router on the way drops it.",
      remedy: "kubectl -n metallb-system patch bgppeer \(peer.name) --type merge "
        + "-p '{\"spec\":{\"ebgpMultiHop\":true}}'\n"
        + "or give the node an address in the peer's subnet.")
  }

  private func finding(
    _ peer: NodeDuties.Peer, _ address: IPAddress, _ answer: NodeFacts.PeerAnswer
  ) -> DoctorFinding? {
    let place = "port \(peer.port) of \(address)"
    let subject = "peer \(peer.name)"
    let hops = peer.timeToLive.map { " with TTL \($0)" } ?? ""
    switch answer {
    case .connected: return nil
    case .noRoute:
      return DoctorFinding(
        .error, .noRoute, subject: subject, seen: "There is no route to \(address).",
        why: "No session with the peer can come up.",
        remedy: "ip route get \(address)   # then add a route or an address of its family")
    case .refused:
      return DoctorFinding(
        .error, .peerRefuses, subject: subject,
        seen: "The host refuses connections to \(place).",
        why: "It can be reached, and no BGP listens there, or not for this node.",
        remedy: "On the router: configure a neighbour with the address "
          + "\(peer.source.map { "\($0)" } ?? "of this node"), and let BGP listen on port "
          + "\(peer.port).")
    case .silent(let milliseconds):
      return unreachable(
        peer, seen: "\(place) did not answer a connection\(hops) for \(milliseconds) ms.")
    case .failed(let message):
      return unreachable(peer, seen: "Connecting to \(place)\(hops) failed: \(message).")
    }
  }

  private func unreachable(_ peer: NodeDuties.Peer, seen: String) -> DoctorFinding {
    var causes = ["a firewall on the way"]
    if peer.protection != .none { causes.append("another password on the other side") }
    if let minimum = peer.minimumTimeToLive {
      causes.append("answers that arrive with a TTL of less than \(minimum)")
    }
    return DoctorFinding(
      .error, .peerUnreachable, subject: "peer \(peer.name)", seen: seen,
      why: "No session with the peer can come up. Possible causes: it is down, or "
        + causes.joined(separator: ", or ") + ".",
      remedy: "tcpdump -ni any tcp port \(peer.port)"
        + (peer.address.map { " and host \($0)   # while: ping -c 3 \($0)" } ?? ""))
  }
}
