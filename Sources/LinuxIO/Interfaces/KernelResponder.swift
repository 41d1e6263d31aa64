public import Addresses

/// The kernel of this host would answer for an address in our place, whether we own it or not.
public struct KernelResponder: Hashable, Sendable {
  /// The address.
  public var address: IPAddress
  /// The interface that has the address, such as `kube-ipvs0`.
  public var holder: String
  /// The interface on which the kernel answers.
  public var interface: String

  /// A responder with these fields.
  public init(address: IPAddress, holder: String, interface: String) {
    self.address = address
    self.holder = holder
    self.interface = interface
  }

  /// Where the kernel would answer.
  ///
  /// An ARP request is answered on any interface, for an address of any interface, where `arp_ignore`
  /// is 0; a Neighbor Solicitation only on the interface that has the address.
  ///
  /// - Parameters:
  ///   - interfaces: the interfaces of this host with their addresses.
  ///   - answering: the names of the interfaces on which we announce.
  ///   - arpIgnore: the value of `arp_ignore` that holds for an interface, see ``arpIgnore(on:)``.
  ///   - isAnnounced: whether the speaker announces an address of the host.
  /// - Returns: the responders by address, holder and interface.
  public static func find(
    interfaces: [NetworkInterface], answering: Set<String>, arpIgnore: (String) -> Int,
    isAnnounced: (IPAddress) -> Bool
  ) -> [KernelResponder] {
    let settings = answering.sorted().map { ($0, arpIgnore($0)) }
    var result: [KernelResponder] = []
    for holder in interfaces {
      for address in holder.addresses.map(\.address) where isAnnounced(address) {
        for (name, arpIgnore) in settings {
          let isAnswered =
            switch (address, arpIgnore) {
            case (.v6, _): name == holder.name
            case (.v4, 8): false
            case (.v4, 1), (.v4, 2): name == holder.name
            // 3 spares addresses of host scope only, 4 to 7 are not in use.
            case (.v4, _): true
            }
          guard isAnswered else { continue }
          result.append(
            KernelResponder(address: address, holder: holder.name, interface: name))
        }
      }
    }
    return result.sorted {
      ($0.holder, $0.interface, $0.address) < ($1.holder, $1.interface, $1.address)
    }
  }

  /// The value of `arp_ignore` that holds for an interface of the calling thread's network namespace:
  /// the greater of its own and that of all (ip-sysctl). 0 where the kernel does not say.
  public static func arpIgnore(on interface: String) -> Int {
    max(setting("all"), setting(interface))
  }

  private static func setting(_ name: String) -> Int {
    let path = "/proc/sys/net/ipv4/conf/\(name)/arp_ignore"
    guard let (bytes, _) = try? BoundedFile.read(path, limit: 16) else { return 0 }
    let digits = bytes.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    return Int(String(decoding: digits, as: UTF8.self)) ?? 0
  }
}
