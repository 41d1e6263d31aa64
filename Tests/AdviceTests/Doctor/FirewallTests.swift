import Addresses
import Testing

@testable import Advice

/// What becomes of BGP in rulesets of nftables.
@Suite("The packet filter, judged")
struct FirewallTests {
  /// A ruleset as `nft -j list ruleset` prints it: one chain at the hook input with these rules.
  static func ruleset(policy: String = "accept", hook: String = "input", _ rules: [String])
    -> String
  {
    let objects =
      [
        #"{"table": {"family": "inet", "name": "f", "handle": 1}}"#,
        #"{"set": {"family": "inet", "name": "s", "table": "f", "elem": [22, {"range": [170, 180]}]}}"#,
        #"{"chain": {"family": "inet", "table": "f", "name": "sub", "handle": 1}}"#,
        #"{"chain": {"family": "inet", "table": "f", "name": "in", "handle": 2, "type": "filter", "#
          + #""hook": "\#(hook)", "prio": 0, "policy": "\#(policy)"}}"#,
        #"{"rule": {"family": "inet", "table": "f", "chain": "sub", "handle": 3, "expr": "#
          + #"[\#(port(179)), {"reject": null}]}}"#,
      ]
      + rules.enumerated().map { number, expressions in
        #"{"rule": {"family": "inet", "table": "f", "chain": "in", "handle": \#(number + 10), "#
          + #""expr": [\#(expressions)]}}"#
      }
    return #"{"nftables": [\#(objects.joined(separator: ", "))]}"#
  }

  static func match(_ left: String, _ right: String, _ op: String = "==") -> String {
    #"{"match": {"op": "\#(op)", "left": \#(left), "right": \#(right)}}"#
  }

