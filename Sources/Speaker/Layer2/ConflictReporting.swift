import Addresses
import LinkLayer
import LinuxIO
import Logging
import NIOCore
import Status

/// Logs what becomes of the addresses that others use on one interface.
struct ConflictReporter {
  let interface: String
  let logger: Logger

  func log(_ event: ConflictEvent) {
    switch event {
    case .found(let conflict) where conflict.claims > 0:
      logger.error(
        "another host says that it has our address",
        metadata: metadata(conflict.address, conflict.mac))
    case .found(let conflict):
      logger.warning(
        "another host asked for our address", metadata: metadata(conflict.address, conflict.mac))
    case .defended(let address):
      logger.warning("announced again, against another host", metadata: metadata(address))
    case .yielded(let address, let mac):
      logger.error("answering no more: another host has it", metadata: metadata(address, mac))
    case .resumed(let address):
      logger.info("answering again: the other host is gone", metadata: metadata(address))
    }
  }

  private func metadata(_ address: IPAddress, _ mac: MACAddress? = nil) -> Logger.Metadata {
    var metadata: Logger.Metadata = ["address": "\(address)", "interface": "\(interface)"]
    metadata["mac"] = mac.map { "\($0)" }
    return metadata
  }
}

extension ConflictStatus {
  /// A conflict as the status shows it.
  init(_ conflict: Conflict, interface: String) {
    self.init(
      mac: conflict.mac, interface: interface, claims: conflict.claims, probes: conflict.probes,
      defences: conflict.defences, yielded: conflict.isYieldedTo,
      firstSeen: Timestamp(conflict.firstSeen), lastSeen: Timestamp(conflict.lastSeen))
  }
}

extension Problem {
  /// More conflicts than this are told by their number.
  private static let conflictLimit = 20

  /// What is wrong where others use our addresses.
  static func list(of conflicts: [(address: IPAddress, status: ConflictStatus)]) -> [Problem] {
    let shown = conflicts.prefix(conflictLimit).map { address, status in
      Problem(
        severity: status.claims > 0 ? .error : .warning, object: "address \(address)",
        message: message(status))
    }
    guard conflicts.count > conflictLimit else { return shown }
    return shown + [
      Problem(
        severity: .error,
        message: "and \(conflicts.count - conflictLimit) more conflicts: see 'bellman explain'")
    ]
  }

  private static func message(_ status: ConflictStatus) -> String {
    let who = "\(status.mac) on \(status.interface)"
    guard status.claims > 0 else {
      return
        "\(who) asked for it \(times(status.probes)), the last time at \(status.lastSeen), and "
        + "was told that it is taken; find out who wants to use an address of a service"
    }
    return "\(who) says that it has the address (\(times(status.claims)), the last time at "
      + "\(status.lastSeen)); "
      + (status.yielded
        ? "this node gave way and does not answer" : "this node answers on and defends it")
      + "; take the address from the host with that MAC address, or from the pool"
  }

  private static func times(_ count: UInt64) -> String {
    count == 1 ? "once" : "\(count) times"
  }

  /// What is wrong where the kernel answers in our place: one problem for each pair of interfaces.
  static func list(of responders: [KernelResponder]) -> [Problem] {
    var groups: [(first: KernelResponder, count: Int)] = []
    for responder in responders {
      if let last = groups.last?.first, last.holder == responder.holder,
        last.interface == responder.interface, last.address.family == responder.address.family
      {
        groups[groups.count - 1].count += 1
      } else {
        groups.append((responder, 1))
      }
    }
    return groups.map { responder, count in
      Problem(
        severity: .warning, object: "interface \(responder.interface)",
        message: message(responder, count: count))
    }
  }

  private static func message(_ responder: KernelResponder, count: Int) -> String {
    let interface = responder.interface
    let more = count > 1 ? " and \(count - 1) more" : ""
    let what =
      "the kernel answers for \(responder.address)\(more) on \(interface) whether this node owns "
      + "it or not, because \(responder.holder) has it as its own address"
    if responder.holder == interface {
      return what + "; remove it: ip address del \(responder.address) dev \(interface)"
    }
    return what + " and arp_ignore is 0; set ipvs.strictARP to true in the configuration of "
      + "kube-proxy, or net.ipv4.conf.all.arp_ignore=1 and net.ipv4.conf.all.arp_announce=2"
  }
}
