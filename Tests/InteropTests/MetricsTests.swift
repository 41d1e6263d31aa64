import FoundationEssentials
import Lab
import NIOCore
import Testing

extension InteropTests {
  /// Prometheus scrapes the speakers, with the dashboard and the alerts of `Examples`.
  @Suite(
    .enabled("needs the package prometheus") { Prometheus.isInstalled || Environment.isSet("CI") },
    .lab(router: guardedRouter, speakers: .none, edit: { $0.configuration.hasBFD = true }))
  struct Metrics {
    /// Series that are there while something is wrong, or once something was.
    private static let exceptional = [
      "bellman_conflicts", "bellman_member_suspicions", "bellman_services_without_address",
      "bellman_bgp_session_last_error_info", "bellman_disagreements",
      "bellman_peer_packets_dropped_total", "bellman_layer2_drops_total",
    ]

    @Test func queriesReturnDataAndACutSessionRaisesAnAlert() async throws {
      let lab = try lab()
      try await lab.startSpeakers(arguments: [
        "--listen", "0.0.0.0:7475", "--insecure-listen", "--metallb-metrics",
      ])
      try await lab.waitForSettledRoutes()
      try await lab.waitForOwners()
      let prometheus = try await Prometheus.start(in: lab)
      do {
        try await check(prometheus, lab)
      } catch {
        await prometheus.process.stop()
        throw error
      }
      await prometheus.process.stop()
    }

    private func check(_ prometheus: Prometheus, _ lab: Lab) async throws {
      try await eventually("all speakers are scraped", within: .seconds(30)) {
        try await prometheus.ask("up == 1") == 3
      }
      // No parser was lenient: what is exported is what is declared.
      #expect(try await prometheus.ask("scrape_samples_scraped > 100") == 3)
      try await eventually("every node says that it is ready") {
        try await prometheus.ask("bellman_ready == 1") == 3
      }
      for query in try Prometheus.dashboardQueries() {
        let isExceptional = Self.exceptional.contains { query.contains($0) }
        try await eventually("the dashboard has data for: \(query)", within: .seconds(20)) {
          try await prometheus.ask(query) > 0 || isExceptional
        }
      }
      // The alerts' own selectors, without what makes them rare.
      for query in try Prometheus.alertSelectors() where !Self.exceptional.contains(query) {
        try await eventually("there is data for the alerts: \(query)") {
          try await prometheus.ask(query) > 0
        }
      }
      for name in [
        "metallb_bgp_session_up == 1", "metallb_bgp_announced_prefixes_total > 0",
        "metallb_speaker_announced", "metallb_layer2_gratuitous_sent > 0",
        "metallb_k8s_client_updates_total", "metallb_bfd_session_up == 1",
        "metallb_k8s_client_config_loaded_bool == 1",
      ] {
        #expect(try await prometheus.ask(name) > 0, "\(name)")
      }
      try await eventually("nothing critical is alerted of", within: .seconds(20)) {
        try await prometheus.ask("ALERTS{alertstate=\"firing\",severity=\"critical\"}") == 0
      }

      await lab.router.process.send(.stop)
      let start = NIODeadline.now()
      try await eventually("the alert about the cut sessions fires", within: .seconds(30)) {
        try await prometheus.ask(
          "ALERTS{alertname=\"BellmanSessionDown\",alertstate=\"firing\"}") == 6
      }
      let time = (NIODeadline.now() - start).nanoseconds / 1_000_000
      print("the alert fired \(time) ms after the cut")
      #expect(try await prometheus.ask("bellman_bgp_session_last_error_info") == 6)
      await lab.router.process.send(.continue)
      try await eventually("the alert is over", within: .seconds(60)) {
        try await prometheus.ask("ALERTS{alertname=\"BellmanSessionDown\"}") == 0
      }
    }

