import Addresses
import NIOCore

/// The rules of a relay in the language of `nft`.
enum RelayScript {
  /// The table in the namespace of the speaker, which has it for itself.
  static let table = "netdev bellman"

  /// Connections that are remembered, in each family; one takes about 100 octets of the kernel.
  private static let flowLimit = 262_144
  /// No transaction changes more elements.
  private static let batch = 1000

  /// Whether the language can name an interface; all usual ones.
  static func canName(_ interface: String) -> Bool {
    interface.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") }
  }

  /// Tries everything that the rules need of the kernel, and leaves no table.
  static var check: String { structure(["lo": MACAddress(rawValue: 0)]) + removal }

  /// Removes the rules.
  static let removal = "add table \(table)\ndelete table \(table)\n"

  /// Replaces the table by one without elements.
  static func structure(_ interfaces: [String: MACAddress]) -> String {
    var lines = [
      "add table \(table)", "delete table \(table)", "add table \(table)",
      "add set \(table) speakers { type ether_addr; }",
    ]
    for family in AddressFamily.allCases { lines += sets(family) }
    for (number, interface) in interfaces.sorted(by: { $0.key < $1.key }).enumerated() {
      for family in AddressFamily.allCases {
        lines += relay(family, number + 1, interface.key, interface.value)
      }
      lines += ingress(number + 1, interface.key, interface.value)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func sets(_ family: AddressFamily) -> [String] {
    let type = typeName(family)
    let digit = digit(family)
    let flow = "type \(type) . inet_service . \(type) . inet_service; flags dynamic,timeout;"
    return [
      "add set \(table) addresses\(digit) { type \(type); }",
      "add set \(table) flows\(digit) { \(flow) timeout 2m; size \(flowLimit); }",
      "add set \(table) closing\(digit) { \(flow) timeout 10s; size \(flowLimit); }",
      "add set \(table) full\(digit) "
        + "{ type \(type); flags dynamic,timeout; timeout 2m; size 65536; }",
    ]
  }

  /// What is done with a TCP segment to an address of ours: it passes, unless it is of a connection
  /// that did not begin here and the address belongs, or did belong, to another node.
  private static func relay(
    _ family: AddressFamily, _ number: Int, _ interface: String, _ mac: MACAddress
  ) -> [String] {
    let ip = family == .ipv4 ? "ip" : "ip6"
    let digit = digit(family)
    let chain = "relay\(digit)_\(number)"
    let owners = owners(family, number)
    let flow = "\(ip) saddr . tcp sport . \(ip) daddr . tcp dport"
    let rules = [
      "ether saddr @speakers accept",
      "tcp flags & (syn|ack) == syn update @flows\(digit) { \(flow) } "
        + "delete @closing\(digit) { \(flow) } accept",
      // There is no room for the connection: then none of the address is sent on, since new ones
      // matter more than old ones.
      "tcp flags & (syn|ack) == syn add @full\(digit) { \(ip) daddr } accept",
      "tcp flags & (fin|rst) != 0 \(flow) @flows\(digit) update @closing\(digit) { \(flow) } "
        + "update @flows\(digit) { \(flow) timeout 10s } accept",
      "\(flow) @closing\(digit) accept",
      "\(flow) @flows\(digit) update @flows\(digit) { \(flow) } accept",
      "\(ip) daddr @full\(digit) accept",
      "ether daddr set \(ip) daddr map @\(owners) ether saddr set \(mac) counter name \(chain) "
        + "fwd to \"\(interface)\"",
    ]
    return [
      "add map \(table) \(owners) { type \(typeName(family)) : ether_addr; flags timeout; }",
      "add counter \(table) \(chain)", "add chain \(table) \(chain)",
    ] + rules.map { "add rule \(table) \(chain) \($0)" }
  }

  private static func ingress(
    _ number: Int, _ interface: String, _ mac: MACAddress
  ) -> [String] {
    let chain = "ingress_\(number)"
    return [
      "add chain \(table) \(chain) "
        + "{ type filter hook ingress device \"\(interface)\" priority -500; policy accept; }",
      "add rule \(table) \(chain) ether daddr != \(mac) accept",
      "add rule \(table) \(chain) ip daddr @addresses4 ip protocol tcp jump relay4_\(number)",
      "add rule \(table) \(chain) ip6 daddr @addresses6 ip6 nexthdr tcp jump relay6_\(number)",
    ]
  }

  /// The transactions that lead from one set of rules to another one of the same interfaces.
  static func batches(
    from old: RelayRules, to new: RelayRules, now: NIODeadline
  ) -> [String] {
    var changes: [[String]] = []
    // Speakers first: what is sent on to one must not come back.
    changes += new.speakers.subtracting(old.speakers).map(\.description).sorted().map {
      ["add element \(table) speakers { \($0) }"]
    }
    changes += new.addresses.subtracting(old.addresses).sorted().map {
      ["add element \(table) addresses\(digit($0.family)) { \($0) }"]
    }
    changes += old.addresses.subtracting(new.addresses).sorted().map {
      ["delete element \(table) addresses\(digit($0.family)) { \($0) }"]
    }
    for (number, interface) in new.interfaces.keys.sorted().enumerated() {
      changes += stationChanges(
        number + 1, from: old.stations[interface] ?? [:], to: new.stations[interface] ?? [:], now)
    }
    return stride(from: 0, to: changes.count, by: batch).map { start in
      changes[start..<min(start + batch, changes.count)].joined().joined(separator: "\n") + "\n"
    }
  }

  private static func stationChanges(
    _ number: Int, from old: [IPAddress: RelayRules.Station],
    to new: [IPAddress: RelayRules.Station], _ now: NIODeadline
  ) -> [[String]] {
    Set(old.keys).union(new.keys).sorted().compactMap { address in
      let before = old[address]
      let after = new[address]
      guard before != after else { return nil }
      let map = owners(address.family, number)
      var lines: [String] = []
      // The kernel itself removes what ends now.
      if let before, before.end.map({ $0 - now > .seconds(1) }) ?? true {
        lines.append("delete element \(table) \(map) { \(address) }")
      }
      if let after {
        let timeout = after.end.map {
          " timeout \(max(1, ($0 - now).nanoseconds / 1_000_000_000))s"
        }
        lines.append("add element \(table) \(map) { \(address)\(timeout ?? "") : \(after.mac) }")
      }
      return lines.isEmpty ? nil : lines
    }
  }

  private static func owners(_ family: AddressFamily, _ number: Int) -> String {
    "owners\(digit(family))_\(number)"
  }

  private static func typeName(_ family: AddressFamily) -> String {
    family == .ipv4 ? "ipv4_addr" : "ipv6_addr"
  }

  private static func digit(_ family: AddressFamily) -> String { family == .ipv4 ? "4" : "6" }
}
