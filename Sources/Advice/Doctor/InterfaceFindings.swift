import Addresses
import Status

// Interfaces, their settings, and the packets that fit.
extension Diagnosis {
  var interfaceFindings: [DoctorFinding] {
    var findings: [DoctorFinding] = []
    let names = Set(facts.interfaces.map(\.name))
    for name in duties.interfaces.sorted() where !names.contains(name) {
      findings.append(
        DoctorFinding(
          .error, .interfaceMissing, subject: "interface \(name)",
          seen: "There is no interface \(name); there are "
            + "\(facts.interfaces.map(\.name).sorted().joined(separator: ", ")).",
          why: "Nothing is announced on it.",
          remedy: "ip -br link   # names what there is; correct the L2Advertisement or BGPPeer"))
    }
    if duties.interfaces.isEmpty, usedInterfaces.isEmpty {
      let leftOut = facts.interfaces.filter { !$0.addresses.isEmpty }.compactMap { interface in
        interface.exclusion.map { "\(interface.name) \($0)" }
      }
      findings.append(
        DoctorFinding(
          .error, .interfaceMissing,
          seen: "No interface but the loopback has an address"
            + (leftOut.isEmpty
              ? "." : " and is used: \(leftOut.sorted().joined(separator: ", "))."),
          why: "There is nothing to announce on.",
          remedy: "ip addr add ADDRESS/LENGTH dev INTERFACE && ip link set INTERFACE up"))
    }
    for interface in usedInterfaces where !interface.isRunning {
      findings.append(
        DoctorFinding(
          duties.interfaces.isEmpty ? .warning : .error, .interfaceDown,
          subject: "interface \(interface.name)",
          seen: interface.isUp
            ? "\(interface.name) is up and has no carrier." : "\(interface.name) is down.",
          why: "Nothing is announced on it, and peers behind it cannot be reached.",
          remedy: interface.isUp
            ? "Look at the cable, the switch port or the bond: ip -d link show \(interface.name)"
            : "ip link set \(interface.name) up"))
    }
    return findings + reversePathFindings
  }

  /// Strict filtering does no harm on the only interface: all answers go out there. They may go out by
  /// one, too, that is not announced on.
  private var reversePathFindings: [DoctorFinding] {
    let used = Set(usedInterfaces.filter(\.isRunning).map(\.name))
    let ways = facts.interfaces.filter {
      $0.isRunning && ($0.isUsedByDefault || used.contains($0.name))
    }
    guard ways.count > 1 else { return [] }
    return ways.filter { used.contains($0.name) && $0.reversePathFilter == 1 }.map { interface in
      DoctorFinding(
        .warning, .strictReversePath, subject: "interface \(interface.name)",
        seen: "rp_filter is 1 on \(interface.name), and the node has other interfaces: "
          + ways.map(\.name).filter { $0 != interface.name }.sorted().joined(separator: ", ")
          + ".",
        why:
          "The kernel drops what comes in on \(interface.name) from a client whose answers would "
          + "leave by another interface.",
        remedy: "sysctl -w net.ipv4.conf.\(sysctlName(interface.name)).rp_filter=2 "
          + "net.ipv4.conf.all.rp_filter=2")
    }
  }

  /// The kernel would answer for addresses whether we own them or not.
  var answerFindings: [DoctorFinding] {
    guard duties.announcesLayer2 else { return [] }
    return facts.kernelAnswers.map { answer in
      let isOwn = answer.holder == answer.interface
      let remedy: String
      if isOwn || answer.address.family == .ipv6 {
        let length = answer.address.family.bitWidth
        remedy = "ip addr del \(answer.address)/\(length) dev \(answer.holder)"
      } else {
        remedy =
          "sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2\n"
          + "(and strictARP: true in the configuration of kube-proxy, where that has mode ipvs)"
      }
      return DoctorFinding(
        .error, .kernelAnswers, subject: "address \(answer.address)",
        seen: isOwn
          ? "\(answer.holder) has the address \(answer.address)."
          : "\(answer.holder) has the address \(answer.address), and arp_ignore lets the kernel "
            + "answer for it on \(answer.interface).",
        why: "The kernel answers for it on \(answer.interface) whether this node owns it or not: "
          + "clients are torn between nodes.",
        remedy: remedy)
    }
  }

  /// A packet of the speakers among themselves has at most 1472 octets (and headers of IPv4 and UDP).
  private static let neededMTU = 1500
  /// RFC 8200 §5.
  private static let leastIPv6MTU = 1280

  var mtuFindings: [DoctorFinding] {
    var findings: [DoctorFinding] = []
    for interface in usedInterfaces {
      guard let mtu = interface.mtu else { continue }
      let hasIPv6 = interface.addresses.contains { $0.address.family == .ipv6 }
      let isTooSmallForIPv6 = hasIPv6 && mtu < Self.leastIPv6MTU
      guard isTooSmallForIPv6 || duties.peerPort != nil && mtu < Self.neededMTU else { continue }
      findings.append(
        DoctorFinding(
          isTooSmallForIPv6 ? .error : .warning, .mtuTooSmall,
          subject: "interface \(interface.name)", seen: "The MTU of \(interface.name) is \(mtu).",
          why: isTooSmallForIPv6
            ? "IPv6 needs 1280 octets (RFC 8200 §5)."
            : "The speakers send each other up to 1472 octets, \(Self.neededMTU) with the headers of "
              + "IPv4 and UDP: larger packets go in fragments, which firewalls like to drop.",
          remedy: "ip link set \(interface.name) mtu \(Self.neededMTU)   # all of the segment alike"
        ))
    }
    for path in facts.pathMTUs {
      let link = facts.interfaces.first { interface in
        interface.addresses.contains { $0.isOnLink(path.address) }
      }
      let expected = link?.mtu ?? usedInterfaces.compactMap(\.mtu).max() ?? path.octets
      // No packet of IPv4 has more octets than these, whatever the loopback interface takes.
      guard path.octets < min(expected, 65535) else { continue }
      findings.append(
        DoctorFinding(
          .warning, .pathMTUSmaller, subject: path.subject,
          seen:
            "Packets to \(path.address) may have \(path.octets) octets, and the interface takes "
            + "\(expected).",
          why:
            "Something on the way takes less. Where its messages about that (ICMP) are lost, large "
            + "UPDATEs and packets vanish while small ones arrive.",
          remedy: "tracepath -n \(path.address)"))
    }
    return findings
  }

  /// Dots in the names of interfaces are slashes for sysctl.
  private func sysctlName(_ interface: String) -> String {
    String(interface.map { $0 == "." ? "/" : $0 })
  }
}