    @Test func theRulesAreThoseThatPrometheusTakes() async throws {
      let answer = try await Command.output(["promtool", "check", "rules", Prometheus.alertsPath])
      #expect(answer.status == 0, "\(answer.output)\(answer.error)")
    }
  }
}

/// Prometheus on the client's machine.
struct Prometheus {
  let process: ChildProcess
  private let namespace: String
  private let address: String

  private static let examples = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Examples").path

  /// Whether the package is there.
  static let isInstalled = FileManager.default.isExecutableFile(atPath: "/usr/bin/prometheus")

  /// The alerts of the examples.
  static let alertsPath = "\(examples)/helm/bellman/alerts.yaml"

  /// Starts it; it asks all speakers once a second, and waits for nothing before an alert fires.
  static func start(in lab: Lab) async throws -> Prometheus {
    let rules = try text(alertsPath).split(separator: "\n", omittingEmptySubsequences: false).map {
      $0.contains(" for: ") ? "    for: 2s" : String($0)
    }
    let rulesPath = lab.directory.file("alerts.yaml")
    try write(rules.joined(separator: "\n"), to: rulesPath)
    let targets = lab.topology.nodes.map { "'\($0.ipv4):7475'" }.joined(separator: ", ")
    let configuration = lab.directory.file("prometheus.yaml")
    try write(
      """
      global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
      rule_files: ['\(rulesPath)']
      scrape_configs:
      - job_name: bellman
        static_configs:
        - targets: [\(targets)]
      """, to: configuration)
    let client = lab.topology.client
    let process = try await ChildProcess(
      name: "prometheus",
      [
        "prometheus", "--config.file", configuration, "--storage.tsdb.path",
        lab.directory.file("prometheus"), "--web.listen-address", "\(client.ipv4):9090",
      ], in: client.namespace, logPath: lab.directory.log("prometheus"))
    let address = "\(client.ipv4):9090"
    // Until then it answers, and not in JSON.
    try await eventually("Prometheus is ready", within: .seconds(30)) {
      try await Command.output(
        ["curl", "--silent", "--fail", "--max-time", "5", "http://\(address)/-/ready"],
        in: client.namespace
      ).status == 0
    }
    return Prometheus(process: process, namespace: client.namespace, address: address)
  }

  /// How many series a query returns.
  func ask(_ query: String) async throws -> Int {
    let answer = try await Command.output(
      [
        "curl", "--silent", "--max-time", "5", "--get", "http://\(address)/api/v1/query",
        "--data-urlencode", "query=\(query.replacing("$__rate_interval", with: "10s"))",
      ], in: namespace)
    guard answer.status == 0 else { return 0 }
    let document = try JSONDecoder().decode(Answer.self, from: Data(answer.output.utf8))
    guard document.status == "success" else {
      throw LabError("\(query): \(document.error ?? document.status)")
    }
    return document.data?.result.count ?? 0
  }

  /// All queries of the dashboard.
  static func dashboardQueries() throws -> [String] {
    let board = try JSONDecoder().decode(
      Dashboard.self, from: Data(try text("\(examples)/grafana/bellman.json").utf8))
    return board.panels.flatMap { $0.targets ?? [] }.map(\.expr)
  }

  /// The names of all metrics that alerts ask for.
  static func alertSelectors() throws -> [String] {
    let words = try text(alertsPath).split { !($0.isLetter || $0.isNumber || $0 == "_") }
    return Set(words.map(String.init).filter { $0.hasPrefix("bellman_") }).sorted()
  }

  private struct Answer: Decodable {
    struct Content: Decodable {
      let result: [Series]
    }
    struct Series: Decodable {}
    let status: String
    let error: String?
    let data: Content?
  }

  private struct Dashboard: Decodable {
    struct Panel: Decodable {
      let targets: [Target]?
    }
    struct Target: Decodable {
      let expr: String
    }
    let panels: [Panel]
  }

  private static func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
  }

  private static func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path))
  }
}
