import Addresses
import Advice
import LinuxIO
import NIOCore

#if canImport(Glibc)
  import Glibc
#endif

extension NodeExamination {
  private static let patience = TimeAmount.seconds(2)

  /// Connects to the peers that can be asked. One with which there is a session is left alone: a
  /// second connection would be a collision to it.
  func peers(_ facts: inout NodeFacts) {
    for peer in duties.peers.sorted(by: { $0.name < $1.name }) where !peer.isEstablished {
      guard let address = peer.address else {
        facts.omissions.append("Peer \(peer.name): its address is not known.")
        continue
      }
      guard !peer.isPassive else {
        facts.omissions.append("Peer \(peer.name): it dials us, and is not asked.")
        continue
      }
      guard peer.isConnectionKnown else {
        facts.omissions.append(
          "Peer \(peer.name): the speaker does not say how it connects to it, so it is not asked; "
            + "--manifests or --cluster tells.")
        continue
      }
      var options = TCPOptions()
      options.timeToLive = peer.timeToLive
      options.minimumTimeToLive = peer.minimumTimeToLive
      options.device = peer.device
      switch peer.protection {
      case .none: break
      case .md5(let password?): options.md5 = .init(peer: address, password: password)
      case .md5(nil):
        facts.omissions.append(
          "Peer \(peer.name): its password is not known, so it is not asked; --manifests or "
            + "--cluster tells it.")
        continue
      case .tcpAO:
        facts.omissions.append("Peer \(peer.name): it has TCP-AO, and is not asked.")
        continue
      }
      facts.peerAnswers[peer.name] = answer(of: peer, address, options)
    }
  }

  private func answer(
    of peer: NodeDuties.Peer, _ address: IPAddress, _ options: TCPOptions
  ) -> NodeFacts.PeerAnswer {
    let index = peer.interface.map { if_nametoindex($0) } ?? 0
    let probe = TCPProbe(
      to: address, port: peer.port, interfaceIndex: index, source: peer.source, options: options,
      patience: Self.patience)
    switch probe.run() {
    case .connected: return .connected
    case .refused: return .refused
    case .silent: return .silent(milliseconds: Int(Self.patience.nanoseconds / 1_000_000))
    case .failed(let error) where error.code == ENETUNREACH: return .noRoute
    case .failed(let error): return .failed("\(error)")
    }
  }
}
