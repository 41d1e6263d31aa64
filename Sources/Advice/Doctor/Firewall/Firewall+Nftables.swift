import Addresses
import FoundationEssentials

extension Firewall {
  /// A text that is not what `nft -j list ruleset` prints.
  public struct Malformed: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with it.
    public let description: String
  }

  /// Reads what `nft -j list ruleset` printed (libnftables-json(5)). What is not understood of a rule
  /// is kept as such; throws where it is no such text at all.
  public init(nftablesJSON text: String) throws(Malformed) {
    let tree: JSONTree
    do {
      tree = try JSONDecoder().decode(JSONTree.self, from: Data(text.utf8))
    } catch {
      throw Malformed(description: "the output of nft is no JSON, or is cut")
    }
    guard let objects = tree["nftables"]?.list else {
      throw Malformed(description: "the output of nft has no list 'nftables'")
    }
    var sets: [String: [JSONTree]] = [:]
    for case let set? in objects.map({ $0["set"] ?? $0["map"] }) {
      sets[Self.key(set)] = set["elem"]?.list ?? []
    }
    var order: [String] = []
    var found: [String: Chain] = [:]
    for case let chain? in objects.map({ $0["chain"] }) {
      let key = Self.key(chain)
      order.append(key)
      found[key] = Chain(
        family: chain["family"]?.text ?? "", table: chain["table"]?.text ?? "",
        name: chain["name"]?.text ?? "",
        hook: chain["type"]?.text == "filter" ? chain["hook"]?.text.flatMap(Hook.init) : nil,
        priority: chain["prio"]?.number ?? 0, dropsByPolicy: chain["policy"]?.text == "drop")
    }
    for case let rule? in objects.map({ $0["rule"] }) {
      let table = "\(rule["family"]?.text ?? "") \(rule["table"]?.text ?? "")"
      let reader = NftablesRule(table: table, sets: sets)
      found["\(table) \(rule["chain"]?.text ?? "")"]?.rules.append(reader.rule(rule))
    }
    self.init(chains: order.compactMap { found[$0] })
  }

  private static func key(_ object: JSONTree) -> String {
    "\(object["family"]?.text ?? "") \(object["table"]?.text ?? "") \(object["name"]?.text ?? "")"
  }
}

/// Reads rules of one table.
private struct NftablesRule {
  let table: String
  let sets: [String: [JSONTree]]

  func rule(_ rule: JSONTree) -> Firewall.Rule {
    var result = Firewall.Rule(
      label: "handle \(rule["handle"]?.number ?? 0)", conditions: [], verdict: .none)
    var extensions: [String] = []
    for statement in rule["expr"]?.list ?? [] {
      guard let (name, value) = statement.only else {
        result.conditions.append(.notUnderstood("a statement of no known form"))
        continue
      }
      switch name {
      case "match": result.conditions.append(condition(value))
      case "accept": result.verdict = .accept
      case "drop", "reject": result.verdict = .drop
      case "return": result.verdict = .returns
      case "jump": result.verdict = .jump(value["target"]?.text ?? "")
      case "goto": result.verdict = .goTo(value["target"]?.text ?? "")
      case "counter", "log", "mangle", "continue", "notrack", "ct helper", "comment", "set":
        continue
      case "vmap", "queue": result.verdict = .notUnderstood(name)
      case "xt": extensions.append("xt \(value["name"]?.text ?? "extension")")
      default: result.conditions.append(.notUnderstood(name))
      }
    }
    // An extension of iptables is a condition, or a target if there is no other verdict.
    result.conditions += extensions.map { .notUnderstood($0) }
    if let last = extensions.last, result.verdict == .none { result.verdict = .notUnderstood(last) }
    return result
  }

  private func condition(_ match: JSONTree) -> Firewall.Condition {
    guard let left = match["left"], let right = match["right"],
      let understood = understood(left, values(right))
    else { return .notUnderstood(Self.words(match["left"])) }
    switch match["op"]?.text {
    case "==", "in": return understood
    case "!=": return .not(understood)
    default: return .notUnderstood("\(Self.words(match["left"])) \(match["op"]?.text ?? "?")")
    }
  }