  static func port(_ right: Any, _ field: String = "dport", _ layer: String = "tcp") -> String {
    match(#"{"payload": {"protocol": "\#(layer)", "field": "\#(field)"}}"#, "\(right)")
  }

  static func state(_ states: String...) -> String {
    match(
      #"{"ct": {"key": "state"}}"#, "[\(states.map { "\"\($0)\"" }.joined(separator: ","))]", "in")
  }

  static let drop = #"{"drop": null}"#
  static let accept = #"{"accept": null}"#
  static let counter = #"{"counter": {"packets": 0, "bytes": 0}}"#

  /// A connection of a router to our port 179.
  static let incoming = Flow(
    hook: .input, transport: .tcp, family: .ipv4, remote: .v4(IPv4Address(192, 0, 2, 254)),
    locals: [.v4(IPv4Address(192, 0, 2, 1))], destinationPort: 179, interface: "eth0")

  enum Expected: Sendable {
    case passes
    /// The cause holds this text.
    case dropped(String)
    case unclear(String)
  }

  static let cases: [(policy: String, rules: [String], expected: Expected)] = [
    ("accept", [], .passes),
    ("drop", [], .dropped("the policy of chain inet f in")),
    (
      "accept", ["\(port(179)), \(counter), \(drop)"], .dropped("rule handle 10 of chain inet f in")
    ),
    ("accept", ["\(port(179)), {\"reject\": {\"type\": \"tcp reset\"}}"], .dropped("handle 10")),
    ("accept", ["\(port(180)), \(drop)"], .passes),
    ("accept", ["\(port(179, "dport", "udp")), \(drop)"], .passes),
    ("accept", ["\(port(179, "dport", "th")), \(drop)"], .dropped("handle 10")),
    ("accept", ["\(port(#"{"set": [22, 179]}"#)), \(drop)"], .dropped("handle 10")),
    ("accept", ["\(port(#"{"range": [100, 200]}"#)), \(drop)"], .dropped("handle 10")),
    ("accept", ["\(port(#""@s""#)), \(drop)"], .dropped("handle 10")),
    ("accept", ["\(port(#""@unknown""#)), \(drop)"], .unclear("tcp dport")),
    ("drop", ["\(port(179)), \(accept)"], .passes),
    ("drop", ["\(state("established", "related")), \(accept)"], .dropped("policy")),
    ("drop", ["\(state("new")), \(accept)"], .passes),
    ("accept", ["\(port(179)), \(accept)", drop], .passes),
    ("accept", [drop, "\(port(179)), \(accept)"], .dropped("handle 10")),
    (
      "accept", ["\(match(#"{"meta": {"key": "iifname"}}"#, #""eth1""#)), \(drop)"],
      .passes
    ),
    (
      "accept", ["\(match(#"{"meta": {"key": "iifname"}}"#, #""eth*""#)), \(drop)"],
      .dropped("handle 10")
    ),
    (
      "accept",
      [
        match(
          #"{"payload": {"protocol": "ip", "field": "saddr"}}"#,
          #"{"prefix": {"addr": "192.0.2.0", "len": 24}}"#, "!=") + ", \(drop)"
      ], .passes
    ),
    (
      "drop",
      [
        match(
          #"{"payload": {"protocol": "ip", "field": "saddr"}}"#,
          #"{"prefix": {"addr": "192.0.2.0", "len": 24}}"#) + ", \(accept)"
      ], .passes
    ),
    (
      "accept",
      [
        match(#"{"meta": {"key": "l4proto"}}"#, #"{"set": ["udp", "icmp"]}"#, "!=") + ", \(drop)"
      ], .dropped("handle 10")
    ),
    ("accept", [#"{"jump": {"target": "sub"}}"#], .dropped("rule handle 3 of chain inet f sub")),
    ("accept", [#"{"return": null}"#, drop], .passes),
    ("drop", [#"{"goto": {"target": "nowhere"}}"#], .unclear("no chain nowhere")),
    ("accept", [#"\#(port(179)), {"limit": {"rate": 5}}, \#(drop)"#], .unclear("limit")),
    ("drop", [#"{"xt": {"type": "match", "name": "tcp"}}"#], .unclear("xt tcp")),
    (
      "accept",
      [#"{"vmap": {"key": {"ct": {"key": "mark"}}, "data": {"set": []}}}"#], .unclear("vmap")
    ),
    (
      "accept", ["\(match(#"{"meta": {"key": "mark"}}"#, "7")), \(drop)"], .unclear("meta mark")
    ),
    // An extension of iptables before the verdict leaves it open.
    ("accept", [#"{"xt": {"type": "match", "name": "set"}}, \#(drop)"#], .unclear("xt set")),
    ("accept", [#"\#(port(180)), {"xt": {"type": "match", "name": "set"}}, \#(drop)"#], .passes),
    // As kube-proxy guards the loopback addresses.
    (
      "accept",
      [
        match(
          #"{"payload": {"protocol": "ip", "field": "daddr"}}"#,
          #"{"prefix": {"addr": "127.0.0.0", "len": 8}}"#) + ", \(drop)"
      ], .passes
    ),
    (
      "accept",
      [match(#"{"payload": {"protocol": "ip", "field": "daddr"}}"#, #""192.0.2.1""#) + ", \(drop)"],
      .dropped("handle 10")
    ),
    // The other side picks its port, and not one below 1024.
    ("accept", ["\(port(179, "sport")), \(drop)"], .passes),
    ("accept", ["\(port(#"{"range": [1024, 65535]}"#, "sport")), \(drop)"], .dropped("handle 10")),
    ("accept", ["\(port(#"{"range": [32768, 60999]}"#, "sport")), \(drop)"], .unclear("handle 10")),
    // What is not understood and decides nothing does not matter.
    ("accept", ["\(match(#"{"meta": {"key": "mark"}}"#, "7")), \(counter)"], .passes),
    ("accept", ["\(match(#"{"meta": {"key": "mark"}}"#, "7")), \(accept)"], .passes),
  ]

  @Test(arguments: cases.indices)
  func aConnectionToPort179(_ index: Int) throws {
    let (policy, rules, expected) = Self.cases[index]
    let firewall = try Firewall(nftablesJSON: Self.ruleset(policy: policy, rules))
    let outcome = firewall.outcome(for: Self.incoming)
    switch (expected, outcome) {
    case (.passes, .passes): break
    case (.dropped(let text), .dropped(_, let cause)): #expect(cause.contains(text))
    case (.unclear(let text), .unclear(_, let causes)):
      #expect(causes.contains { $0.contains(text) }, "\(causes)")
    default: Issue.record("\(rules): expected \(expected), got \(outcome)")
    }
  }

  @Test func anAnswerOfAnEstablishedConnectionPasses() throws {
    let firewall = try Firewall(
      nftablesJSON: Self.ruleset(
        policy: "drop", ["\(Self.state("established", "related")), \(Self.accept)"]))
    var flow = Self.incoming
    flow.isNew = false
    flow.destinationPort = nil
    flow.sourcePort = 179
    #expect(firewall.outcome(for: flow) == .passes)
  }

  @Test func chainsOfOtherHooksAndFamiliesDoNotMatter() throws {
    let output = try Firewall(nftablesJSON: Self.ruleset(policy: "drop", hook: "output", []))
    #expect(output.outcome(for: Self.incoming) == .passes)
    let forward = try Firewall(nftablesJSON: Self.ruleset(policy: "drop", hook: "forward", []))
    #expect(forward.outcome(for: Self.incoming) == .passes)
    let v6 = Firewall(chains: [
      .init(family: "ip6", table: "f", name: "in", hook: .input, dropsByPolicy: true)
    ])
    #expect(v6.outcome(for: Self.incoming) == .passes)
  }

  @Test func aLaterChainDropsWhatAnEarlierOneAccepts() {
    let firewall = Firewall(chains: [
      .init(
        family: "inet", table: "late", name: "in", hook: .input, priority: 10, dropsByPolicy: true),
      .init(
        family: "inet", table: "early", name: "in", hook: .input, priority: 0,
        rules: [.init(label: "1", conditions: [], verdict: .accept)]),
    ])
    guard case .dropped(let base, _) = firewall.outcome(for: Self.incoming) else {
      Issue.record("it passes")
      return
    }
    #expect(base.table == "late")
  }

  @Test func jumpsInACircleEnd() {
    let circle = Firewall.Rule(label: "1", conditions: [], verdict: .jump("in"))
    let firewall = Firewall(chains: [
      .init(family: "inet", table: "f", name: "in", hook: .input, rules: [circle, circle])
    ])
    guard case .unclear = firewall.outcome(for: Self.incoming) else {
      Issue.record("a circle was understood")
      return
    }
  }

  @Test(arguments: ["", "{", "[]", #"{"nftables": 7}"#])
  func whatIsNoRulesetIsRefused(_ text: String) {
    #expect(throws: Firewall.Malformed.self) { try Firewall(nftablesJSON: text) }
  }
}

@Suite("The packet filter of iptables-legacy, judged")
struct LegacyFirewallTests {
  static let cases: [(rules: String, cause: String?)] = [
    (":INPUT ACCEPT [0:0]", nil),
    (":INPUT DROP [0:0]", "policy"),
    (":INPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport 179 -j DROP", "rule 1"),
    (":INPUT ACCEPT [0:0]\n-A INPUT -p udp -m udp --dport 179 -j DROP", nil),
    (":INPUT ACCEPT [0:0]\n-A INPUT -p tcp -m multiport --dports 22,170:180 -j REJECT", "rule 1"),
    (":INPUT ACCEPT [0:0]\n-A INPUT ! -s 192.0.2.0/24 -j DROP", nil),
    (":INPUT ACCEPT [0:0]\n-A INPUT -s 192.0.2.254/32 -j DROP", "rule 1"),
    (":INPUT ACCEPT [0:0]\n-A INPUT -i eth+ -j DROP", "rule 1"),
    (":INPUT DROP [0:0]\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT", "policy"),
    (
      ":INPUT DROP [0:0]\n-A INPUT -m comment --comment \"BGP in\" -p tcp --dport 179 -j ACCEPT",
      nil
    ),
    (":INPUT ACCEPT [0:0]\n:SUB - [0:0]\n-A INPUT -j SUB\n-A SUB -p tcp -j DROP", "filter SUB"),
  ]

  @Test(arguments: cases.indices)
  func aConnectionToPort179(_ index: Int) {
    let (rules, expected) = Self.cases[index]
    let text = "*nat\n:INPUT DROP [0:0]\nCOMMIT\n*filter\n\(rules)\nCOMMIT\n"
    let outcome = Firewall(legacyRules: text, family: .ipv4).outcome(for: FirewallTests.incoming)
    switch (outcome, expected) {
    case (.passes, nil): break
    case (.dropped(_, let cause), let expected?): #expect(cause.contains(expected))
    default: Issue.record("\(rules): \(outcome)")
    }
  }

  @Test func anUnknownExtensionIsNamed() {
    let text = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m set --match-set bad src -j DROP\nCOMMIT"
    let outcome = Firewall(legacyRules: text, family: .ipv4).outcome(for: FirewallTests.incoming)
    guard case .unclear(_, let causes) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(causes.contains { $0.contains("-m set") })
  }
}
