import Addresses
import Foundation
import Lab

/// BIRD 2, asked through `birdc`.
struct Bird: Router {
  let daemon: Daemon
  private let configuration: RouterConfiguration
  private let folder: URL

  init(_ configuration: RouterConfiguration, on host: Host, folder: URL) {
    self.configuration = configuration
    self.folder = folder
    let path = folder.path
    daemon = Daemon(
      "bird",
      ["bird", "-f", "-c", "\(path)/bird.conf", "-s", "\(path)/bird.ctl", "-P", "\(path)/pid"],
      on: host, folder: folder)
  }

  func start() async throws {
    try folder.write(text, to: "bird.conf")
    try await daemon.start()
    try await daemon.wait { try await Command.output(command("show status")).status == 0 }
  }

  func kill() async { await daemon.stop(by: .kill) }

  func isEstablished(_ neighbor: String) async throws -> Bool {
    try await details(of: neighbor).contains("BGP state:          Established")
  }

  func routes() async throws -> [Route] {
    var routes: [Route] = []
    let names = configuration.neighbors.indices.map { "node\($0 + 1)" }
    var lines: [Substring] = []
    for name in names {
      lines += try await ask("show route all protocol \(name)").split(separator: "\n")
    }
    for line in lines {
      let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
      // A further route to the same prefix begins with its kind.
      if let start = words.firstIndex(of: "unicast") {
        let prefix = start == 0 ? routes.last?.prefix : words[0]
        routes.append(Route(prefix: prefix ?? "", nextHop: "", asPath: []))
      } else if !routes.isEmpty {
        take(words, into: &routes[routes.count - 1])
      }
    }
    return routes
  }

  private func take(_ words: [String], into route: inout Route) {
    let values = Array(words.dropFirst())
    let tuples = values.joined().split(separator: ")").map {
      $0.dropFirst().split(separator: ",").joined(separator: ":")
    }
    switch words.first {
    case "BGP.origin:": route.origin = values[0]
    case "BGP.as_path:": route.asPath = values.compactMap { UInt32($0) }
    case "BGP.next_hop:": route.nextHop = values[0]
    case "BGP.med:": route.multiExitDiscriminator = Int(values[0])
    case "BGP.local_pref:" where route.asPath.isEmpty: route.localPreference = Int(values[0])
    case "BGP.community:": route.communities = tuples.sorted()
    case "BGP.large_community:": route.largeCommunities = tuples.sorted()
    default: break
    }
  }

  func farewell(of neighbor: String) async throws -> String {
    // BIRD shows the reason, and the text of RFC 9003 with it in its log.
    let lines = folder.text(of: "bird.log").split(separator: "\n")
    return String(lines.last { $0.contains("Received:") } ?? "")
  }

  func requestRefresh(from neighbor: String) async throws {
    _ = try await ask("reload in \(try name(of: neighbor))")
  }

  func announcementCount(from neighbor: String) async throws -> Int {
    try await details(of: neighbor).split(separator: "\n")
      .filter { $0.contains("Import updates:") }
      .reduce(0) { sum, line in
        sum + (line.split(separator: " ").dropFirst(2).first.flatMap { Int($0) } ?? 0)
      }
  }

  /// What `show protocols all` says of a neighbour.
  func details(of neighbor: String) async throws -> String {
    try await ask("show protocols all \(try name(of: neighbor))")
  }

  func ask(_ question: String) async throws -> String {
    try await Command.output(command(question), within: 10).output
  }

  private func command(_ question: String) -> [String] {
    ["birdc", "-s", folder.appending(path: "bird.ctl").path]
      + question.split(separator: " ").map(String.init)
  }

  private func name(of neighbor: String) throws -> String {
    guard let index = configuration.neighbors.firstIndex(where: { $0.address == neighbor }) else {
      throw LabError("the router has no neighbour \(neighbor)")
    }
    return "node\(index + 1)"
  }

  private var text: String {
    """
    log "\(folder.path)/bird.log" all;
    router id 192.0.2.2;
    protocol device { }
    protocol kernel { learn; ipv4 { import all; export where source = RTS_BGP; }; }
    protocol kernel { ipv6 { import none; export where source = RTS_BGP; }; }
    """ + configuration.neighbors.enumerated().map(block).joined(separator: "\n")
  }

  private func block(_ index: Int, _ neighbor: RouterConfiguration.Neighbor) -> String {
    let channels = neighbor.families.map { family in
      let nextHops =
        family == .ipv4 && neighbor.hasExtendedNextHops ? "extended next hop on; " : ""
      return "\(family == .ipv4 ? "ipv4" : "ipv6") { import all; export none; \(nextHops)};"
    }
    return """

      protocol bgp node\(index + 1) {
        local \(neighbor.localAddress) as \(configuration.localAS);
        neighbor \(neighbor.address) as \(neighbor.remoteAS);
        \(neighbor.isActive ? "connect delay time 1;" : "passive;")
        hold time \(configuration.holdTime);
        error wait time 1, 2;
        enable extended messages on;
        \(neighbor.isMultihop ? "multihop;" : "direct;")
        \(neighbor.password.map { "password \"\($0)\";" } ?? "")
        \(neighbor.ttlSecurityHops == nil ? "" : "ttl security on;")
        \(neighbor.keepsRoutes ? "graceful restart on;" : "")
        \(neighbor.role.map { "local role \($0);" } ?? "")
        \(channels.joined(separator: "\n"))
      }
      """.withoutEmptyLines
  }
}
