import Addresses
import Foundation
import Lab

/// ExaBGP, which keeps no routes, but tells a program of all that happens: here one that writes it
/// down, and that says to ExaBGP what stands in a pipe.
struct ExaBGP: Router {
  let daemon: Daemon
  private let configuration: RouterConfiguration
  private let folder: URL

  init(_ configuration: RouterConfiguration, on host: Host, folder: URL) {
    self.configuration = configuration
    self.folder = folder
    let addresses = configuration.neighbors.map(\.localAddress)
    daemon = Daemon(
      "exabgp",
      [
        "env", "exabgp.daemon.user=root", "exabgp.api.cli=false", "exabgp.api.ack=false",
        "exabgp.tcp.bind=\(addresses.joined(separator: " "))", "exabgp.tcp.port=179", "exabgp",
        folder.appending(path: "exabgp.conf").path,
      ], on: host, folder: folder)
  }

  func start() async throws {
    let path = folder.path
    try folder.write(text, to: "exabgp.conf")
    // What happened before a restart is of no interest.
    try folder.write("", to: "events.log")
    try folder.write(
      """
      #!/bin/sh
      exec 3<&0
      cat <&3 >>\(path)/events.log &
      exec cat <>\(path)/commands
      """, to: "program", mode: 0o755)
    if !folder.has("commands") {
      try await Command.run(["mkfifo", folder.appending(path: "commands").path])
    }
    let before = daemon.output().ranges(of: Self.ready).count
    try await daemon.start()
    try await daemon.wait { daemon.output().ranges(of: Self.ready).count > before }
  }

  private static let ready = "loaded new configuration successfully"

  func kill() async { await daemon.stop(by: .kill) }

  func isEstablished(_ neighbor: String) async throws -> Bool {
    try events(of: neighbor).last { $0["type"].string == "state" }?["neighbor"]["state"].string
      == "up"
  }

  func routes() async throws -> [Route] {
    try configuration.neighbors.flatMap { try routes(from: $0.address) }
  }

  private func routes(from neighbor: String) throws -> [Route] {
    var routes: [String: Route] = [:]
    for event in try events(of: neighbor).map({ $0["neighbor"] }) {
      if event["state"].string == "down" { routes = [:] }
      let update = event["message"]["update"]
      for (_, prefixes) in update["withdraw"].members {
        for prefix in prefixes.items { routes[prefix["nlri"].string ?? ""] = nil }
      }
      for (_, nextHops) in update["announce"].members {
        for (nextHop, prefixes) in nextHops.members {
          for prefix in prefixes.items.compactMap({ $0["nlri"].string }) {
            routes[prefix] = route(prefix, nextHop, update["attribute"])
          }
        }
      }
    }
    return Array(routes.values)
  }

  private func route(_ prefix: String, _ nextHop: String, _ attributes: JSON) -> Route {
    Route(
      prefix: prefix, nextHop: nextHop,
      asPath: attributes["as-path"].items.compactMap { $0.int.map { UInt32($0) } },
      origin: attributes["origin"].string?.uppercased() ?? "",
      multiExitDiscriminator: attributes["med"].int,
      localPreference: attributes["local-preference"].int,
      communities: texts(attributes["community"]),
      largeCommunities: texts(attributes["large-community"]))
  }

  private func texts(_ communities: JSON) -> [String] {
    communities.items.map { community in
      community.items.map { "\($0.int ?? 0)" }.joined(separator: ":")
    }.sorted()
  }

  func farewell(of neighbor: String) async throws -> String {
    let downs = try events(of: neighbor).filter { $0["neighbor"]["state"].string == "down" }
    return downs.last?["neighbor"]["reason"].string ?? ""
  }

  func requestRefresh(from neighbor: String) async throws {
    let commands = ["ipv4", "ipv6"].map { "announce route-refresh \($0) unicast\n" }
    let pipe = try FileHandle(forUpdating: folder.appending(path: "commands"))
    defer { try? pipe.close() }
    try pipe.write(contentsOf: Data(commands.joined().utf8))
  }

  func announcementCount(from neighbor: String) async throws -> Int {
    try events(of: neighbor).reduce(0) { count, event in
      if event["neighbor"]["state"].string == "down" { return 0 }
      return event["neighbor"]["message"]["update"]["announce"] == .null ? count : count + 1
    }
  }

  /// All that ExaBGP has told of a neighbour.
  func events(of neighbor: String) throws -> [JSON] {
    // The last line may be half written.
    try folder.text(of: "events.log").split(separator: "\n").compactMap { line in
      guard line.hasPrefix("{"), line.hasSuffix("}") else { return nil }
      let event = try JSON.parse(line)
      return event["neighbor"]["address"]["peer"].string == neighbor ? event : nil
    }
  }

  private var text: String {
    """
    process log {
      run \(folder.path)/program;
      encoder json;
    }
    \(configuration.neighbors.map(block).joined(separator: "\n"))
    """
  }

  private func block(_ neighbor: RouterConfiguration.Neighbor) -> String {
    let families = neighbor.families.map { "\($0 == .ipv4 ? "ipv4" : "ipv6") unicast;" }
    return """
      neighbor \(neighbor.address) {
        router-id 192.0.2.2;
        local-address \(neighbor.localAddress);
        local-as \(configuration.localAS);
        peer-as \(neighbor.remoteAS);
        hold-time \(configuration.holdTime);
        \(neighbor.isActive ? "" : "passive;")
        \(neighbor.password.map { "md5-password \"\($0)\";" } ?? "")
        \(neighbor.ttlSecurityHops.map { "incoming-ttl \(256 - $0); outgoing-ttl 255;" } ?? "")
        capability { route-refresh enable; \(neighbor.hasExtendedNextHops ? "nexthop enable;" : "") }
        family { \(families.joined(separator: " ")) }
        \(neighbor.hasExtendedNextHops ? "nexthop { ipv4 unicast ipv6; }" : "")
        api { processes [ log ]; neighbor-changes; receive { parsed; update; open; } }
      }
      """.withoutEmptyLines
  }
}
