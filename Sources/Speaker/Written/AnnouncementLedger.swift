import Addresses
import Resources

/// What this node announces of one address, in truth.
struct AddressAnnouncement: Hashable, Sendable {
  var address: IPAddress
  /// The services that have it; none where nobody has it any more.
  var services: [ObjectName] = []
  /// Where this node answers for it by ARP and NDP; nil where it does not.
  var interfaces: [String]?
  /// The peers that were told a prefix of it in their present session, sorted.
  var peers: [String] = []
}

/// What this node announces of one service.
struct ServiceAnnouncement: Hashable, Sendable {
  /// Where it answers for an address of the service; nil where it answers for none.
  var interfaces: [String]?
  /// The peers that were told of an address of the service, sorted.
  var peers: [String] = []
}

/// Sums up by service what is announced by address, and says what has changed.
///
/// A value without clock or I/O of its own.
struct AnnouncementLedger {
  /// A service whose announcement is another one.
  struct Change: Hashable {
    var service: ObjectName
    var old: ServiceAnnouncement
    var new: ServiceAnnouncement
  }

  private var addresses: [IPAddress: AddressAnnouncement] = [:]
  private var holdings: [ObjectName: Set<IPAddress>] = [:]
  private var services: [ObjectName: ServiceAnnouncement] = [:]

  /// The services that are announced.
  var announced: [ObjectName: ServiceAnnouncement] { services }

  /// Takes in how addresses are announced now; returns the services for which that changes
  /// something, by name.
  mutating func take(_ announcements: [AddressAnnouncement]) -> [Change] {
    var touched: Set<ObjectName> = []
    for announcement in announcements {
      let address = announcement.address
      let old = addresses[address]?.services ?? []
      touched.formUnion(old)
      touched.formUnion(announcement.services)
      for service in old where !announcement.services.contains(service) {
        holdings[service]?.remove(address)
        if holdings[service]?.isEmpty ?? false { holdings[service] = nil }
      }
      for service in announcement.services { holdings[service, default: []].insert(address) }
      addresses[address] = announcement.services.isEmpty ? nil : announcement
    }
    return touched.sorted().compactMap { service in
      let old = services[service] ?? ServiceAnnouncement()
      let new = sum(of: service)
      guard old != new else { return nil }
      services[service] = new == ServiceAnnouncement() ? nil : new
      return Change(service: service, old: old, new: new)
    }
  }

  private func sum(of service: ObjectName) -> ServiceAnnouncement {
    var interfaces: Set<String>?
    var peers: Set<String> = []
    for address in holdings[service] ?? [] {
      guard let announcement = addresses[address] else { continue }
      if let names = announcement.interfaces { interfaces = (interfaces ?? []).union(names) }
      peers.formUnion(announcement.peers)
    }
    return ServiceAnnouncement(interfaces: interfaces?.sorted(), peers: peers.sorted())
  }
}