  /// The values that the right side names; nil where a named set is not known.
  private func values(_ right: JSONTree) -> [JSONTree]? {
    if let name = right.text, name.hasPrefix("@") { return sets["\(table) \(name.dropFirst())"] }
    return right["set"]?.list ?? right.list ?? [right]
  }

  private func understood(_ left: JSONTree, _ values: [JSONTree]?) -> Firewall.Condition? {
    guard let values else { return nil }
    if let payload = left["payload"], let layer = payload["protocol"]?.text,
      let field = payload["field"]?.text
    {
      switch (layer, field) {
      case ("tcp", "dport"), ("udp", "dport"), ("th", "dport"):
        return ports(.destination, layer, values)
      case ("tcp", "sport"), ("udp", "sport"), ("th", "sport"):
        return ports(.source, layer, values)
      case ("ip", "saddr"), ("ip6", "saddr"): return addresses(.source, values)
      case ("ip", "daddr"), ("ip6", "daddr"): return addresses(.destination, values)
      case ("ip", "protocol"), ("ip6", "nexthdr"): return transports(values)
      default: return nil
      }
    }
    if let key = left["meta"]?["key"]?.text {
      let texts = values.compactMap(\.text)
      switch key {
      case "l4proto": return transports(values)
      case "iifname", "iif": return texts.count == values.count ? .interface(.input, texts) : nil
      case "oifname", "oif": return texts.count == values.count ? .interface(.output, texts) : nil
      case "nfproto", "protocol":
        let families = texts.compactMap { text -> AddressFamily? in
          switch text {
          case "ipv4", "ip": .ipv4
          case "ipv6", "ip6": .ipv6
          default: nil
          }
        }
        return families.count == values.count ? .family(families) : nil
      default: return nil
      }
    }
    if left["ct"]?["key"]?.text == "state" {
      let states = values.compactMap(\.text)
      return states.count == values.count ? .connectionState(states) : nil
    }
    return nil
  }

  private func transports(_ values: [JSONTree]) -> Firewall.Condition {
    .transport(
      values.map { value in
        switch value.number {
        case 6: "tcp"
        case 17: "udp"
        default: value.text ?? ""
        }
      })
  }

  /// A port of `tcp` says which transport too; one of `th` does not.
  private func ports(
    _ end: Firewall.End, _ layer: String, _ values: [JSONTree]
  ) -> Firewall.Condition? {
    var ranges: [ClosedRange<UInt16>] = []
    for value in values {
      if let number = value.number, let port = UInt16(exactly: number) {
        ranges.append(port...port)
      } else if let bounds = value["range"]?.list?.compactMap(\.number), bounds.count == 2,
        let low = UInt16(exactly: bounds[0]), let high = UInt16(exactly: bounds[1]), low <= high
      {
        ranges.append(low...high)
      } else {
        return nil
      }
    }
    let port = Firewall.Condition.port(end, ranges)
    return layer == "th" ? port : .transportPort(layer, port)
  }

  private func addresses(
    _ end: Firewall.End, _ values: [JSONTree]
  ) -> Firewall.Condition? {
    var ranges: [ClosedRange<IPAddress>] = []
    for value in values {
      if let address = value.text.flatMap({ IPAddress($0) }) {
        ranges.append(address...address)
      } else if let prefix = value["prefix"], let text = prefix["addr"]?.text,
        let address = IPAddress(text), let length = prefix["len"]?.number,
        let whole = IPPrefix(address, length: length)
      {
        ranges.append(whole.address...whole.lastAddress)
      } else if let bounds = value["range"]?.list?.compactMap({ $0.text.flatMap { IPAddress($0) } }
      ),
        bounds.count == 2, bounds[0].family == bounds[1].family, bounds[0] <= bounds[1]
      {
        ranges.append(bounds[0]...bounds[1])
      } else {
        return nil
      }
    }
    return .address(end, ranges)
  }

  private static func words(_ left: JSONTree?) -> String {
    guard let (name, value) = left?.only else { return "a match of no known form" }
    if let layer = value["protocol"]?.text, let field = value["field"]?.text {
      return "\(layer) \(field)"
    }
    return value["key"]?.text.map { "\(name) \($0)" } ?? name
  }
}
