import Addresses
import Foundation
import Lab

/// What a router is told, whatever its make.
struct RouterConfiguration: Sendable {
  /// A node, as the router is told of it. The router waits for it to connect.
  struct Neighbor: Sendable {
    var address = "192.0.2.1"
    var localAddress = "192.0.2.2"
    var remoteAS: UInt32 = 64512
    var families: [AddressFamily] = [.ipv4, .ipv6]
    var password: String?
    /// Whether it takes only what comes from at most so many hops away (RFC 5082).
    var ttlSecurityHops: Int?
    var isMultihop = false
    /// Whether it keeps the routes of a node that restarts (RFC 4724).
    var keepsRoutes = false
    /// Whether it takes IPv6 next hops for IPv4 routes (RFC 8950).
    var hasExtendedNextHops = false
    /// The role of the router (RFC 9234), as RFC 9234 names it in lower case.
    var role: String?
    /// Whether the router dials as well.
    var isActive = false
  }

  var localAS: UInt32 = 64513
  var neighbors = [Neighbor()]
  /// The longest hold time that it agrees to, in seconds.
  var holdTime = 9
  /// Whether it uses several paths of equal cost.
  var multipath = false
}

/// A route as a router shows it.
struct Route: Hashable, Sendable {
  var prefix: String
  var nextHop: String
  var asPath: [UInt32]
  var origin = "IGP"
  var multiExitDiscriminator: Int?
  /// Nil for what was learned from another AS.
  var localPreference: Int?
  /// Such as `64512:100`, sorted.
  var communities: [String] = []
  /// Such as `64512:1:100`, sorted.
  var largeCommunities: [String] = []
}

extension Set<Route> {
  /// The same routes, all of them changed.
  func with(_ change: (inout Route) -> Void) -> Set<Route> {
    Set(
      map { route in
        var route = route
        change(&route)
        return route
      })
  }
}

/// A BGP speaker of another make, and how it is asked.
protocol Router: Sendable {
  /// A router that does not run yet; its files are in `folder`.
  init(_ configuration: RouterConfiguration, on host: Host, folder: URL)

  /// Starts it and waits until it answers.
  func start() async throws
  /// Ends it without a farewell.
  func kill() async
  /// Whether the session with a neighbour is up.
  func isEstablished(_ neighbor: String) async throws -> Bool
  /// The routes that it learned by BGP.
  func routes() async throws -> [Route]
  /// What it shows of the end of the last session: the NOTIFICATION that it got with the text.
  func farewell(of neighbor: String) async throws -> String
  /// Asks for all routes again (RFC 2918).
  func requestRefresh(from neighbor: String) async throws
  /// How many announcements of routes it has got in the present session.
  func announcementCount(from neighbor: String) async throws -> Int
}

/// The makes of routers.
enum RouterKind: String, CaseIterable, Sendable {
  case bird = "BIRD"
  case frr = "FRR"
  case gobgp = "GoBGP"
  case openbgpd = "OpenBGPD"
  case exabgp = "ExaBGP"

  /// The program without which there is no such router.
  private var program: String {
    switch self {
    case .bird: "bird"
    case .frr: FRR.program("bgpd")
    case .gobgp: "gobgpd"
    case .openbgpd: "bgpctl"
    case .exabgp: "exabgp"
    }
  }

  /// The Debian package.
  private var package: String {
    switch self {
    case .bird: "bird2"
    case .frr: "frr"
    case .gobgp: "gobgpd"
    case .openbgpd: "openbgpd"
    case .exabgp: "exabgp"
    }
  }

  /// Those that are installed; in CI all of them, so that a missing one fails.
  static let present = allCases.filter { kind in
    if Requirements.isCI || Requirements.has(kind.program) { return true }
    print("\(kind.rawValue) is not tested: this needs the package \(kind.package)")
    return false
  }

  /// Those of `kinds` that are installed.
  static func present(_ kinds: RouterKind...) -> [RouterKind] { present.filter(kinds.contains) }

  func router(_ configuration: RouterConfiguration, on host: Host, folder: URL) -> any Router {
    switch self {
    case .bird: Bird(configuration, on: host, folder: folder)
    case .frr: FRR(configuration, on: host, folder: folder)
    case .gobgp: GoBGP(configuration, on: host, folder: folder)
    case .openbgpd: OpenBGPD(configuration, on: host, folder: folder)
    case .exabgp: ExaBGP(configuration, on: host, folder: folder)
    }
  }
}

extension URL {
  /// Writes a file of this folder.
  func write(_ text: String, to name: String, mode: Int = 0o644) throws {
    let file = appending(path: name)
    try Data(text.utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
  }

  /// The text of a file of this folder; empty where there is none.
  func text(of name: String) -> String {
    (try? String(contentsOf: appending(path: name), encoding: .utf8)) ?? ""
  }

  /// Whether there is a file of this name in the folder.
  func has(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: appending(path: name).path)
  }
}

extension String {
  /// The lines that are not empty, joined again: what is left of a template with empty parts.
  var withoutEmptyLines: String {
    split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) }.joined(separator: "\n") + "\n"
  }
}
