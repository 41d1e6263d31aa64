public import Addresses

/// The configuration file of the lab's router, for BIRD 2.
public struct BirdConfiguration: Hashable, Sendable {
  /// The router's own AS.
  public var localAS = AddressPlan.routerAS
  /// The AS that the router expects of the nodes. The same as ``localAS`` makes it iBGP.
  public var nodeAS = AddressPlan.nodeAS
  /// The hold time that the router proposes, in seconds.
  public var holdTime = 90
  /// The TCP MD5 password of every session (RFC 2385); nil for none.
  public var password: String?

  /// The configuration of the lab by default: eBGP with every node.
  public init() {}

  /// The name of the protocol that peers with `node` over `family`, such as `node_1_v4`.
  public static func protocolName(node: String, _ family: AddressFamily) -> String {
    let name = String(node.map { $0 == "-" ? "_" : $0 })
    return name + (family == .ipv4 ? "_v4" : "_v6")
  }

  /// The text of the file.
  public func text(topology: Topology, logPath: String) -> String {
    let passwordLine = password.map { "\n  password \"\($0)\";" } ?? ""
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

      template bgp node4 {
        local \(topology.router.ipv4) as \(localAS);
        direct;
        ipv4 { import filter services4; export none; };
        hold time \(holdTime);\(passwordLine)
        # The nodes dial, as MetalLB's speakers do; after an error the router is soon ready again.
        passive on;
        connect delay time 1;
        error wait time 1, 2;
        debug { states, events };
      }

      template bgp node6 {
        local \(topology.router.ipv6) as \(localAS);
        direct;
        ipv6 { import filter services6; export none; };
        hold time \(holdTime);\(passwordLine)
        passive on;
        connect delay time 1;
        error wait time 1, 2;
        debug { states, events };
      }

      """
    for node in topology.nodes {
      for (family, template) in [(AddressFamily.ipv4, "node4"), (.ipv6, "node6")] {
        let name = Self.protocolName(node: node.name, family)
        text += """

          protocol bgp \(name) from \(template) {
            neighbor \(node.address(family)) as \(nodeAS);
          }

          """
      }
    }
    return text
  }
}
