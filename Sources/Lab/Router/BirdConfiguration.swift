public import Addresses

/// The configuration file of the lab's router, for BIRD 2.
public struct BirdConfiguration: Hashable, Sendable {
  /// The router's own AS.
  public var localAS = AddressPlan.routerAS
  /// The AS that the router expects of the nodes. The same as ``localAS`` makes it iBGP.
  public var nodeAS = AddressPlan.nodeAS
  /// The hold time that the router proposes, in seconds.
  public var holdTime = 90
  /// Whether one session over IPv4 carries both families, in place of a session for each.
  public var hasDualStackSessions = false
  /// Whether BFD guards every session, at 50 ms × 3.
  public var hasBFD = false
  /// The TCP MD5 password of every session (RFC 2385); nil for none.
  public var password: String?
  /// What follows the lab's own protocols.
  public var additions = ""

  /// The configuration of the lab by default: eBGP with every node.
  public init() {}

  /// The name of the protocol that peers with `node` over `family`, such as `node_1_v4`.
  public static func protocolName(node: String, _ family: AddressFamily) -> String {
    let name = String(node.map { $0 == "-" ? "_" : $0 })
    return name + (family == .ipv4 ? "_v4" : "_v6")
  }

  /// The families that sessions run over.
  public var sessionFamilies: [AddressFamily] {
    hasDualStackSessions ? [.ipv4] : AddressFamily.allCases
  }

  /// The text of the file.
  public func text(topology: Topology, logPath: String) -> String {
    var text = """
      # The router of the lab: it peers with each node over IPv4 and over IPv6, takes the service
      # addresses and nothing else, and forwards to all nodes that announce one (ECMP).
      log "\(logPath)" all;
      router id \(topology.router.ipv4);
      timeformat protocol iso long ms;
      timeformat route iso long ms;
      timeformat log iso long ms;

      protocol device {}

      filter services4 {
        if net ~ [ \(AddressPlan.bgpPoolIPv4){24,32} ] then accept;
        reject;
      }

      filter services6 {
        if net ~ [ \(AddressPlan.bgpPoolIPv6){64,128} ] then accept;
        reject;
      }

      protocol kernel kernel4 {
        merge paths on;
        ipv4 { import none; export where source = RTS_BGP; };
      }

      protocol kernel kernel6 {
        merge paths on;
        ipv6 { import none; export where source = RTS_BGP; };
      }


      """
    if hasBFD { text += Self.bfd }
    for family in sessionFamilies { text += template(family, router: topology.router) }
    for node in topology.nodes {
      for family in sessionFamilies {
        text += """
          protocol bgp \(Self.protocolName(node: node.name, family)) from \(Self.template(family)) {
            neighbor \(node.address(family)) as \(nodeAS);
          }


          """
      }
    }
    return text + additions
  }

  /// What the sessions over `family` have in common.
  private func template(_ family: AddressFamily, router: Machine) -> String {
    var lines = ["local \(router.address(family)) as \(localAS);", "direct;"]
    for carried in hasDualStackSessions ? AddressFamily.allCases : [family] {
      lines.append(
        carried == .ipv4
          ? "ipv4 { import filter services4; export none; };"
          : "ipv6 { import filter services6; export none; };")
    }
    lines.append("hold time \(holdTime);")
    if hasBFD { lines.append("bfd on;") }
    if let password { lines.append("password \"\(password)\";") }
    lines += [
      "# The nodes dial, as MetalLB's speakers do; after an error the router is soon ready again.",
      "passive on;", "connect delay time 1;", "error wait time 1, 2;", "debug { states, events };",
    ]
    let body = lines.map { "  \($0)\n" }.joined()
    return "template bgp \(Self.template(family)) {\n\(body)}\n\n"
  }

  private static let bfd = """
    protocol bfd bfd1 {
      interface "*" { min rx interval 50 ms; min tx interval 50 ms; multiplier 3; };
    }


    """

  private static func template(_ family: AddressFamily) -> String {
    family == .ipv4 ? "node4" : "node6"
  }
}
