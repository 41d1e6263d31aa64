import Addresses
import NIOCore

/// Which segments the kernel is to send on, and where.
struct RelayRules: Hashable, Sendable {
  /// Where segments to an address are sent on to.
  struct Station: Hashable, Sendable {
    let mac: MACAddress
    /// Until when; nil for as long as the rules say so.
    var end: NIODeadline?
  }

  /// Our interfaces on which addresses are announced, with their MAC addresses.
  var interfaces: [String: MACAddress] = [:]
  /// The addresses of which connections are learnt.
  var addresses: Set<IPAddress> = []
  /// The interfaces of other speakers. What comes from there was sent on already, and stays.
  var speakers: Set<MACAddress> = []
  /// By interface of ours and by address, the owner or the former one.
  var stations: [String: [IPAddress: Station]] = [:]
}
