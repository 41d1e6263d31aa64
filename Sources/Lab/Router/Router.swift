public import Addresses
import NIOCore

/// The router of the lab: BIRD in a namespace of its own, asked through `birdc`.
public struct Router: Sendable {
  /// The daemon.
  public let process: ChildProcess
  private let directory: RunDirectory

  /// The file that BIRD logs to.
  public static func logPath(in directory: RunDirectory) -> String { directory.log("bird") }

  /// Starts BIRD and waits until it answers.
  static func start(
    _ configuration: BirdConfiguration, topology: Topology, directory: RunDirectory
  ) async throws -> Router {
    let file = directory.file("bird.conf")
    let text = configuration.text(topology: topology, logPath: logPath(in: directory))
    try TextFile.replace(file, with: text)
    let process = try await ChildProcess(
      name: "bird",
      ["bird", "-f", "-c", file, "-s", directory.routerSocket, "-P", directory.file("bird.pid")],
      in: topology.router.namespace, logPath: directory.log("bird.output"))
    let router = Router(process: process, directory: directory)
    try await eventually("BIRD answers", within: .seconds(5)) {
      if let status = await process.exitStatus {
        throw LabError("BIRD ended with status \(status): \(process.log().trimmed)")
      }
      return try await Command.output(router.command("show status")).status == 0
    }
    return router
  }

  /// What `birdc` answers to `question`.
  public func ask(_ question: String) async throws -> String {
    let result = try await Command.output(command(question), within: 10)
    // The first line is a greeting. An answer such as "Network not found" has the status 1 too.
    let answer = result.output.lines.dropFirst()
    guard result.status == 0 || !answer.isEmpty else {
      throw LabError("birdc: \((result.error + result.output).trimmed)")
    }
    return answer.joined(separator: "\n")
  }

  /// The routes of `family`, or of both, that BIRD learned from the nodes, by prefix and source.
  public func routes(_ family: AddressFamily? = nil) async throws -> [BirdRoute] {
    var routes: [BirdRoute] = []
    for candidate in AddressFamily.allCases where family ?? candidate == candidate {
      let table = candidate == .ipv4 ? "master4" : "master6"
      routes += BirdRoute.parse(try await ask("show route table \(table) all"))
    }
    return routes.sorted { ($0.prefix, $0.source) < ($1.prefix, $1.source) }
  }

  /// The prefixes that BIRD has a route to, sorted.
  public func prefixes(_ family: AddressFamily? = nil) async throws -> [IPPrefix] {
    Set(try await routes(family).map(\.prefix)).sorted()
  }

  /// The names of the protocols that BIRD learned `prefix` by, sorted.
  public func sources(of prefix: IPPrefix) async throws -> [String] {
    try await routes(prefix.family).filter { $0.prefix == prefix }.map(\.source).sorted()
  }

  /// How many networks BIRD has a route to, of both families.
  public func networkCount() async throws -> Int {
    let answer = try await ask("show route count")
    return answer.lines.reduce(0) { sum, line in
      // "6 of 6 routes for 2 networks in table master4"
      let words = line.split(separator: " ")
      guard let index = words.firstIndex(of: "networks"), index > 0,
        words.last?.hasPrefix("master") == true, let count = Int(words[index - 1])
      else { return sum }
      return sum + count
    }
  }

  /// The protocols of the daemon.
  public func protocols() async throws -> [BirdProtocol] {
    BirdProtocol.parse(try await ask("show protocols"))
  }

  /// The session with `node` over `family`.
  public func session(_ node: String, _ family: AddressFamily) async throws -> BirdProtocol {
    let name = BirdConfiguration.protocolName(node: node, family)
    guard let found = try await protocols().first(where: { $0.name == name }) else {
      throw LabError("BIRD has no protocol \(name)")
    }
    return found
  }

  /// What BIRD has logged so far.
  public func log() -> String { TextFile.read(Self.logPath(in: directory)) ?? "" }

  private func command(_ question: String) -> [String] {
    ["birdc", "-s", directory.routerSocket] + question.split(separator: " ").map(String.init)
  }
}
