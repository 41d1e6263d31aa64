import Addresses
import Foundation
import Lab

/// FRR's zebra and bgpd, asked through `vtysh`.
struct FRR: Router {
  /// The path of one of FRR's daemons.
  static func program(_ name: String) -> String { "/usr/lib/frr/\(name)" }

  let zebra: Daemon
  let bgpd: Daemon
  private let configuration: RouterConfiguration
  private let folder: URL

  init(_ configuration: RouterConfiguration, on host: Host, folder: URL) {
    self.configuration = configuration
    // The daemons give up being root and make sockets of their own.
    self.folder = folder.appending(path: "frr")
    let path = self.folder.path
    let common = [
      "--vty_socket", path, "-z", "\(path)/zserv.api", "-P", "0", "-u", "frr", "-g", "frr",
    ]
    (zebra, bgpd) = (
      Daemon(
        "zebra",
        [Self.program("zebra"), "-f", "\(path)/zebra.conf", "-i", "\(path)/zebra.pid"] + common,
        on: host, folder: folder),
      Daemon(
        "bgpd",
        [Self.program("bgpd"), "-f", "\(path)/bgpd.conf", "-i", "\(path)/bgpd.pid"] + common,
        on: host, folder: folder)
    )
  }

  func start() async throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try folder.write("", to: "zebra.conf")
    try folder.write(text, to: "bgpd.conf")
    try await Command.run(["chown", "-R", "frr:frr", folder.path])
    try await zebra.start()
    try await zebra.wait { folder.has("zserv.api") }
    try await bgpd.start()
    try await bgpd.wait {
      guard folder.has("bgpd.vty") else { return false }
      return try await !vtysh("show bgp summary json").isEmpty
    }
  }

  func kill() async {
    await bgpd.stop(by: .kill)
    await zebra.stop(by: .kill)
  }

  func isEstablished(_ neighbor: String) async throws -> Bool {
    try await details(of: neighbor)["bgpState"].string == "Established"
  }

  func routes() async throws -> [Route] {
    var routes: [Route] = []
    for family in ["ipv4", "ipv6"] {
      let text = try await vtysh("show bgp \(family) unicast json detail")
      for (prefix, paths) in try JSON.parse(text)["routes"].members {
        // The first element is about the prefix.
        routes += paths.items.filter { $0["aspath"] != .null }.map { route(prefix, $0) }
      }
    }
    return routes
  }

  private func route(_ prefix: String, _ path: JSON) -> Route {
    let asPath = path["aspath"]["segments"].items.flatMap { $0["list"].items }
    return Route(
      prefix: prefix, nextHop: path["nexthops"][0]["ip"].string ?? "",
      asPath: asPath.compactMap { $0.int.map { UInt32($0) } },
      origin: path["origin"].string ?? "", multiExitDiscriminator: path["metric"].int,
      localPreference: asPath.isEmpty ? path["locPrf"].int : nil,
      communities: path["community"]["list"].items.compactMap(\.string).map(number).sorted(),
      largeCommunities: path["largeCommunity"]["list"].items.compactMap(\.string).sorted())
  }

  /// Well-known communities have names here.
  private func number(_ community: String) -> String {
    community == "gracefulShutdown" ? "65535:0" : community
  }

  func farewell(of neighbor: String) async throws -> String {
    // The log, as `show bgp neighbors` soon has another reason: that it waits for the peer again.
    let lines = bgpd.output().split(separator: "\n")
    let last = lines.last { $0.contains("%NOTIFICATION: received from neighbor \(neighbor) ") }
    return last.map(String.init) ?? ""
  }

  func requestRefresh(from neighbor: String) async throws {
    _ = try await vtysh("clear bgp \(neighbor) soft in")
  }

  func announcementCount(from neighbor: String) async throws -> Int {
    try await details(of: neighbor)["messageStats"]["updatesRecv"].int ?? 0
  }

  /// What `show bgp neighbors` says of a neighbour.
  func details(of neighbor: String) async throws -> JSON {
    try JSON.parse(try await vtysh("show bgp neighbors \(neighbor) json"))[neighbor]
  }

  /// A command of vtysh's language.
  func vtysh(_ command: String) async throws -> String {
    try await Command.output(
      ["vtysh", "--vty_socket", folder.path, "-d", "bgpd", "-c", command], within: 10
    ).output
  }

  private var text: String {
    let neighbors = configuration.neighbors
    return """
      frr defaults datacenter
      log stdout informational
      router bgp \(configuration.localAS)
       bgp router-id 192.0.2.2
       bgp bestpath as-path multipath-relax
       no bgp default ipv4-unicast
       no bgp ebgp-requires-policy
       coalesce-time 0
       \(neighbors.contains(where: \.keepsRoutes) ? "bgp graceful-restart-helper" : "")
       \(neighbors.map(lines).joined(separator: "\n"))
       \(family(.ipv4))
       \(family(.ipv6))
      exit
      """.withoutEmptyLines
  }

  private func lines(_ neighbor: RouterConfiguration.Neighbor) -> String {
    let name = neighbor.address
    let isInterface = !name.contains { $0 == "." || $0 == ":" }
    return """
       neighbor \(name) \(isInterface ? "interface remote-as external" : "remote-as \(neighbor.remoteAS)")
       \(neighbor.isActive || isInterface ? "" : "neighbor \(name) passive")
       neighbor \(name) timers \(configuration.holdTime / 3) \(configuration.holdTime)
       neighbor \(name) timers connect 1
       \(neighbor.isMultihop ? "neighbor \(name) ebgp-multihop" : "")
       \(neighbor.password.map { "neighbor \(name) password \($0)" } ?? "")
       \(neighbor.ttlSecurityHops.map { "neighbor \(name) ttl-security hops \($0)" } ?? "")
       \(neighbor.hasExtendedNextHops ? "neighbor \(name) capability extended-nexthop" : "")
       \(neighbor.role.map { "neighbor \(name) local-role \($0)" } ?? "")
      """
  }

  private func family(_ family: AddressFamily) -> String {
    let names = configuration.neighbors.filter { $0.families.contains(family) }.map(\.address)
    return """
       address-family \(family == .ipv4 ? "ipv4" : "ipv6") unicast
       \(names.map { "  neighbor \($0) activate" }.joined(separator: "\n"))
         maximum-paths \(configuration.multipath ? 4 : 1)
       exit-address-family
      """
  }
}
