import Addresses
import Advice
import LinuxIO

extension NodeExamination {
  /// A ruleset of kube-proxy for thousands of services has tens of millions of octets.
  private static let outputLimit = 1 << 26

  func firewall(_ facts: inout NodeFacts) {
    do {
      let text = try Nftables(outputLimit: Self.outputLimit).output(["-j", "list", "ruleset"])
      // Without a rule some versions print nothing.
      if !text.isEmpty { facts.firewall.chains += try Firewall(nftablesJSON: text).chains }
    } catch {
      facts.omissions.append("Firewall (nftables): \(error).")
    }
    for family in AddressFamily.allCases { legacy(family, &facts) }
  }

  /// The tables of iptables-legacy, which nft does not show.
  private func legacy(_ family: AddressFamily, _ facts: inout NodeFacts) {
    let prefix = family == .ipv4 ? "ip" : "ip6"
    let tables = Self.text(of: "/proc/thread-self/net/\(prefix)_tables_names") ?? ""
    guard tables.split(separator: "\n").contains("filter") else { return }
    let name = "\(prefix)tables-legacy-save"
    guard let program = SystemProgram(name, outputLimit: Self.outputLimit) else {
      facts.omissions.append(
        "Firewall: the kernel has tables of \(prefix)tables-legacy, and \(name) is not installed.")
      return
    }
    do {
      let text = try program.run(["-t", "filter"])
      facts.firewall.chains += Firewall(legacyRules: text, family: family).chains
    } catch {
      facts.omissions.append("Firewall (\(prefix)tables-legacy): \(error).")
    }
  }
}
