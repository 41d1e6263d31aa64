import Foundation
import TestAPIServer
import Testing

@testable import KubernetesClient

/// The alerts as Prometheus evaluates them: `Tests/Manifests/alerts` has for each the series that raise it,
/// and others that do not.
@Suite struct AlertRuleTests {
  private static let file = "\(Example.folder)/../Tests/Manifests/alerts/alerts.test.yaml"

  /// What is expected of one alert at some time.
  private struct Expectation {
    let alert: String
    let isFiring: Bool
  }

  private func expectations() throws -> [Expectation] {
    let text = try String(contentsOf: URL(filePath: Self.file), encoding: .utf8)
    let tests = try #require(try YAMLObjects.read(text).first?["tests"]?.array)
    return try tests.flatMap { test in
      try #require(test["alert_rule_test"]?.array).map { rule in
        Expectation(
          alert: try #require(rule["alertname"]?.string),
          isFiring: try #require(rule["exp_alerts"]?.array).isEmpty == false)
      }
    }
  }

  @Test func eachAlertIsExpectedAndNotExpected() throws {
    let groups = try #require(
      try YAMLObjects.read(Example.text("helm/bellman/alerts.yaml")).first?["groups"]?.array)
    let alerts = groups.flatMap { $0["rules"]?.array ?? [] }.compactMap { $0["alert"]?.string }
    let expectations = try expectations()
    #expect(Set(expectations.map(\.alert)) == Set(alerts))
    for alert in alerts {
      let expected = Set(expectations.filter { $0.alert == alert }.map(\.isFiring))
      #expect(expected == [true, false], "\(alert)")
    }
  }

  @Test(
    .enabled("needs the Debian package prometheus") {
      ProcessInfo.processInfo.environment["CI"] != nil
        || FileManager.default.isExecutableFile(atPath: "/usr/bin/promtool")
    })
  func alertsFireWhenTheyShould() throws {
    let plugin = ExecPlugin(
      version: .v1, command: "promtool", arguments: ["test", "rules", Self.file])
    let output = try ExecProgram(plugin: plugin, info: "", patience: 60_000).run()
    #expect(String(decoding: output, as: UTF8.self).contains("SUCCESS"))
  }
}
