import Addresses
import Foundation
import Lab

/// OpenBGPD, asked through `bgpctl -j`.
struct OpenBGPD: Router {
  let daemon: Daemon
  private let host: Host
  private let configuration: RouterConfiguration
  private let folder: URL

  init(_ configuration: RouterConfiguration, on host: Host, folder: URL) {
    self.host = host
    self.configuration = configuration
    self.folder = folder
    // Its processes want a folder in /run that a service would make; this one is theirs alone.
    let command = "mount -t tmpfs none /run && mkdir /run/openbgpd && exec /usr/sbin/bgpd -d -f $0"
    daemon = Daemon(
      "openbgpd", ["sh", "-c", command, folder.appending(path: "bgpd.conf").path], on: host,
      folder: folder)
  }

  func start() async throws {
    try folder.write(text, to: "bgpd.conf", mode: 0o600)
    try await daemon.start()
    try await daemon.wait {
      try await Command.output(command("show neighbor")).status == 0
    }
  }

  func kill() async {
    // One of its processes outlives the first one for long enough to say farewell.
    await host.killAll()
    await daemon.stop(by: .kill)
  }

  func isEstablished(_ neighbor: String) async throws -> Bool {
    try await details(of: neighbor)["state"].string == "Established"
  }

  func routes() async throws -> [Route] {
    try await ask("show rib detail")["rib"].items.map { path in
      let asPath = (path["aspath"].string ?? "").split(separator: " ").compactMap { UInt32($0) }
      let metric = path["metric"].int
      return Route(
        prefix: path["prefix"].string ?? "", nextHop: path["exit_nexthop"].string ?? "",
        asPath: asPath, origin: path["origin"].string ?? "",
        multiExitDiscriminator: metric == 0 ? nil : metric,
        localPreference: asPath.isEmpty ? path["localpref"].int : nil,
        communities: path["communities"].items.compactMap(\.string).map(number).sorted(),
        largeCommunities: path["large_communities"].items.compactMap(\.string).sorted())
    }
  }

  /// Well-known communities have names here.
  private func number(_ community: String) -> String {
    community == "GRACEFUL_SHUTDOWN" ? "65535:0" : community
  }

  func farewell(of neighbor: String) async throws -> String {
    let text = try await Command.run(
      ["bgpctl", "-s", folder.appending(path: "ctl").path, "show", "neighbor", neighbor])
    return text.split(separator: "\n").filter { $0.contains("Last ") }.joined(separator: "\n")
  }

  func requestRefresh(from neighbor: String) async throws {
    _ = try await Command.run(command("neighbor \(neighbor) refresh"))
  }

  func announcementCount(from neighbor: String) async throws -> Int {
    try await details(of: neighbor)["stats"]["update"]["received"]["updates"].int ?? 0
  }

  /// What `bgpctl show neighbor` says of a neighbour.
  func details(of neighbor: String) async throws -> JSON {
    try await ask("show neighbor \(neighbor)")["neighbors"][0]
  }

  func ask(_ question: String) async throws -> JSON {
    try JSON.parse(try await Command.run(command(question), within: 10))
  }

  private func command(_ question: String) -> [String] {
    ["bgpctl", "-j", "-s", folder.appending(path: "ctl").path]
      + question.split(separator: " ").map(String.init)
  }

  private var text: String {
    """
    AS \(configuration.localAS)
    router-id 192.0.2.2
    fib-update no
    connect-retry 1
    socket "\(folder.path)/ctl"
    listen on 0.0.0.0
    listen on ::
    \(configuration.neighbors.map(block).joined(separator: "\n"))
    allow from any
    """
  }

  private func block(_ neighbor: RouterConfiguration.Neighbor) -> String {
    let families = AddressFamily.allCases.map { family in
      "  announce \(family.rawValue) \(neighbor.families.contains(family) ? "unicast" : "none")"
    }
    return """
      neighbor \(neighbor.address) {
        remote-as \(neighbor.remoteAS)
        local-address \(neighbor.localAddress)
        \(neighbor.isActive ? "" : "passive")
        holdtime \(configuration.holdTime)
        \(neighbor.isMultihop ? "multihop 64" : "")
        \(neighbor.password.map { "tcp md5sig password \($0)" } ?? "")
        \(neighbor.ttlSecurityHops == nil ? "" : "ttl-security yes")
      \(families.joined(separator: "\n"))
      }
      """.withoutEmptyLines
  }
}
