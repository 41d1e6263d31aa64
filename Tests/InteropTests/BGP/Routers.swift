import Foundation
import Lab
import Testing

/// BIRD on the router of a ``Cable``.
struct CableBird {
  let process: ChildProcess
  let control: String

  /// Starts BIRD with these protocols besides the one for devices.
  init(_ protocols: String, on cable: Cable) async throws {
    try cable.write(
      "bird.conf",
      """
      log stderr all;
      router id 192.0.2.1;
      debug protocols { states, events };
      protocol device { scan time 1; }
      \(protocols)
      """)
    control = "\(cable.folder)/bird.ctl"
    process = try await ChildProcess(
      name: "bird",
      [
        "bird", "-f", "-c", "\(cable.folder)/bird.conf", "-s", control, "-P",
        "\(cable.folder)/bird.pid",
      ], in: cable.router, logPath: "\(cable.folder)/bird.log")
    let control = control
    try await eventually("BIRD answers") { FileManager.default.fileExists(atPath: control) }
  }

  /// The text of a BGP protocol.
  static func bgp(
    _ name: String = "node", neighbor: String = "192.0.2.2", options: [String] = [],
    channels: [String] = [
      "ipv4 { import all; export none; };", "ipv6 { import all; export none; };",
    ]
  ) -> String {
    let lines =
      ["neighbor \(neighbor) as 64512;", "connect delay time 1;", "error wait time 1, 2;"]
      + options + channels
    return "protocol bgp \(name) {\n  local as 64513;\n"
      + lines.map { "  \($0)\n" }.joined() + "}\n"
  }

  /// The answer to a command. That there is no such route is one too, though birdc fails then.
  func ask(_ command: String) async throws -> String {
    try await Command.output(
      ["birdc", "-s", control] + command.split(separator: " ").map(String.init)
    ).output
  }

  /// Whether it has a route to a prefix.
  func has(_ prefix: String) async throws -> Bool {
    try await ask("show route for \(prefix)").contains(prefix)
  }

  /// Whether it has both routes of the service.
  func hasBothRoutes() async throws -> Bool {
    let hasIPv4 = try await has("203.0.113.10/32")
    let hasIPv6 = try await has("2001:db8:f::10/128")
    return hasIPv4 && hasIPv6
  }
}

/// FRR's zebra and bgpd on the router of a ``Cable``.
struct CableFRR {
  let zebra: ChildProcess
  let bgpd: ChildProcess
  private let folder: String

  static let isInstalled = FileManager.default.isExecutableFile(atPath: "/usr/lib/frr/bgpd")

  /// Starts both, with this text in bgpd's configuration.
  init(_ configuration: String, on cable: Cable) async throws {
    folder = "\(cable.folder)/frr"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try cable.write("frr/bgpd.conf", configuration)
    try cable.write("frr/zebra.conf", "")
    try await Command.run(["chmod", "755", cable.folder])
    try await Command.run(["chown", "-R", "frr:frr", folder])
    let common = ["--vty_socket", folder, "-z", "\(folder)/zserv.api", "-u", "frr", "-g", "frr"]
    zebra = try await ChildProcess(
      name: "zebra",
      [
        "/usr/lib/frr/zebra", "-f", "\(folder)/zebra.conf", "-i", "\(folder)/zebra.pid", "-P", "0",
      ] + common, in: cable.router, logPath: "\(folder)/zebra.log")
    let api = "\(folder)/zserv.api"
    try await eventually("zebra listens") { FileManager.default.fileExists(atPath: api) }
    bgpd = try await ChildProcess(
      name: "bgpd",
      [
        "/usr/lib/frr/bgpd", "-f", "\(folder)/bgpd.conf", "-i", "\(folder)/bgpd.pid", "-P", "0",
      ] + common, in: cable.router, logPath: "\(folder)/bgpd.log")
  }

  /// The answer to a command of vtysh's language.
  func vtysh(_ commands: String..., daemon: String = "bgpd") async throws -> String {
    try await Command.output(
      ["vtysh", "--vty_socket", folder, "-d", daemon] + commands.flatMap { ["-c", $0] }
    ).output
  }

  /// The next hops that bgpd has for a prefix; empty where it has no valid route.
  func nextHops(_ family: String, _ prefix: String) async throws -> [String] {
    let text = try await vtysh("show bgp \(family) unicast json")
    let table = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    let paths = (table?["routes"] as? [String: Any])?[prefix] as? [[String: Any]] ?? []
    return paths.filter { $0["valid"] as? Bool ?? false }
      .flatMap { $0["nexthops"] as? [[String: Any]] ?? [] }
      .compactMap { $0["ip"] as? String }
  }
}
