import Addresses
import Foundation
import Lab

/// GoBGP, asked through `gobgp -j`.
struct GoBGP: Router {
  let daemon: Daemon
  private let configuration: RouterConfiguration
  private let host: Host
  private let folder: URL

  init(_ configuration: RouterConfiguration, on host: Host, folder: URL) {
    self.configuration = configuration
    self.host = host
    self.folder = folder
    daemon = Daemon(
      "gobgpd",
      [
        "gobgpd", "-f", folder.appending(path: "gobgpd.toml").path, "--api-hosts",
        "127.0.0.1:50051",
      ], on: host, folder: folder)
  }

  func start() async throws {
    try folder.write(text, to: "gobgpd.toml")
    // The client waits long for a server that is not there yet. The log goes on over a restart.
    let count = configuration.neighbors.count
    let marker = "Add a peer configuration"
    let before = daemon.output().ranges(of: marker).count
    try await daemon.start()
    try await daemon.wait { daemon.output().ranges(of: marker).count >= before + count }
  }

  func kill() async { await daemon.stop(by: .kill) }

  func isEstablished(_ neighbor: String) async throws -> Bool {
    try await details(of: neighbor)["state"]["session_state"].int == 6
  }

  func routes() async throws -> [Route] {
    var routes: [Route] = []
    for family in ["ipv4", "ipv6"] {
      for (prefix, paths) in try await ask("global rib -a \(family)").members {
        routes += paths.items.map { route(prefix, $0) }
      }
    }
    return routes
  }

  private func route(_ prefix: String, _ path: JSON) -> Route {
    var route = Route(prefix: prefix, nextHop: "", asPath: [])
    for attribute in path["attrs"].items {
      let value = attribute["value"]
      switch attribute["type"].int {
      case 1: route.origin = ["IGP", "EGP", "Incomplete"][value.int ?? 2]
      case 2:
        route.asPath = attribute["as_paths"].items.flatMap { $0["asns"].items }
          .compactMap { $0.int.map { UInt32($0) } }
      case 3, 14: route.nextHop = attribute["nexthop"].string ?? ""
      case 4: route.multiExitDiscriminator = attribute["metric"].int
      case 5: route.localPreference = value.int
      case 8:
        route.communities = attribute["communities"].items.compactMap(\.int)
          .map { "\($0 >> 16):\($0 & 0xFFFF)" }.sorted()
      case 32:
        route.largeCommunities = value.items.map { community in
          ["ASN", "LocalData1", "LocalData2"].map { "\(community[$0].int ?? 0)" }
            .joined(separator: ":")
        }.sorted()
      default: break
      }
    }
    return route
  }

  func farewell(of neighbor: String) async throws -> String {
    let lines = daemon.output().split(separator: "\n")
    return String(lines.last { $0.contains("received notification") } ?? "")
  }

  func requestRefresh(from neighbor: String) async throws {
    _ = try await host.run(["gobgp", "neighbor", neighbor, "softresetin"])
  }

  func announcementCount(from neighbor: String) async throws -> Int {
    try await details(of: neighbor)["state"]["messages"]["received"]["update"].int ?? 0
  }

  /// What `gobgp neighbor` says of a neighbour.
  func details(of neighbor: String) async throws -> JSON { try await ask("neighbor \(neighbor)") }

  func ask(_ question: String) async throws -> JSON {
    let words = question.split(separator: " ").map(String.init)
    return try JSON.parse(try await host.run(["gobgp", "-j"] + words))
  }

  private var text: String {
    """
    [global.config]
      as = \(configuration.localAS)
      router-id = "192.0.2.2"
      port = 179
      local-address-list = ["0.0.0.0", "::"]
    \(configuration.neighbors.map(block).joined(separator: "\n"))
    """
  }

  private func block(_ neighbor: RouterConfiguration.Neighbor) -> String {
    let families = neighbor.families.map { family in
      """
        [[neighbors.afi-safis]]
          [neighbors.afi-safis.config]
            afi-safi-name = "\(family == .ipv4 ? "ipv4" : "ipv6")-unicast"
          [neighbors.afi-safis.mp-graceful-restart.config]
            enabled = \(neighbor.keepsRoutes)
      """
    }
    return """

      [[neighbors]]
        [neighbors.config]
          peer-as = \(neighbor.remoteAS)
          neighbor-address = "\(neighbor.address)"
          \(neighbor.password.map { "auth-password = \"\($0)\"" } ?? "")
        [neighbors.transport.config]
          passive-mode = \(!neighbor.isActive)
        [neighbors.timers.config]
          hold-time = \(configuration.holdTime)
          keepalive-interval = \(configuration.holdTime / 3)
          connect-retry = 1
          idle-hold-time-after-reset = 1
        [neighbors.ebgp-multihop.config]
          enabled = \(neighbor.isMultihop)
          multihop-ttl = 64
        [neighbors.ttl-security.config]
          enabled = \(neighbor.ttlSecurityHops != nil)
          ttl-min = \(256 - (neighbor.ttlSecurityHops ?? 1))
        [neighbors.graceful-restart.config]
          enabled = \(neighbor.keepsRoutes)
          helper-only = true
          restart-time = 20
      \(families.joined(separator: "\n"))
      """.withoutEmptyLines
  }
}
