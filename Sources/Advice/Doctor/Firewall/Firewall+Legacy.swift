public import Addresses

extension Firewall {
  /// Reads the table `filter` of what `iptables-legacy-save` or `ip6tables-legacy-save` printed.
  ///
  /// - Parameter family: which of the two programs it was.
  public init(legacyRules text: String, family: AddressFamily) {
    let program = family == .ipv4 ? "iptables-legacy" : "ip6tables-legacy"
    var chains: [Chain] = []
    var isFilter = false
    for line in text.split(whereSeparator: \.isNewline) {
      let words = Self.words(line)
      guard let first = words.first else { continue }
      if first.hasPrefix("*") {
        isFilter = first == "*filter"
      } else if isFilter, first.hasPrefix(":") {
        let name = String(first.dropFirst())
        chains.append(
          Chain(
            backend: .legacy(program: program), family: family == .ipv4 ? "ip" : "ip6",
            table: "filter", name: name, hook: Hook(rawValue: name.lowercased()),
            dropsByPolicy: words.count > 1 && words[1] == "DROP"))
      } else if isFilter, first == "-A", words.count > 1,
        let index = chains.firstIndex(where: { $0.name == words[1] })
      {
        let label = "\(chains[index].rules.count + 1)"
        chains[index].rules.append(LegacyRule.rule(words.dropFirst(2), label: label))
      }
    }
    self.init(chains: chains)
  }

  /// The words of a line; those in quotation marks are one.
  private static func words(_ line: Substring) -> [String] {
    var words: [String] = []
    var word = ""
    var isQuoted = false
    for character in line {
      if character == "\"" {
        isQuoted.toggle()
      } else if character == " ", !isQuoted {
        if !word.isEmpty { words.append(word) }
        word = ""
      } else {
        word.append(character)
      }
    }
    if !word.isEmpty { words.append(word) }
    return words
  }
}

private enum LegacyRule {
  static func rule(_ words: ArraySlice<String>, label: String) -> Firewall.Rule {
    var rule = Firewall.Rule(label: label, conditions: [], verdict: .none)
    var rest = words
    var isNegated = false
    while let word = rest.popFirst() {
      if word == "!" {
        isNegated = true
        continue
      }
      var condition: Firewall.Condition?
      switch word {
      case "-m": if let name = rest.popFirst() { condition = match(name) }
      case "-p": condition = rest.popFirst().map { .transport([$0]) }
      case "--dport", "--dports": condition = ports(.destination, rest.popFirst())
      case "--sport", "--sports": condition = ports(.source, rest.popFirst())
      case "-s": condition = address(.source, rest.popFirst())
      case "-d": condition = address(.destination, rest.popFirst())
      case "-i": condition = interface(.input, rest.popFirst())
      case "-o": condition = interface(.output, rest.popFirst())
      case "--ctstate", "--state":
        condition = rest.popFirst().map {
          .connectionState($0.split(separator: ",").map { $0.lowercased() })
        }
      case "--comment", "--reject-with": _ = rest.popFirst()
      case "-j": rule.verdict = verdict(rest.popFirst() ?? "")
      case "-g": rule.verdict = .goTo(rest.popFirst() ?? "")
      default: if word.hasPrefix("-") { condition = .notUnderstood(word) }
      }
      if let condition { rule.conditions.append(isNegated ? .not(condition) : condition) }
      isNegated = false
    }
    return rule
  }

  private static func verdict(_ target: String) -> Firewall.Verdict {
    switch target {
    case "ACCEPT": .accept
    case "DROP", "REJECT": .drop
    case "RETURN": .returns
    case "LOG", "NFLOG", "MARK", "CONNMARK": .none
    default: .jump(target)
    }
  }

  /// The extensions whose options are understood ask for nothing by themselves.
  private static func match(_ name: String) -> Firewall.Condition? {
    ["tcp", "udp", "multiport", "conntrack", "state", "comment"].contains(name)
      ? nil : .notUnderstood("-m \(name)")
  }

  private static func ports(_ end: Firewall.End, _ word: String?) -> Firewall.Condition {
    var ranges: [ClosedRange<UInt16>] = []
    for part in (word ?? "").split(separator: ",") {
      let bounds = part.split(separator: ":").compactMap { UInt16($0) }
      guard let low = bounds.first, let high = bounds.last, bounds.count <= 2, low <= high else {
        return .notUnderstood("ports \(part)")
      }
      ranges.append(low...high)
    }
    return .port(end, ranges)
  }

  private static func address(_ end: Firewall.End, _ word: String?) -> Firewall.Condition {
    guard let word else { return .notUnderstood("no address") }
    if let address = IPAddress(word) { return .address(end, [address...address]) }
    guard let prefix = IPPrefix(word) else { return .notUnderstood("address \(word)") }
    return .address(end, [prefix.address...prefix.lastAddress])
  }

  private static func interface(
    _ hook: Firewall.Hook, _ word: String?
  ) -> Firewall.Condition? {
    word.map { .interface(hook, [$0.hasSuffix("+") ? "\($0.dropLast())*" : $0]) }
  }
}
