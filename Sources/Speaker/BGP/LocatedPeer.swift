import Addresses
import LinuxIO
import Resources

/// A configured peer, and where this node finds it.
struct LocatedPeer {
  enum Place: Hashable {
    /// At this address; link-local ones are on an interface.
    case known(IPAddress, PeerEndpoint.Scope?)
    /// Nowhere, for this reason.
    case unknown(String)
  }

  var peer: BGPPeer
  var place: Place

  /// The interface or VRF that connections with it are bound to.
  var device: String? { peer.options.device ?? peer.vrf }
}

extension LocatedPeer {
  /// A peer that is configured by its address.
  init(_ peer: BGPPeer, at address: IPAddress, interfaces: [NetworkInterface]) {
    self.peer = peer
    guard address.isLinkLocal else {
      place = .known(address, nil)
      return
    }
    guard let name = peer.options.device else {
      place = .unknown(
        "the link-local address \(address) says nothing without an interface: name it in the "
          + "annotation bellman.dev/device, or give spec.interface in place of the address")
      return
    }
    guard let interface = interfaces.first(where: { $0.name == name }) else {
      place = .unknown("this node has no interface \(name)")
      return
    }
    place = .known(address, .init(name: name, index: interface.index))
  }
}
